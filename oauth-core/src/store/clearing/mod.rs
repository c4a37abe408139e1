//! Deleting what has ended, a bounded number of rows at a time. Each statement goes by an index.
//!
//! Rows are chosen by their keys first and deleted by them: neither database bounds a `DELETE` by itself. What hangs on
//! families is found by a walk over them (`families.rs`).

mod cleared;
mod clients;
mod count;
pub(crate) mod families;
#[cfg(test)]
mod tests;

use diesel::{RunQueryDsl, prelude::*, sql_query};

pub use self::cleared::Cleared;
pub(crate) use self::{
    clients::{client_secrets, deleted_clients, unused_clients},
    count::ended,
};
use super::{
    DbConnection, Query,
    schema::{
        oauth_device_codes as devices, oauth_known_browsers as browsers,
        oauth_logout_deliveries as deliveries, oauth_pushed_requests as pushed,
        oauth_registration_tokens as registration_tokens, oauth_sessions,
    },
    signing_key,
};
use crate::Timestamp;

/// What ended by then is deleted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    /// Sessions, known browsers, pushed requests, devices that waited, initial access tokens, logout tokens that could not be delivered, old secrets
    /// of clients, and access tokens, which may have been revoked by then.
    pub(crate) single: Timestamp,
    /// Authorization codes and families.
    pub(crate) family: Timestamp,
    /// Redeemed refresh tokens of a family without end.
    pub(crate) endless: Timestamp,
    /// Clients that staff deleted; and until when a client that registered itself must have been used.
    pub(crate) deleted: Timestamp,
    /// What began in a session of then: that is over.
    pub(crate) session: Timestamp,
    /// What signing keys had signed when others took their places.
    pub(crate) signed: Timestamp,
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
    let digests: Vec<Vec<u8>> = ended.select(oauth_sessions::digest).load(db)?;
    let ended = oauth_sessions::table.filter(oauth_sessions::digest.eq_any(digests));
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

pub(crate) fn pushed_requests(db: &mut DbConnection, ends: Ends, limit: i64) -> Query<Cleared> {
    let ended = pushed::table
        .filter(pushed::expires_at.le(ends.single))
        .order(pushed::expires_at)
        .limit(limit);
    let digests: Vec<Vec<u8>> = ended.select(pushed::digest).load(db)?;
    let ended = pushed::table.filter(pushed::digest.eq_any(digests));
    let pushed_requests = diesel::delete(ended).execute(db)?;
    Ok(Cleared { pushed_requests, ..Cleared::default() })
}

/// Logout tokens that could not be delivered in time.
pub(crate) fn logout_deliveries(db: &mut DbConnection, ends: Ends, limit: i64) -> Query<Cleared> {
    let ended = deliveries::table
        .filter(deliveries::expires_at.le(ends.single))
        .order(deliveries::expires_at)
        .limit(limit);
    let ids: Vec<i64> = ended.select(deliveries::id).load(db)?;
    let ended = deliveries::table.filter(deliveries::id.eq_any(ids));
    let logout_deliveries = diesel::delete(ended).execute(db)?;
    Ok(Cleared { logout_deliveries, ..Cleared::default() })
}

pub(crate) fn device_codes(db: &mut DbConnection, ends: Ends, limit: i64) -> Query<Cleared> {
    let ended = devices::table
        .filter(devices::expires_at.le(ends.single))
        .order(devices::expires_at)
        .limit(limit);
    let digests: Vec<Vec<u8>> = ended.select(devices::digest).load(db)?;
    let ended = devices::table.filter(devices::digest.eq_any(digests));
    let device_codes = diesel::delete(ended).execute(db)?;
    Ok(Cleared { device_codes, ..Cleared::default() })
}

/// Initial access tokens that are over.
pub(crate) fn registration_tokens(db: &mut DbConnection, ends: Ends, limit: i64) -> Query<Cleared> {
    let ended = registration_tokens::table
        .filter(registration_tokens::expires_at.le(ends.single))
        .order(registration_tokens::expires_at)
        .limit(limit);
    let ids: Vec<i64> = ended.select(registration_tokens::id).load(db)?;
    let ended = registration_tokens::table.filter(registration_tokens::id.eq_any(ids));
    let registration_tokens = diesel::delete(ended).execute(db)?;
    Ok(Cleared { registration_tokens, ..Cleared::default() })
}

/// Keys whose next one has signed for so long that all of theirs is over. There are a few of each algorithm.
pub(crate) fn signing_keys(db: &mut DbConnection, ends: Ends, _: i64) -> Query<Cleared> {
    let keys = signing_key::all(db)?;
    let is_over = |key: &&signing_key::KeyRow| {
        let mut later = keys.iter().filter(|next| next.number > key.number);
        later.any(|next| next.algorithm == key.algorithm && next.signs_from <= ends.signed)
    };
    let over: Vec<i64> = keys.iter().filter(is_over).map(|key| key.id).collect();
    let signing_keys = signing_key::delete(db, &over)?;
    Ok(Cleared { signing_keys, ..Cleared::default() })
}

const LOCK: &str = "SELECT pg_advisory_xact_lock(7016734102)";
