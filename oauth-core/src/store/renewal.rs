//! One access token more, while the refresh token stays: RFC 6749 §6 lets a server issue no new one. It is for clients
//! whose tokens are bound to a key, which need no rotation (RFC 9700 §4.14.2).

use diesel::{
    sql_query,
    sql_types::{Array, BigInt, Binary, Nullable, Text},
};

use super::{
    Affected, DbConnection, PgConnection, Query,
    access_token::{self, NewAccessToken},
    executor::{Queue, Queues},
    refresh_token,
    write::{Write, column, won},
};
use crate::{Timestamp, secret::Key};

/// What is issued for a refresh token that is not redeemed. It wins where that is neither redeemed nor over, and its
/// family is neither; any number may at once.
pub(crate) struct Renewal {
    pub(crate) key: Key,
    pub(crate) now: Timestamp,
    pub(crate) access: NewAccessToken,
}

impl Write for Renewal {
    fn queue(queues: &Queues) -> &Queue<Self> {
        &queues.renewals
    }

    fn affected(&self) -> Affected {
        Affected::Grant(self.key.family)
    }

    fn step_by_step(&self, db: &mut DbConnection) -> Query<bool> {
        if !refresh_token::mark_used(db, self.key, self.now)? {
            return Ok(false);
        }
        access_token::insert(db, self.key.family, &self.access).map(|()| true)
    }

    fn at_once(db: &mut PgConnection, these: &[&Self]) -> Query<Vec<bool>> {
        let statement = sql_query(AT_ONCE)
            .bind::<Array<BigInt>, _>(column(these, |one| one.key.family))
            .bind::<Array<Binary>, _>(column(these, |one| one.key.digest.as_bytes()))
            .bind::<Array<BigInt>, _>(column(these, |one| one.now))
            .bind::<Array<Binary>, _>(column(these, |one| one.access.digest.as_bytes()))
            .bind::<Array<Text>, _>(column(these, |one| &*one.access.prefix))
            .bind::<Array<Text>, _>(column(these, |one| one.access.scopes.to_string()))
            .bind::<Array<BigInt>, _>(column(these, |one| one.access.created_at))
            .bind::<Array<BigInt>, _>(column(these, |one| one.access.expires_at))
            .bind::<Array<Nullable<Text>>, _>(column(these, |one| one.access.audience()));
        won(db, statement, these.len())
    }

    fn is_done(&self, db: &mut PgConnection) -> Query<bool> {
        access_token::is_there(db, Key { digest: self.access.digest, ..self.key })
    }
}

/// The same as step by step, of many. Families are locked in the order of their keys; one that has several is
/// marked by one of them.
const AT_ONCE: &str = "\
WITH given AS (
    SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bytea[], $5::text[], $6::text[], $7::bigint[],
        $8::bigint[], $9::text[])
    WITH ORDINALITY AS given (family, digest, at, access, prefix, scopes, issued_at, ends_at, audience, number)
), live AS (
    SELECT id, expires_at FROM oauth_grants WHERE id IN (SELECT family FROM given) AND revoked_at IS NULL
    ORDER BY id FOR NO KEY UPDATE
), renewed AS (
    SELECT given.* FROM given JOIN live ON live.id = given.family
        JOIN oauth_refresh_tokens AS token ON token.grant_id = given.family AND token.digest = given.digest
    WHERE token.redeemed_at IS NULL AND (token.expires_at IS NULL OR token.expires_at > given.at)
        AND (live.expires_at IS NULL OR live.expires_at > given.at)
), used AS (
    UPDATE oauth_grants SET last_used_at = renewed.at FROM renewed WHERE oauth_grants.id = renewed.family
), access AS (
    INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at, audience)
    SELECT family, access, prefix, scopes, issued_at, ends_at, audience FROM renewed
)
SELECT number FROM renewed";

#[cfg(test)]
mod tests;
