//! The bundled accounts.

use std::fmt;

use diesel::prelude::*;

use super::{
    DbConnection, Query, client, consent, grant,
    kept::native,
    known_browser,
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
    /// Whether the user may sign in.
    pub is_active: bool,
    /// When the account was created.
    pub created_at: Timestamp,
    #[diesel(deserialize_as = String)]
    pub(crate) password_hash: StoredHash,
}

/// The hash of what a person chose. `Debug` hides it: it is what an attacker would guess against.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StoredHash(String);

impl StoredHash {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for StoredHash {
    fn from(hash: String) -> Self {
        Self(hash)
    }
}

impl fmt::Debug for StoredHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredHash(..)")
    }
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
    /// Whether the user may see the admin site; superusers may in any case.
    pub is_staff: bool,
    /// Whether the user may see and do anything.
    pub is_superuser: bool,
}

/// What can be changed of a user.
#[derive(Debug, Clone)]
pub struct UserChange {
    /// The name to sign in with.
    pub username: String,
    /// The given name.
    pub first_name: String,
    /// The family name.
    pub last_name: String,
    /// The address, unverified.
    pub email: String,
    /// Whether the user may see the admin site; superusers may in any case.
    pub is_staff: bool,
    /// Whether the user may do anything there.
    pub is_superuser: bool,
    /// Whether the user may sign in.
    pub is_active: bool,
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
            oauth_users::is_staff.eq(user.is_staff || user.is_superuser),
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
    native!(
        db,
        oauth_users::table
            .find(id)
            .filter(oauth_users::is_active)
            .select(User::as_select())
            .get_result(db)
            .optional()
    )
}

/// The user of this key, deactivated or not.
pub(crate) fn with_key(db: &mut DbConnection, id: i64) -> Query<Option<User>> {
    native!(db, oauth_users::table.find(id).select(User::as_select()).get_result(db).optional())
}

/// Locks these users until the transaction ends, in one order for all: who waits for another is never waited for.
pub(crate) fn lock(db: &mut DbConnection, mut ids: [Option<i64>; 2]) -> Query<()> {
    ids.sort_unstable();
    for id in ids.into_iter().flatten() {
        let user = diesel::update(oauth_users::table.find(id));
        user.set(oauth_users::is_active.eq(oauth_users::is_active)).execute(db)?;
    }
    Ok(())
}

/// Whether another user has this name.
pub(crate) fn is_taken(db: &mut DbConnection, username: &str, by_other_than: i64) -> Query<bool> {
    let others = oauth_users::table
        .filter(oauth_users::username.eq(username))
        .filter(oauth_users::id.ne(by_other_than));
    diesel::select(diesel::dsl::exists(others)).get_result(db)
}

/// Changes a user.
pub(crate) fn update(db: &mut DbConnection, id: i64, change: &UserChange) -> Query<()> {
    let changes = (
        oauth_users::username.eq(&change.username),
        oauth_users::first_name.eq(&change.first_name),
        oauth_users::last_name.eq(&change.last_name),
        oauth_users::email.eq(&change.email),
        oauth_users::is_staff.eq(change.is_staff || change.is_superuser),
        oauth_users::is_superuser.eq(change.is_superuser),
        oauth_users::is_active.eq(change.is_active),
    );
    diesel::update(oauth_users::table.find(id)).set(changes).execute(db).map(drop)
}

/// Deletes a user, and the sessions with it.
pub(crate) fn delete(db: &mut DbConnection, id: i64) -> Query<()> {
    diesel::delete(oauth_users::table.find(id)).execute(db).map(drop)
}

/// Ends what a user has begun: sessions, known browsers, grants, consents, and that clients act for the user.
pub(crate) fn end_all(db: &mut DbConnection, id: i64, now: Timestamp) -> Query<()> {
    let subject = id.to_string();
    end_sessions(db, id)?;
    known_browser::forget(db, id)?;
    grant::revoke_of_subject(db, &subject, None, now)?;
    consent::forget(db, &subject, None)?;
    client::disown(db, &subject)
}

/// The user of this name, unless deactivated.
pub(crate) fn named(db: &mut DbConnection, username: &str) -> Query<Option<User>> {
    native!(
        db,
        oauth_users::table
            .filter(oauth_users::username.eq(username))
            .filter(oauth_users::is_active)
            .select(User::as_select())
            .get_result(db)
            .optional()
    )
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

/// Sets the password, ends every session of the user, and forgets the user's browsers.
pub(crate) fn set_password(db: &mut DbConnection, id: i64, password_hash: &str) -> Query<bool> {
    let user = diesel::update(oauth_users::table.find(id));
    let changed = user.set(oauth_users::password_hash.eq(password_hash)).execute(db)?;
    end_sessions(db, id)?;
    known_browser::forget(db, id)?;
    Ok(changed == 1)
}

/// Ends every session of a user.
pub(super) fn end_sessions(db: &mut DbConnection, user_id: i64) -> Query<()> {
    diesel::delete(oauth_sessions::table.filter(oauth_sessions::user_id.eq(user_id)))
        .execute(db)
        .map(drop)
}
