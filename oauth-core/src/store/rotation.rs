//! A refresh token and its access token give way to the next pair: RFC 9700 §4.14.2.

use diesel::{
    OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Binary, Nullable, Text},
};

use super::{
    DbConnection, Query,
    access_token::{self, NewAccessToken},
    grant,
    kept::Keep,
    refresh_token::{self, NewRefreshToken, RefreshToken},
};
use crate::{Timestamp, secret::Key};

/// What takes the place of a refresh token.
pub(crate) struct Rotation {
    pub(crate) key: Key,
    pub(crate) redeemed: RefreshToken,
    pub(crate) now: Timestamp,
    /// What the successors are derived with.
    pub(crate) salt: [u8; 32],
    pub(crate) access: NewAccessToken,
    pub(crate) refresh: NewRefreshToken,
}

/// The compare-and-set, and all that follows from it: of any number of callers, one gets `true`.
///
/// PostgreSQL does it in one statement, because the way there and back is most of what each costs. SQLite, which has no
/// statement like that, is here already.
pub(crate) fn rotate(db: &mut DbConnection, rotation: &Rotation) -> Query<bool> {
    match db {
        DbConnection::Postgres(postgres) => at_once(postgres, rotation),
        DbConnection::Sqlite(_) => step_by_step(db, rotation),
    }
}

fn step_by_step(db: &mut DbConnection, rotation: &Rotation) -> Query<bool> {
    let Rotation { key, redeemed, now, salt, access, refresh } = rotation;
    if !refresh_token::redeem(db, *key, *now, salt)? {
        return Ok(false);
    }
    access_token::revoke(db, key.family, &redeemed.access_token, *now)?;
    grant::touch(db, key.family, *now)?;
    access_token::insert(db, key.family, access)?;
    refresh_token::insert(db, key.family, access.digest, refresh)?;
    if let Some(predecessor) = &redeemed.predecessor {
        refresh_token::forget_salt(db, key.family, predecessor)?; // its successor is used: no grace any more
    }
    Ok(true)
}

#[derive(QueryableByName)]
struct Inserted {
    #[diesel(sql_type = BigInt, column_name = "grant_id")]
    _family: i64,
}

fn at_once(postgres: &mut PgConnection, rotation: &Rotation) -> Query<bool> {
    let Rotation { key, redeemed: _, now, salt, access, refresh } = rotation;
    let inserted: Option<Inserted> = sql_query(AT_ONCE)
        .bind::<BigInt, _>(now)
        .bind::<Binary, _>(salt.as_slice())
        .bind::<BigInt, _>(key.family)
        .bind::<Binary, _>(key.digest.as_bytes())
        .bind::<Binary, _>(access.digest.as_bytes())
        .bind::<Text, _>(&access.prefix)
        .bind::<Text, _>(access.scopes.to_string())
        .bind::<BigInt, _>(access.created_at)
        .bind::<BigInt, _>(access.expires_at)
        .bind::<Binary, _>(refresh.digest.as_bytes())
        .bind::<Text, _>(&refresh.prefix)
        .bind::<Nullable<BigInt>, _>(refresh.expires_at)
        .kept()
        .get_result(postgres)
        .optional()?;
    Ok(inserted.is_some())
}

/// The same as step by step. `refresh.pgbench.sql` has it, too.
const AT_ONCE: &str = "\
WITH redeemed AS (
    UPDATE oauth_refresh_tokens SET redeemed_at = $1, salt = $2
    WHERE grant_id = $3 AND digest = $4 AND redeemed_at IS NULL RETURNING access_token, predecessor
), revoked AS (
    UPDATE oauth_access_tokens AS dead SET revoked_at = $1 FROM redeemed
    WHERE dead.grant_id = $3 AND dead.digest = redeemed.access_token AND dead.revoked_at IS NULL
), used AS (
    UPDATE oauth_grants SET last_used_at = $1 FROM redeemed WHERE oauth_grants.id = $3
), forgotten AS (
    UPDATE oauth_refresh_tokens AS used SET salt = NULL FROM redeemed
    WHERE used.grant_id = $3 AND used.digest = redeemed.predecessor
), access AS (
    INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at)
    SELECT $3, $5::bytea, $6::text, $7::text, $8::bigint, $9::bigint FROM redeemed
)
INSERT INTO oauth_refresh_tokens (grant_id, digest, prefix, access_token, created_at, expires_at, predecessor)
SELECT $3, $10::bytea, $11::text, $5, $8, $12::bigint, $4 FROM redeemed RETURNING grant_id";
