//! Deleting what has ended, a bounded number of rows at a time. Each statement goes by an index.
//!
//! Rows are chosen by their keys first and deleted by them: neither database bounds a `DELETE` by itself.

mod cleared;
mod count;
#[cfg(test)]
mod tests;

use diesel::{RunQueryDsl, prelude::*, sql_query};

pub use self::cleared::Cleared;
pub(crate) use self::count::ended;
use super::{
    DbConnection, Query,
    schema::{
        oauth_access_tokens as access_tokens, oauth_authorization_codes as codes, oauth_grants,
        oauth_known_browsers as browsers, oauth_refresh_tokens as refresh_tokens, oauth_sessions,
    },
};
use crate::Timestamp;

/// What ended by then is deleted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    /// Sessions, known browsers and access tokens.
    pub(crate) single: Timestamp,
    /// Authorization codes and families.
    pub(crate) family: Timestamp,
    /// Redeemed refresh tokens of a family without end.
    pub(crate) endless: Timestamp,
}

/// An ended refresh token, as far as it says something of its family.
#[derive(Debug, Queryable)]
pub(crate) struct EndedRefreshToken {
    pub(crate) id: i64,
    pub(crate) grant_id: i64,
    pub(crate) access_token_id: i64,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) redeemed_at: Option<Timestamp>,
    pub(crate) grant_expires_at: Option<Timestamp>,
}

/// Several servers on one PostgreSQL clear one after the other, so that none waits for rows that another holds.
pub(crate) fn one_at_a_time(db: &mut DbConnection) -> Query<()> {
    match db {
        DbConnection::Postgres(db) => sql_query(LOCK).execute(db).map(drop),
        DbConnection::Sqlite(_) => Ok(()), // there is one writer anyway
    }
}

pub(crate) fn sessions(db: &mut DbConnection, ends: Ends, limit: i64) -> Query<Cleared> {
    let ended = oauth_sessions::table
        .filter(oauth_sessions::expires_at.le(ends.single))
        .order(oauth_sessions::expires_at)
        .limit(limit);
    let ids: Vec<i64> = ended.select(oauth_sessions::id).load(db)?;
    let ended = oauth_sessions::table.filter(oauth_sessions::id.eq_any(ids));
    let sessions = diesel::delete(ended).execute(db)?;
    Ok(Cleared { sessions, ..Cleared::default() })
}

pub(crate) fn known_browsers(db: &mut DbConnection, ends: Ends, limit: i64) -> Query<Cleared> {
    let ended = browsers::table
        .filter(browsers::expires_at.le(ends.single))
        .order(browsers::expires_at)
        .limit(limit);
    let ids: Vec<i64> = ended.select(browsers::id).load(db)?;
    let ended = browsers::table.filter(browsers::id.eq_any(ids));
    let known_browsers = diesel::delete(ended).execute(db)?;
    Ok(Cleared { known_browsers, ..Cleared::default() })
}

pub(crate) fn access_tokens(db: &mut DbConnection, ends: Ends, limit: i64) -> Query<Cleared> {
    let ended = access_tokens::table
        .filter(access_tokens::expires_at.le(ends.single))
        .order(access_tokens::expires_at)
        .limit(limit);
    let ended: Vec<(i64, i64)> =
        ended.select((access_tokens::id, access_tokens::grant_id)).load(db)?;
    let (ids, families): (Vec<i64>, Vec<i64>) = ended.into_iter().unzip();
    let ended = access_tokens::table.filter(access_tokens::id.eq_any(ids));
    let access_tokens = diesel::delete(ended).execute(db)?;
    let grants = empty(db, families)?;
    Ok(Cleared { access_tokens, grants, ..Cleared::default() })
}

pub(crate) fn authorization_codes(db: &mut DbConnection, ends: Ends, limit: i64) -> Query<Cleared> {
    let ended = codes::table
        .filter(codes::expires_at.le(ends.family))
        .order(codes::expires_at)
        .limit(limit);
    let ended: Vec<(i64, i64)> = ended.select((codes::id, codes::grant_id)).load(db)?;
    let (ids, families): (Vec<i64>, Vec<i64>) = ended.into_iter().unzip();
    let ended = codes::table.filter(codes::id.eq_any(ids));
    let authorization_codes = diesel::delete(ended).execute(db)?;
    let grants = empty(db, families)?;
    Ok(Cleared { authorization_codes, grants, ..Cleared::default() })
}

/// Where a stretch of about `limit` refresh tokens ends that begins at `from`; `None` where it is the last one.
pub(crate) fn stretch(
    db: &mut DbConnection,
    ends: Ends,
    from: Timestamp,
    limit: i64,
) -> Query<Option<Timestamp>> {
    let ended = refresh_tokens::table
        .filter(refresh_tokens::expires_at.ge(from))
        .filter(refresh_tokens::expires_at.le(ends.family))
        .order(refresh_tokens::expires_at)
        .offset(limit);
    let end: Option<Option<Timestamp>> =
        ended.select(refresh_tokens::expires_at).first(db).optional()?;
    Ok(end.flatten())
}

/// The refresh tokens that ended between these two times, the first one included.
pub(crate) fn ended_between(
    db: &mut DbConnection,
    from: Timestamp,
    until: Timestamp,
) -> Query<Vec<EndedRefreshToken>> {
    refresh_tokens::table
        .inner_join(oauth_grants::table)
        .filter(refresh_tokens::expires_at.ge(from))
        .filter(refresh_tokens::expires_at.lt(until))
        .select((
            refresh_tokens::id,
            refresh_tokens::grant_id,
            refresh_tokens::access_token_id,
            refresh_tokens::expires_at,
            refresh_tokens::redeemed_at,
            oauth_grants::expires_at,
        ))
        .load(db)
}

