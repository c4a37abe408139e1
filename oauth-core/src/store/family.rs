//! A family as it begins: a grant, and what it begins with.

use diesel::{
    sql_query,
    sql_types::{Array, BigInt, Binary, Nullable, Text},
};

use super::{
    Affected, DbConnection, PgConnection, Query,
    access_token::{self, NewAccessToken},
    authorization_code::{self, NewAuthorizationCode},
    executor::{Queue, Queues},
    grant::{self, NewGrant},
    refresh_token::{self, NewRefreshToken},
    write::{Write, column, won},
};
use crate::{Timestamp, secret::Key};

/// A family that begins with a code, or with tokens. Where its key is another's already, it loses.
pub(crate) struct NewFamily<F> {
    pub(crate) grant: NewGrant,
    pub(crate) first: F,
}

/// Tokens that are issued together.
pub(crate) struct NewTokens {
    pub(crate) access: NewAccessToken,
    pub(crate) refresh: Option<NewRefreshToken>,
}

impl NewTokens {
    /// Issues them in a family.
    pub(crate) fn insert(&self, db: &mut DbConnection, family: i64) -> Query<()> {
        access_token::insert(db, family, &self.access)?;
        match &self.refresh {
            Some(refresh) => refresh_token::insert(db, family, self.access.digest, refresh),
            None => Ok(()),
        }
    }

    pub(super) fn refresh_digest(&self) -> Option<&[u8]> {
        self.refresh.as_ref().map(|refresh| refresh.digest.as_bytes())
    }

    pub(super) fn refresh_prefix(&self) -> Option<&str> {
        self.refresh.as_ref().map(|refresh| &*refresh.prefix)
    }

    pub(super) fn refresh_ends(&self) -> Option<Timestamp> {
        self.refresh.as_ref().and_then(|refresh| refresh.expires_at)
    }
}

impl Write for NewFamily<NewAuthorizationCode> {
    fn queue(queues: &Queues) -> &Queue<Self> {
        &queues.codes
    }

    fn affected(&self) -> Affected {
        Affected::Nothing
    }

    fn step_by_step(&self, db: &mut DbConnection) -> Query<bool> {
        grant::insert(db, &self.grant)?;
        authorization_code::insert(db, self.grant.id, &self.first).map(|()| true)
    }

    fn at_once(db: &mut PgConnection, these: &[&Self]) -> Query<Vec<bool>> {
        let statement = sql_query(WITH_CODES)
            .bind::<Array<BigInt>, _>(column(these, |new| new.grant.id))
            .bind::<Array<BigInt>, _>(column(these, |new| new.grant.client_id))
            .bind::<Array<Nullable<Text>>, _>(column(these, |new| new.grant.subject.as_deref()))
            .bind::<Array<Text>, _>(column(these, |new| new.grant.scopes.to_string()))
            .bind::<Array<BigInt>, _>(column(these, |new| new.grant.created_at))
            .bind::<Array<Nullable<BigInt>>, _>(column(these, |new| new.grant.expires_at))
            .bind::<Array<Binary>, _>(column(these, |new| new.first.digest.as_bytes()))
            .bind::<Array<Text>, _>(column(these, |new| &*new.first.prefix))
            .bind::<Array<Nullable<Text>>, _>(column(these, |new| {
                new.first.redirect_uri.as_deref()
            }))
            .bind::<Array<Nullable<Text>>, _>(column(these, |new| {
                new.first.code_challenge.as_deref()
            }))
            .bind::<Array<BigInt>, _>(column(these, |new| new.first.created_at))
            .bind::<Array<BigInt>, _>(column(these, |new| new.first.expires_at))
            .bind::<Array<Nullable<Text>>, _>(column(these, |new| new.grant.data.as_deref()))
            .bind::<Array<Nullable<Text>>, _>(column(these, |new| new.grant.resources.to_stored()))
            .bind::<Array<Nullable<Text>>, _>(column(these, |new| new.grant.openid.as_deref()))
            .bind::<Array<Nullable<Text>>, _>(column(these, |new| new.grant.sid.as_deref()));
        won(db, statement, these.len())
    }

    fn is_done(&self, db: &mut PgConnection) -> Query<bool> {
        let key = Key { family: self.grant.id, digest: self.first.digest };
        authorization_code::is_there(db, key)
    }
}

impl Write for NewFamily<NewTokens> {
    fn queue(queues: &Queues) -> &Queue<Self> {
        &queues.issues
    }

    fn affected(&self) -> Affected {
        Affected::Nothing
    }

    fn step_by_step(&self, db: &mut DbConnection) -> Query<bool> {
        grant::insert(db, &self.grant)?;
        self.first.insert(db, self.grant.id).map(|()| true)
    }

