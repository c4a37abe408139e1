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
use crate::Timestamp;

/// What takes the place of a refresh token.
pub(crate) struct Rotation {
    pub(crate) redeemed: RefreshToken,
    pub(crate) grant_id: i64,
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
    let Rotation { redeemed, grant_id, now, salt, access, refresh } = rotation;
    if !refresh_token::redeem(db, redeemed.id, *now, salt)? {
        return Ok(false);
    }
    access_token::revoke(db, redeemed.access_token_id, *now)?;
    grant::touch(db, *grant_id, *now)?;
    let access_token_id = access_token::insert(db, *grant_id, access)?;
    refresh_token::insert(db, *grant_id, access_token_id, refresh)?;
    if let Some(predecessor_id) = redeemed.predecessor_id {
        refresh_token::forget_salt(db, predecessor_id)?; // its successor is used: no grace any more
    }
    Ok(true)
}

#[derive(QueryableByName)]
struct Inserted {
    #[diesel(sql_type = BigInt, column_name = "id")]
    _id: i64,
}

fn at_once(postgres: &mut PgConnection, rotation: &Rotation) -> Query<bool> {
    let Rotation { redeemed, grant_id: _, now, salt, access, refresh } = rotation;
    let inserted: Option<Inserted> = sql_query(AT_ONCE)
        .bind::<BigInt, _>(now)
        .bind::<Binary, _>(salt.as_slice())
        .bind::<BigInt, _>(redeemed.id)
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
    UPDATE oauth_refresh_tokens SET redeemed_at = $1, salt = $2 WHERE id = $3 AND redeemed_at IS NULL
    RETURNING id, grant_id, access_token_id, predecessor_id
), revoked AS (
    UPDATE oauth_access_tokens SET revoked_at = $1 FROM redeemed
    WHERE oauth_access_tokens.id = redeemed.access_token_id AND oauth_access_tokens.revoked_at IS NULL
), used AS (
    UPDATE oauth_grants SET last_used_at = $1 FROM redeemed WHERE oauth_grants.id = redeemed.grant_id
), forgotten AS (
    UPDATE oauth_refresh_tokens SET salt = NULL FROM redeemed
    WHERE oauth_refresh_tokens.id = redeemed.predecessor_id
), access AS (
    INSERT INTO oauth_access_tokens (digest, prefix, grant_id, scopes, created_at, expires_at)
    SELECT $4::bytea, $5::text, grant_id, $6::text, $7::bigint, $8::bigint FROM redeemed RETURNING id
)
INSERT INTO oauth_refresh_tokens (digest, prefix, grant_id, access_token_id, created_at, expires_at, predecessor_id)
SELECT $9::bytea, $10::text, redeemed.grant_id, access.id, $7::bigint, $11::bigint, redeemed.id
FROM redeemed, access RETURNING id";