/// Deletes redeemed refresh tokens, with the access tokens that died with them.
pub(crate) fn redeemed(db: &mut DbConnection, ids: &[i64], access: &[i64]) -> Query<Cleared> {
    let redeemed = refresh_tokens::table.filter(refresh_tokens::id.eq_any(ids));
    let refresh_tokens = diesel::delete(redeemed).execute(db)?;
    let dead = access_tokens::table
        .filter(access_tokens::id.eq_any(access))
        .filter(access_tokens::revoked_at.is_not_null());
    let access_tokens = diesel::delete(dead).execute(db)?;
    Ok(Cleared { refresh_tokens, access_tokens, ..Cleared::default() })
}

/// Deletes those of the families on which nothing hangs any more.
fn empty(db: &mut DbConnection, families: Vec<i64>) -> Query<usize> {
    let access = access_tokens::table.filter(access_tokens::grant_id.eq(oauth_grants::id));
    let refresh = refresh_tokens::table.filter(refresh_tokens::grant_id.eq(oauth_grants::id));
    let code = codes::table.filter(codes::grant_id.eq(oauth_grants::id));
    let empty = oauth_grants::table
        .filter(oauth_grants::id.eq_any(families))
        .filter(diesel::dsl::not(diesel::dsl::exists(access)))
        .filter(diesel::dsl::not(diesel::dsl::exists(refresh)))
        .filter(diesel::dsl::not(diesel::dsl::exists(code)));
    let ids: Vec<i64> = empty.select(oauth_grants::id).load(db)?;
    diesel::delete(oauth_grants::table.filter(oauth_grants::id.eq_any(ids))).execute(db)
}

/// Those of the families whose last refresh token this is that have nothing else alive. What is found over is over for
/// good: a token that has ended leads to no other.
pub(crate) fn over(
    db: &mut DbConnection,
    ends: Ends,
    last: &[EndedRefreshToken],
) -> Query<Vec<i64>> {
    let families: Vec<i64> = last.iter().map(|token| token.grant_id).collect();
    let access = access_tokens::table
        .filter(access_tokens::grant_id.eq_any(&families))
        .filter(access_tokens::revoked_at.is_null())
        .filter(access_tokens::expires_at.gt(ends.single));
    let mut alive: Vec<i64> = access.select(access_tokens::grant_id).load(db)?;
    // Redeemed or not: while a code is kept, so is what its reuse would end.
    let code = codes::table
        .filter(codes::grant_id.eq_any(&families))
        .filter(codes::expires_at.gt(ends.family));
    alive.extend(code.select(codes::grant_id).load::<i64>(db)?);
    for token in last {
        let newer = refresh_tokens::table
            .filter(refresh_tokens::grant_id.eq(token.grant_id))
            .filter(refresh_tokens::id.gt(token.id));
        if diesel::select(diesel::dsl::exists(newer)).get_result(db)? {
            alive.push(token.grant_id);
        }
    }
    Ok(families.into_iter().filter(|family| !alive.contains(family)).collect())
}

/// Marks families as dead, so that [`families`] deletes them.
pub(crate) fn end(db: &mut DbConnection, ends: Ends, families: &[i64]) -> Query<()> {
    let over = oauth_grants::table
        .filter(oauth_grants::id.eq_any(families))
        .filter(oauth_grants::revoked_at.is_null());
    diesel::update(over).set(oauth_grants::revoked_at.eq(ends.family)).execute(db).map(drop)
}

/// Deletes families that have expired or were revoked: what hangs on them first, so that no cascade is longer than a
/// batch.
pub(crate) fn families(db: &mut DbConnection, ends: Ends, limit: i64) -> Query<Cleared> {
    let expired = oauth_grants::table
        .filter(oauth_grants::expires_at.le(ends.family))
        .order(oauth_grants::expires_at)
        .limit(limit);
    let mut dead: Vec<i64> = expired.select(oauth_grants::id).load(db)?;
    if dead.is_empty() {
        let revoked = oauth_grants::table
            .filter(oauth_grants::revoked_at.le(ends.family))
            .order(oauth_grants::revoked_at)
            .limit(limit);
        dead = revoked.select(oauth_grants::id).load(db)?;
    }
    let mut cleared = Cleared::default();

    let hanging = codes::table.filter(codes::grant_id.eq_any(&dead)).limit(limit);
    let ids: Vec<i64> = hanging.select(codes::id).load(db)?;
    let hanging = codes::table.filter(codes::id.eq_any(ids));
    cleared.authorization_codes = diesel::delete(hanging).execute(db)?;

    let hanging = access_tokens::table.filter(access_tokens::grant_id.eq_any(&dead)).limit(limit);
    let ids: Vec<i64> = hanging.select(access_tokens::id).load(db)?;
    let hanging = access_tokens::table.filter(access_tokens::id.eq_any(ids));
    cleared.access_tokens = diesel::delete(hanging).execute(db)?;

    let hanging = refresh_tokens::table.filter(refresh_tokens::grant_id.eq_any(&dead)).limit(limit);
    let ids: Vec<i64> = hanging.select(refresh_tokens::id).load(db)?;
    let hanging = refresh_tokens::table.filter(refresh_tokens::id.eq_any(ids));
    cleared.refresh_tokens = diesel::delete(hanging).execute(db)?;

    let hung = [cleared.authorization_codes, cleared.access_tokens, cleared.refresh_tokens];
    if hung.iter().all(|&rows| i64::try_from(rows).is_ok_and(|rows| rows < limit)) {
        let empty = oauth_grants::table.filter(oauth_grants::id.eq_any(dead));
        cleared.grants = diesel::delete(empty).execute(db)?;
    }
    Ok(cleared)
}

const LOCK: &str = "SELECT pg_advisory_xact_lock(7016734102)";
