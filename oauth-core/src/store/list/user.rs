//! The bundled accounts.

use diesel::{dsl::not, prelude::*};

use super::{PAGE, PAGE_SIZE, beginning_with};
use crate::{
    User,
    admin::{Cursor, UserFilter},
    precis,
    store::{
        DbConnection, Query,
        schema::{lower, oauth_users},
    },
};

pub(crate) fn users(
    db: &mut DbConnection,
    filter: &UserFilter,
    cursor: &Cursor,
) -> Query<Vec<User>> {
    if let UserFilter::UsernameBegins(prefix) = filter {
        let (name, prefix) = (oauth_users::name_key, precis::key(prefix));
        return beginning_with!(db, oauth_users, name, User, prefix, &cursor.name());
    }
    let list = oauth_users::table
        .filter(oauth_users::id.lt(cursor.key()))
        .order(oauth_users::id.desc())
        .limit(PAGE)
        .select(User::as_select())
        .into_boxed();
    match filter {
        UserFilter::All | UserFilter::UsernameBegins(_) => list,
        UserFilter::Email(email) => {
            list.filter(lower(oauth_users::email).eq(email.to_ascii_lowercase()))
        }
        UserFilter::Staff => list.filter(oauth_users::is_staff),
        UserFilter::Active => list.filter(oauth_users::is_active),
        UserFilter::Inactive => list.filter(not(oauth_users::is_active)),
    }
    .load(db)
}
