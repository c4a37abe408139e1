//! A code gives way to tokens: RFC 6749 §4.1.2.

use diesel::{
    sql_query,
    sql_types::{Array, BigInt, Binary, Nullable, Text},
};

use super::{
    Affected, DbConnection, PgConnection, Query, access_token, authorization_code,
    executor::{Queue, Queues},
    family::NewTokens,
    grant,
    write::{Write, column, won},
};
use crate::{Timestamp, secret::Key};

/// What a code is redeemed for.
pub(crate) struct Redemption {
    pub(crate) key: Key,
    pub(crate) now: Timestamp,
    pub(crate) tokens: NewTokens,
    /// What the policy attaches in place of what it attached before; `None` leaves that.
    pub(crate) data: Option<String>,
}

impl Write for Redemption {
    fn queue(queues: &Queues) -> &Queue<Self> {
        &queues.redemptions
    }

    fn affected(&self) -> Affected {
        Affected::Grant(self.key.family)
    }

    fn step_by_step(&self, db: &mut DbConnection) -> Query<bool> {
        if !authorization_code::redeem(db, self.key, self.now)? {
            return Ok(false);
        }
        if let Some(data) = &self.data {
            grant::attach(db, self.key.family, data)?;
        }
        self.tokens.insert(db, self.key.family).map(|()| true)
    }

    fn at_once(db: &mut PgConnection, these: &[&Self]) -> Query<Vec<bool>> {
        let statement = sql_query(AT_ONCE)
            .bind::<Array<BigInt>, _>(column(these, |one| one.key.family))
            .bind::<Array<Binary>, _>(column(these, |one| one.key.digest.as_bytes()))
            .bind::<Array<BigInt>, _>(column(these, |one| one.now))
            .bind::<Array<Binary>, _>(column(these, |one| one.tokens.access.digest.as_bytes()))
            .bind::<Array<Text>, _>(column(these, |one| &*one.tokens.access.prefix))
            .bind::<Array<Text>, _>(column(these, |one| one.tokens.access.scopes.to_string()))
            .bind::<Array<BigInt>, _>(column(these, |one| one.tokens.access.created_at))
            .bind::<Array<BigInt>, _>(column(these, |one| one.tokens.access.expires_at))
            .bind::<Array<Nullable<Binary>>, _>(column(these, |one| one.tokens.refresh_digest()))
            .bind::<Array<Nullable<Text>>, _>(column(these, |one| one.tokens.refresh_prefix()))
            .bind::<Array<Nullable<BigInt>>, _>(column(these, |one| one.tokens.refresh_ends()))
            .bind::<Array<Nullable<Text>>, _>(column(these, |one| one.data.as_deref()))
            .bind::<Array<Nullable<Text>>, _>(column(these, |one| one.tokens.access.audience()));
        won(db, statement, these.len())
    }

    fn is_done(&self, db: &mut PgConnection) -> Query<bool> {
        let key = Key { digest: self.tokens.access.digest, ..self.key };
        access_token::is_there(db, key)
    }
}

/// Rows are locked in the order of their keys, so that two statements never wait for each other.
const AT_ONCE: &str = "\
WITH given AS (
    SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bytea[], $5::text[], $6::text[], $7::bigint[],
        $8::bigint[], $9::bytea[], $10::text[], $11::bigint[], $12::text[], $13::text[])
    WITH ORDINALITY AS given (family, digest, at, access, access_prefix, scopes, issued_at, access_ends,
        refresh, refresh_prefix, refresh_ends, data, audience, number)
), locked AS (
    SELECT grant_id, digest FROM oauth_authorization_codes
    WHERE (grant_id, digest) IN (SELECT family, digest FROM given) AND redeemed_at IS NULL
    ORDER BY grant_id, digest FOR UPDATE
), redeemed AS (
    UPDATE oauth_authorization_codes AS code SET redeemed_at = given.at
    FROM given JOIN locked ON locked.grant_id = given.family AND locked.digest = given.digest
    WHERE code.grant_id = locked.grant_id AND code.digest = locked.digest AND code.redeemed_at IS NULL
    RETURNING given.*
), attached AS (
    UPDATE oauth_grants SET data = redeemed.data FROM redeemed
    WHERE oauth_grants.id = redeemed.family AND redeemed.data IS NOT NULL
), access AS (
    INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at, audience)
    SELECT family, access, access_prefix, scopes, issued_at, access_ends, audience FROM redeemed
), refresh AS (
    INSERT INTO oauth_refresh_tokens (grant_id, digest, prefix, access_token, created_at, expires_at)
    SELECT family, refresh, refresh_prefix, access, issued_at, refresh_ends FROM redeemed WHERE refresh IS NOT NULL
)
SELECT number FROM redeemed";
