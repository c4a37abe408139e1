//! Browser sessions.

use diesel::prelude::*;

use super::{
    DbConnection, Query,
    kept::{Keep, native},
    schema::{oauth_sessions as sessions, oauth_users},
    user::User,
};
use crate::{Timestamp, secret::Digest};

/// A session's row, and who has signed in.
#[derive(Debug, Clone, Queryable)]
pub(crate) struct SessionRow {
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// What it is called towards clients.
    pub(crate) sid: Option<String>,
    pub(crate) user: User,
}

pub(crate) fn insert(
    db: &mut DbConnection,
    digest: &Digest,
    (user_id, sid): (i64, &str),
    (now, expires_at): (Timestamp, Timestamp),
) -> Query<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::digest.eq(digest.as_bytes()),
            sessions::user_id.eq(user_id),
            sessions::created_at.eq(now),
            sessions::expires_at.eq(expires_at),
            sessions::sid.eq(sid),
        ))
        .returning(sessions::expires_at)
        .kept()
        .found(db)
        .map(drop)
}

/// The session of this digest, with its user, who is not deactivated. A row of before in which nobody had signed in is
/// none, and ends as every other.
pub(crate) fn find(db: &mut DbConnection, digest: &Digest) -> Query<Option<SessionRow>> {
    native!(
        db,
        sessions::table
            .inner_join(
                oauth_users::table.on(sessions::user_id
                    .eq(oauth_users::id.nullable())
                    .and(oauth_users::is_active)),
            )
            .filter(sessions::digest.eq(digest.as_bytes()))
            .select((sessions::created_at, sessions::expires_at, sessions::sid, User::as_select()))
            .get_result(db)
            .optional()
    )
}

/// Moves the end of a session.
pub(crate) fn extend(db: &mut DbConnection, digest: &Digest, expires_at: Timestamp) -> Query<()> {
    diesel::update(sessions::table.find(digest.as_bytes()))
        .set(sessions::expires_at.eq(expires_at))
        .returning(sessions::expires_at)
        .kept()
        .found(db)
        .map(drop)
}

/// What the sessions of a user are called towards clients.
pub(crate) fn sids(db: &mut DbConnection, user_id: i64) -> Query<Vec<String>> {
    let of_user = sessions::table.filter(sessions::user_id.eq(user_id));
    let sids: Vec<Option<String>> = of_user.select(sessions::sid).load(db)?;
    Ok(sids.into_iter().flatten().collect())
}

/// Ends a session.
pub(crate) fn delete(db: &mut DbConnection, digest: &Digest) -> Query<()> {
    diesel::delete(sessions::table.filter(sessions::digest.eq(digest.as_bytes())))
        .execute(db)
        .map(drop)
}
