//! The bundled accounts.

use diesel::{dsl::not, prelude::*};

use super::{Cursor, PAGE, PAGE_SIZE, beginning_with};
use crate::{
    precis,
    store::{
        DbConnection, Query,
        schema::{lower, oauth_users},
        user::User,
    },
};

/// Which users are listed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum UserFilter {
    /// Every one.
    All,
    /// Those whose name to sign in with begins so, in alphabetical order.
    UsernameBegins(String),
    /// Those of this address, whatever the case of its ASCII letters.
    Email(String),
    /// Those who may see the admin site.
    Staff,
    /// Those who may sign in.
    Active,
    /// Those who may not.
    Inactive,
}

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
