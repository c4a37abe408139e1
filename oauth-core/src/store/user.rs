//! The bundled accounts.

use std::fmt;

use diesel::prelude::*;

use super::{
    DbConnection, Query, client, consent, grant,
    kept::native,
    known_browser,
    logout::{Logout, Whose},
    schema::{oauth_sessions, oauth_users},
    user_names::{Occupied, occupied},
};
use crate::{Timestamp, precis::ComparedName};

/// A user of the bundled accounts.
///
/// ```no_run
/// # use oauth_core::{AuthorizationServer, StoreError};
/// # async fn example(server: &AuthorizationServer) -> Result<(), StoreError> {
/// if let Some(user) = server.user_named("alice").await? {
///     println!("{} has the subject {}", user.username, user.id);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = oauth_users)]
#[non_exhaustive]
pub struct User {
    /// The key, which as text is the user's subject.
    pub id: i64,
    /// The name to sign in with.
    pub username: String,
    /// The given name.
    pub first_name: String,
    /// The family name.
    pub last_name: String,
    /// The address.
    pub email: String,
    /// Whether somebody has seen to it that the address is the user's: the claim of this name (OpenID Connect Core §5.1).
    pub email_verified: bool,
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
///
/// ```no_run
/// # use oauth_core::{AccountError, AuthorizationServer, NewUser};
/// # async fn example(server: &AuthorizationServer, password: &str) -> Result<(), AccountError> {
/// let alice = NewUser { username: "alice".to_owned(), ..NewUser::default() };
/// let alice = server.create_user(alice, password).await?;
/// println!("her tokens have the subject {}", alice.id);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct NewUser {
    /// The name to sign in with.
    pub username: String,
    /// The given name.
    pub first_name: String,
    /// The family name.
    pub last_name: String,
    /// The address.
    pub email: String,
    /// Whether somebody has seen to it that the address is the user's.
    pub email_verified: bool,
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
    /// The address.
    pub email: String,
    /// Whether somebody has seen to it that the address is the user's.
    pub email_verified: bool,
    /// Whether the user may see the admin site; superusers may in any case.
    pub is_staff: bool,
    /// Whether the user may do anything there.
    pub is_superuser: bool,
    /// Whether the user may sign in.
    pub is_active: bool,
}

/// Inserts a user, where the name is free.
pub(crate) fn insert(
    db: &mut DbConnection,
    user: &NewUser,
    password_hash: &str,
    now: Timestamp,
) -> Query<Result<User, Occupied>> {
    let name = ComparedName::of(&user.username);
    if let Some(occupied) = occupied(db, &user.username, &name, None)? {
        return Ok(Err(occupied));
    }
    let id: i64 = diesel::insert_into(oauth_users::table)
        .values((
            oauth_users::username.eq(&user.username),
            oauth_users::password_hash.eq(password_hash),
            oauth_users::first_name.eq(&user.first_name),
            oauth_users::last_name.eq(&user.last_name),
            oauth_users::email.eq(&user.email),
            oauth_users::email_verified.eq(user.email_verified),
            oauth_users::is_staff.eq(user.is_staff || user.is_superuser),
            oauth_users::is_superuser.eq(user.is_superuser),
            oauth_users::is_active.eq(true),
            oauth_users::created_at.eq(now),
            oauth_users::name_key.eq(name.key),
            oauth_users::name_skeleton.eq(name.skeleton),
        ))
        .returning(oauth_users::id)
        .get_result(db)?;
    oauth_users::table.find(id).select(User::as_select()).get_result(db).map(Ok)
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

/// Changes a user, but for the name to sign in with.
pub(crate) fn update(db: &mut DbConnection, id: i64, change: &UserChange) -> Query<()> {
    let changes = (
        oauth_users::first_name.eq(&change.first_name),
        oauth_users::last_name.eq(&change.last_name),
        oauth_users::email.eq(&change.email),
        oauth_users::email_verified.eq(change.email_verified),
        oauth_users::is_staff.eq(change.is_staff || change.is_superuser),
        oauth_users::is_superuser.eq(change.is_superuser),
        oauth_users::is_active.eq(change.is_active),
    );
    diesel::update(oauth_users::table.find(id)).set(changes).execute(db).map(drop)
}

/// From here on the user may not sign in, and has no session that counts.
pub(crate) fn deactivate(db: &mut DbConnection, id: i64) -> Query<()> {
    let active = oauth_users::table.find(id).filter(oauth_users::is_active);
    diesel::update(active).set(oauth_users::is_active.eq(false)).execute(db).map(drop)
}

/// Ends what a user has begun: sessions, known browsers, grants, consents, and that clients act for the user. Gives what
/// is left to tell clients of.
pub(crate) fn end_all(db: &mut DbConnection, id: i64, now: Timestamp) -> Query<Option<Logout>> {
    sign_out(db, id)?;
    disconnect(db, id, now)?;
    client::disown(db, &id.to_string())?;
    tell(db, id, now)
}

/// Lets clients be told that all sessions of a user have ended, whose grants did before. Gives what is left of that.
pub(super) fn tell(db: &mut DbConnection, id: i64, now: Timestamp) -> Query<Option<Logout>> {
    Ok(Logout::of(Whose::Subject(id.to_string()), now).batch(db)?.rest)
}

/// The user of this name, unless deactivated: by its very spelling, or else the only one that is the same by its key.
/// Several are those of before, who are found by their spelling only.
pub(crate) fn named(db: &mut DbConnection, username: &str, key: &str) -> Query<Option<User>> {
    let mut alike: Vec<User> = native!(
        db,
        oauth_users::table
            .filter(oauth_users::username.eq(username).or(oauth_users::name_key.eq(key)))
            .select(User::as_select())
            .load(db)
    )?;
    let place = alike.iter().position(|user| user.username == username);
    let place = place.or((alike.len() == 1).then_some(0));
    Ok(place.map(|place| alike.swap_remove(place)).filter(|user| user.is_active))
}

/// Ends every session of a user, and forgets the browsers.
pub(super) fn sign_out(db: &mut DbConnection, id: i64) -> Query<()> {
    end_sessions(db, id)?;
    known_browser::forget(db, id)
}

/// Ends every grant and consent of a user, and says how many grants.
pub(crate) fn disconnect(db: &mut DbConnection, id: i64, now: Timestamp) -> Query<usize> {
    let subject = id.to_string();
    consent::forget(db, &subject, None)?;
    grant::revoke_of_subject(db, &subject, None, now)
}

/// Ends every session of a user.
pub(super) fn end_sessions(db: &mut DbConnection, user_id: i64) -> Query<()> {
    diesel::delete(oauth_sessions::table.filter(oauth_sessions::user_id.eq(user_id)))
        .execute(db)
        .map(drop)
}