    fn at_once(db: &mut PgConnection, these: &[&Self]) -> Query<Vec<bool>> {
        let statement = sql_query(WITH_TOKENS)
            .bind::<Array<BigInt>, _>(column(these, |new| new.grant.id))
            .bind::<Array<BigInt>, _>(column(these, |new| new.grant.client_id))
            .bind::<Array<Nullable<Text>>, _>(column(these, |new| new.grant.subject.as_deref()))
            .bind::<Array<Text>, _>(column(these, |new| new.grant.scopes.to_string()))
            .bind::<Array<BigInt>, _>(column(these, |new| new.grant.created_at))
            .bind::<Array<Nullable<BigInt>>, _>(column(these, |new| new.grant.expires_at))
            .bind::<Array<Binary>, _>(column(these, |new| new.first.access.digest.as_bytes()))
            .bind::<Array<Text>, _>(column(these, |new| &*new.first.access.prefix))
            .bind::<Array<Text>, _>(column(these, |new| new.first.access.scopes.to_string()))
            .bind::<Array<BigInt>, _>(column(these, |new| new.first.access.created_at))
            .bind::<Array<BigInt>, _>(column(these, |new| new.first.access.expires_at))
            .bind::<Array<Nullable<Binary>>, _>(column(these, |new| new.first.refresh_digest()))
            .bind::<Array<Nullable<Text>>, _>(column(these, |new| new.first.refresh_prefix()))
            .bind::<Array<Nullable<BigInt>>, _>(column(these, |new| new.first.refresh_ends()))
            .bind::<Array<Nullable<Text>>, _>(column(these, |new| new.grant.data.as_deref()))
            .bind::<Array<Nullable<Text>>, _>(column(these, |new| new.grant.resources.to_stored()))
            .bind::<Array<Nullable<Text>>, _>(column(these, |new| new.first.access.audience()))
            .bind::<Array<Nullable<Text>>, _>(column(these, |new| new.grant.openid.as_deref()))
            .bind::<Array<Nullable<Text>>, _>(column(these, |new| new.grant.sid.as_deref()));
        won(db, statement, these.len())
    }

    fn is_done(&self, db: &mut PgConnection) -> Query<bool> {
        let key = Key { family: self.grant.id, digest: self.first.access.digest };
        access_token::is_there(db, key)
    }
}

const WITH_CODES: &str = "\
WITH given AS (
    SELECT DISTINCT ON (family) * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
        $7::bytea[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::text[], $14::text[],
        $15::text[], $16::text[])
    WITH ORDINALITY AS given (family, client, subject, granted, begun_at, ends_at,
        digest, prefix, redirect_uri, challenge, issued_at, expires_at, data, resources, openid, sid, number)
    ORDER BY family, number
), begun AS (
    INSERT INTO oauth_grants (id, client_id, subject, scopes, created_at, expires_at, last_used_at, data, resources, openid, sid)
    SELECT family, client, subject, granted, begun_at, ends_at, begun_at, data, resources, openid, sid FROM given
    ON CONFLICT (id) DO NOTHING RETURNING id
), codes AS (
    INSERT INTO oauth_authorization_codes
        (grant_id, digest, prefix, redirect_uri, code_challenge, created_at, expires_at)
    SELECT family, digest, prefix, redirect_uri, challenge, issued_at, expires_at FROM given JOIN begun ON id = family
)
SELECT number FROM given JOIN begun ON id = family";

const WITH_TOKENS: &str = "\
WITH given AS (
    SELECT DISTINCT ON (family) * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
        $7::bytea[], $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::bytea[], $13::text[], $14::bigint[], $15::text[],
        $16::text[], $17::text[], $18::text[], $19::text[])
    WITH ORDINALITY AS given (family, client, subject, granted, begun_at, ends_at,
        access, access_prefix, scopes, issued_at, access_ends, refresh, refresh_prefix, refresh_ends, data,
        resources, audience, openid, sid, number)
    ORDER BY family, number
), begun AS (
    INSERT INTO oauth_grants (id, client_id, subject, scopes, created_at, expires_at, last_used_at, data, resources, openid, sid)
    SELECT family, client, subject, granted, begun_at, ends_at, begun_at, data, resources, openid, sid FROM given
    ON CONFLICT (id) DO NOTHING RETURNING id
), access AS (
    INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at, audience)
    SELECT family, access, access_prefix, scopes, issued_at, access_ends, audience FROM given JOIN begun ON id = family
), refresh AS (
    INSERT INTO oauth_refresh_tokens (grant_id, digest, prefix, access_token, created_at, expires_at)
    SELECT family, refresh, refresh_prefix, access, issued_at, refresh_ends FROM given JOIN begun ON id = family
    WHERE refresh IS NOT NULL
)
SELECT number FROM given JOIN begun ON id = family";
