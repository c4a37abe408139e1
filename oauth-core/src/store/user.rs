//! The bundled accounts.

use diesel::prelude::*;

use super::{
    DbConnection, Query,
    schema::{oauth_sessions, oauth_users},
};
use crate::{Timestamp, password::StoredHash};

/// A user of the bundled accounts.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = oauth_users)]
pub struct User {
    /// The key, which as text is the user's subject.
    pub id: i64,
    /// The name to sign in with.
    pub username: String,
    /// The given name.
    pub first_name: String,
    /// The family name.
    pub last_name: String,
    /// The address, unverified.
    pub email: String,
    /// Whether the user may see the admin site.
    pub is_staff: bool,
    /// Whether the user may do anything there.
    pub is_superuser: bool,
    #[diesel(deserialize_as = String)]
    pub(crate) password_hash: StoredHash,
}

/// A user to be created.
#[derive(Debug, Clone, Default)]
pub struct NewUser {
    /// The name to sign in with.
    pub username: String,
    /// The given name.
    pub first_name: String,
    /// The family name.
    pub last_name: String,
    /// The address, unverified.
    pub email: String,
    /// Whether the user may see and do anything.
    pub is_superuser: bool,
}

/// Inserts a user; `None` when the name is taken.
pub(crate) fn insert(
    db: &mut DbConnection,
    user: &NewUser,
    password_hash: &str,
    now: Timestamp,
) -> Query<Option<User>> {
    let taken = oauth_users::table
        .filter(oauth_users::username.eq(&user.username))
        .count()
        .get_result::<i64>(db)?;
    if taken > 0 {
        return Ok(None);
    }
    let id: i64 = diesel::insert_into(oauth_users::table)
        .values((
            oauth_users::username.eq(&user.username),
            oauth_users::password_hash.eq(password_hash),
            oauth_users::first_name.eq(&user.first_name),
            oauth_users::last_name.eq(&user.last_name),
            oauth_users::email.eq(&user.email),
            oauth_users::is_staff.eq(user.is_superuser),
            oauth_users::is_superuser.eq(user.is_superuser),
            oauth_users::is_active.eq(true),
            oauth_users::created_at.eq(now),
        ))
        .returning(oauth_users::id)
        .get_result(db)?;
    find(db, id)
}

/// The user of this key, unless deactivated.
pub(crate) fn find(db: &mut DbConnection, id: i64) -> Query<Option<User>> {
    oauth_users::table
        .find(id)
        .filter(oauth_users::is_active)
        .select(User::as_select())
        .first(db)
        .optional()
}

/// The user of this name, unless deactivated.
pub(crate) fn named(db: &mut DbConnection, username: &str) -> Query<Option<User>> {
    oauth_users::table
        .filter(oauth_users::username.eq(username))
        .filter(oauth_users::is_active)
        .select(User::as_select())
        .first(db)
        .optional()
}

/// Whether the user may still sign in with the password of this hash. It locks the row, so that a change of the password
/// comes before the session that is made next, and is seen here, or after it, and ends it.
pub(crate) fn still_has(db: &mut DbConnection, user: &User) -> Query<bool> {
    let unchanged = oauth_users::table
        .find(user.id)
        .filter(oauth_users::password_hash.eq(user.password_hash.as_str()))
        .filter(oauth_users::is_active);
    Ok(diesel::update(unchanged).set(oauth_users::is_active.eq(true)).execute(db)? == 1)
}

/// Sets the password and ends every session of the user.
pub(crate) fn set_password(db: &mut DbConnection, id: i64, password_hash: &str) -> Query<bool> {
    let user = diesel::update(oauth_users::table.find(id));
    let changed = user.set(oauth_users::password_hash.eq(password_hash)).execute(db)?;
    diesel::delete(oauth_sessions::table.filter(oauth_sessions::user_id.eq(id))).execute(db)?;
    Ok(changed == 1)
}
