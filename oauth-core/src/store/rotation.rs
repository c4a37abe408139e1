//! A refresh token and its access token give way to the next pair: RFC 9700 §4.14.2.

use diesel::{
    sql_query,
    sql_types::{Array, BigInt, Binary, Nullable, Text},
};

use super::{
    Affected, DbConnection, PgConnection, Query,
    access_token::{self, NewAccessToken},
    executor::{Queue, Queues},
    grant,
    refresh_token::{self, NewRefreshToken, RefreshToken},
    write::{Write, column, won},
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
    /// What the policy attaches in place of what it attached before; `None` leaves that.
    pub(crate) data: Option<String>,
    /// What the answer has more.
    pub(crate) members: Option<String>,
}

impl Write for Rotation {
    fn queue(queues: &Queues) -> &Queue<Self> {
        &queues.rotations
    }

    fn affected(&self) -> Affected {
        Affected::Grant(self.key.family)
    }

    fn step_by_step(&self, db: &mut DbConnection) -> Query<bool> {
        let Self { key, redeemed, now, salt, access, refresh, data, members } = self;
        if !refresh_token::redeem(db, *key, *now, salt)? {
            return Ok(false);
        }
        access_token::revoke(db, key.family, &redeemed.access_token, *now)?;
        grant::refreshed(db, key.family, *now, members.as_deref())?;
        if let Some(data) = data {
            grant::attach(db, key.family, data)?;
        }
        access_token::insert(db, key.family, access)?;
        refresh_token::insert(db, key.family, access.digest, refresh)?;
        if let Some(predecessor) = &redeemed.predecessor {
            refresh_token::forget_salt(db, key.family, predecessor)?; // its successor is used: no grace any more
        }
        Ok(true)
    }

    fn at_once(db: &mut PgConnection, these: &[&Self]) -> Query<Vec<bool>> {
        let statement = sql_query(AT_ONCE)
            .bind::<Array<BigInt>, _>(column(these, |one| one.key.family))
            .bind::<Array<Binary>, _>(column(these, |one| one.key.digest.as_bytes()))
            .bind::<Array<BigInt>, _>(column(these, |one| one.now))
            .bind::<Array<Binary>, _>(column(these, |one| one.salt.as_slice()))
            .bind::<Array<Binary>, _>(column(these, |one| one.access.digest.as_bytes()))
            .bind::<Array<Text>, _>(column(these, |one| &*one.access.prefix))
            .bind::<Array<Text>, _>(column(these, |one| one.access.scopes.to_string()))
            .bind::<Array<BigInt>, _>(column(these, |one| one.access.created_at))
            .bind::<Array<BigInt>, _>(column(these, |one| one.access.expires_at))
            .bind::<Array<Binary>, _>(column(these, |one| one.refresh.digest.as_bytes()))
            .bind::<Array<Text>, _>(column(these, |one| &*one.refresh.prefix))
            .bind::<Array<Nullable<BigInt>>, _>(column(these, |one| one.refresh.expires_at))
            .bind::<Array<Nullable<Text>>, _>(column(these, |one| one.data.as_deref()))
            .bind::<Array<Nullable<Text>>, _>(column(these, |one| one.members.as_deref()))
            .bind::<Array<Nullable<Text>>, _>(column(these, |one| one.access.audience()));
        won(db, statement, these.len())
    }

    fn is_done(&self, db: &mut PgConnection) -> Query<bool> {
        access_token::is_there(db, Key { digest: self.access.digest, ..self.key })
    }
}

/// The same as step by step, of many. Rows are locked in the order of their keys, so that two statements never wait for
/// each other; of two that want the same token, the pair of the one that gets it is inserted.
const AT_ONCE: &str = "\
WITH given AS (
    SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[], $7::text[],
        $8::bigint[], $9::bigint[], $10::bytea[], $11::text[], $12::bigint[],
        $13::text[], $14::text[], $15::text[])
    WITH ORDINALITY AS given (family, digest, at, salt, access, access_prefix, scopes,
        issued_at, access_ends, refresh, refresh_prefix, refresh_ends, data, members, audience, number)
), locked AS (
    SELECT grant_id, digest FROM oauth_refresh_tokens
    WHERE (grant_id, digest) IN (SELECT family, digest FROM given) AND redeemed_at IS NULL
    ORDER BY grant_id, digest FOR UPDATE
), redeemed AS (
    UPDATE oauth_refresh_tokens AS token SET redeemed_at = given.at, salt = given.salt
    FROM given JOIN locked ON locked.grant_id = given.family AND locked.digest = given.digest
    WHERE token.grant_id = locked.grant_id AND token.digest = locked.digest AND token.redeemed_at IS NULL
    RETURNING given.*, token.access_token, token.predecessor
), revoked AS (
    UPDATE oauth_access_tokens AS dead SET revoked_at = redeemed.at FROM redeemed
    WHERE dead.grant_id = redeemed.family AND dead.digest = redeemed.access_token AND dead.revoked_at IS NULL
), used AS (
    UPDATE oauth_grants SET last_used_at = redeemed.at, data = coalesce(redeemed.data, oauth_grants.data),
        members = redeemed.members FROM redeemed WHERE oauth_grants.id = redeemed.family
), forgotten AS (
    UPDATE oauth_refresh_tokens AS used SET salt = NULL FROM redeemed
    WHERE used.grant_id = redeemed.family AND used.digest = redeemed.predecessor
), access AS (
    INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at, audience)
    SELECT family, access, access_prefix, scopes, issued_at, access_ends, audience FROM redeemed
), refresh AS (
    INSERT INTO oauth_refresh_tokens
        (grant_id, digest, prefix, access_token, created_at, expires_at, predecessor)
    SELECT family, refresh, refresh_prefix, access, issued_at, refresh_ends, digest FROM redeemed
)
SELECT number FROM redeemed";
