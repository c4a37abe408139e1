//! The bundled accounts.

use diesel::prelude::*;

use super::{
    DbConnection, Query,
    schema::{oauth_sessions, oauth_users},
};
use crate::Timestamp;

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

/// The user of this name, unless deactivated, with the hash of the password.
pub(crate) fn named(db: &mut DbConnection, username: &str) -> Query<Option<(User, String)>> {
    oauth_users::table
        .filter(oauth_users::username.eq(username))
        .filter(oauth_users::is_active)
        .select((User::as_select(), oauth_users::password_hash))
        .first(db)
        .optional()
}

/// Sets the password and ends every session of the user.
pub(crate) fn set_password(db: &mut DbConnection, id: i64, password_hash: &str) -> Query<bool> {
    diesel::delete(oauth_sessions::table.filter(oauth_sessions::user_id.eq(id))).execute(db)?;
    let changed = diesel::update(oauth_users::table.find(id))
        .set(oauth_users::password_hash.eq(password_hash));
    Ok(changed.execute(db)? == 1)
}
