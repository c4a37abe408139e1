//! The bundled accounts.

use diesel::prelude::*;

use super::{
    DbConnection, Query, client, consent, grant, kept::native, schema::oauth_users, session,
};
use crate::{Timestamp, admin::UserChange, password::StoredHash, precis::ComparedName};

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

/// Why a user cannot have a name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Occupied {
    /// Another has it.
    Taken,
    /// Another has one that looks the same.
    LooksTaken,
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

/// Whether another user than this one has the name, or one that looks the same.
pub(crate) fn occupied(
    db: &mut DbConnection,
    username: &str,
    name: &ComparedName,
    by_other_than: Option<i64>,
) -> Query<Option<Occupied>> {
    let alike: Vec<(i64, String, Option<String>)> = oauth_users::table
        .filter(
            oauth_users::name_skeleton.eq(&name.skeleton).or(oauth_users::username.eq(username)),
        )
        .select((oauth_users::id, oauth_users::username, oauth_users::name_key))
        .load(db)?;
    let mut others = alike.into_iter().filter(|(id, ..)| Some(*id) != by_other_than).peekable();
    let some = others.peek().map(|_| Occupied::LooksTaken);
    let is_same = |(_, known, key): (_, String, Option<String>)| {
        known == username || key.as_ref() == Some(&name.key)
    };
    Ok(if others.any(is_same) { Some(Occupied::Taken) } else { some })
}

/// Gives a user a name that is free.
pub(crate) fn rename(
    db: &mut DbConnection,
    id: i64,
    username: &str,
    name: &ComparedName,
) -> Query<()> {
    let changes = (
        oauth_users::username.eq(username),
        oauth_users::name_key.eq(&name.key),
        oauth_users::name_skeleton.eq(&name.skeleton),
        oauth_users::name_shared.eq(false),
    );
    diesel::update(oauth_users::table.find(id)).set(changes).execute(db).map(drop)
}

/// Changes a user, but for the name to sign in with.
pub(crate) fn update(db: &mut DbConnection, id: i64, change: &UserChange) -> Query<()> {
    let changes = (
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

/// Ends what a user has begun: sessions, grants, consents, and that clients act for the user.
pub(crate) fn end_all(db: &mut DbConnection, id: i64, now: Timestamp) -> Query<()> {
    session::delete_of_user(db, id)?;
    disconnect(db, id, now)?;
    client::disown(db, &id.to_string())
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

/// Whether the user may still sign in with the password of this hash. It locks the row, so that a change of the password
/// comes before the session that is made next, and is seen here, or after it, and ends it.
pub(crate) fn still_has(db: &mut DbConnection, user: &User) -> Query<bool> {
    let unchanged = oauth_users::table
        .find(user.id)
        .filter(oauth_users::password_hash.eq(user.password_hash.as_str()))
        .filter(oauth_users::is_active);
    Ok(diesel::update(unchanged).set(oauth_users::is_active.eq(true)).execute(db)? == 1)
}

/// Sets the password in place of the one that the user was read with, and ends every session of the user. Says whether
/// it was still that one.
pub(crate) fn replace_password(db: &mut DbConnection, user: &User, new_hash: &str) -> Query<bool> {
    let unchanged = oauth_users::table
        .find(user.id)
        .filter(oauth_users::password_hash.eq(user.password_hash.as_str()))
        .filter(oauth_users::is_active);
    let hash = oauth_users::password_hash.eq(new_hash);
    let changed = diesel::update(unchanged).set(hash).execute(db)? == 1;
    if changed {
        session::delete_of_user(db, user.id)?;
    }
    Ok(changed)
}

/// Sets the password, and ends every session, grant and consent of the user: says how many grants, unless there is no
/// such user.
pub(crate) fn reset_password(
    db: &mut DbConnection,
    id: i64,
    password_hash: &str,
    now: Timestamp,
) -> Query<Option<usize>> {
    let user = diesel::update(oauth_users::table.find(id));
    if user.set(oauth_users::password_hash.eq(password_hash)).execute(db)? == 0 {
        return Ok(None);
    }
    session::delete_of_user(db, id)?;
    disconnect(db, id, now).map(Some)
}

/// Ends every grant and consent of a user, and says how many grants.
pub(crate) fn disconnect(db: &mut DbConnection, id: i64, now: Timestamp) -> Query<usize> {
    let subject = id.to_string();
    consent::forget(db, &subject, None)?;
    grant::revoke_of_subject(db, &subject, None, now)
}
