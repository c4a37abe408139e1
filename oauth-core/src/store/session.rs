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
    pub(crate) last_used_at: Option<Timestamp>,
    /// What it is called towards clients.
    pub(crate) sid: Option<String>,
    pub(crate) user: User,
}

/// Where a user signed in.
#[derive(Debug, Clone, Default, Queryable)]
pub(crate) struct SignedInAt {
    /// The browser and the system, in a few words.
    pub(crate) user_agent: Option<String>,
    pub(crate) address: Option<String>,
}

/// A live session of a user, as the user sees it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
#[non_exhaustive]
pub struct SessionRecord {
    /// What it is called towards clients, and ended by. It is random, and opens nothing.
    pub sid: Option<String>,
    /// When the user signed in, in seconds since 1970.
    pub signed_in_at: Timestamp,
    /// When it was last used, to within a twentieth of [`Settings::session_idle`](crate::Settings::session_idle). `None` of
    /// one that was not used since the server keeps that.
    pub last_used_at: Option<Timestamp>,
    /// The browser and the system, in a few words, where they are known: `Firefox, Linux`.
    pub user_agent: Option<String>,
    /// From which address, where that is known.
    pub address: Option<String>,
}

pub(crate) fn insert(
    db: &mut DbConnection,
    digest: &Digest,
    (user_id, sid): (i64, &str),
    at: &SignedInAt,
    (now, expires_at): (Timestamp, Timestamp),
) -> Query<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::digest.eq(digest.as_bytes()),
            sessions::user_id.eq(user_id),
            sessions::created_at.eq(now),
            sessions::expires_at.eq(expires_at),
            sessions::sid.eq(sid),
            sessions::user_agent.eq(&at.user_agent),
            sessions::address.eq(&at.address),
            sessions::last_used_at.eq(now),
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
            .select((
                sessions::created_at,
                sessions::expires_at,
                sessions::last_used_at,
                sessions::sid,
                User::as_select(),
            ))
            .get_result(db)
            .optional()
    )
}

/// Marks a session as used, and moves its end.
pub(crate) fn used(
    db: &mut DbConnection,
    digest: &Digest,
    (now, expires_at): (Timestamp, Timestamp),
) -> Query<()> {
    diesel::update(sessions::table.find(digest.as_bytes()))
        .set((sessions::last_used_at.eq(now), sessions::expires_at.eq(expires_at)))
        .returning(sessions::expires_at)
        .kept()
        .found(db)
        .map(drop)
}

/// Where the user of a session signed in.
pub(crate) fn signed_in_at(db: &mut DbConnection, digest: &Digest) -> Query<SignedInAt> {
    let at = sessions::table.find(digest.as_bytes());
    let at = at.select((sessions::user_agent, sessions::address));
    Ok(native!(db, at.get_result::<SignedInAt>(db).optional())?.unwrap_or_default())
}

/// The live sessions of a user, the newest first: as many as a page could show.
pub(crate) fn live(
    db: &mut DbConnection,
    user_id: i64,
    now: Timestamp,
) -> Query<Vec<SessionRecord>> {
    let columns = (
        sessions::sid,
        sessions::created_at,
        sessions::last_used_at,
        sessions::user_agent,
        sessions::address,
    );
    sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::expires_at.gt(now))
        .order(sessions::created_at.desc())
        .limit(100)
        .select(columns)
        .load(db)
}

/// Ends the session of a user that clients know by this name: gives that.
pub(crate) fn delete_named(
    db: &mut DbConnection,
    user_id: i64,
    sid: &str,
) -> Query<Vec<Option<String>>> {
    let named = sessions::table.filter(sessions::user_id.eq(user_id)).filter(sessions::sid.eq(sid));
    let ended = diesel::delete(named).execute(db)?;
    Ok(vec![Some(sid.to_owned()); ended])
}

/// Ends all sessions of a user but this one: gives what clients know them by.
pub(crate) fn delete_others(
    db: &mut DbConnection,
    user_id: i64,
    own: &Digest,
) -> Query<Vec<Option<String>>> {
    let others = || {
        let of_user = sessions::table.filter(sessions::user_id.eq(user_id));
        of_user.filter(sessions::digest.ne(own.as_bytes()))
    };
    let sids = others().select(sessions::sid).load(db)?;
    diesel::delete(others()).execute(db)?;
    Ok(sids)
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
