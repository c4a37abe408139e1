//! Refresh tokens: RFC 6749 §1.5, in families (RFC 9700 §4.14.2).

use std::collections::HashMap;

use diesel::{dsl::exists, prelude::*};

use super::{
    DbConnection, PgConnection, Query,
    given::Given,
    grant::Grant,
    kept::{Keep, native},
    one_of::one_of,
    schema::{oauth_grants, oauth_refresh_tokens as tokens},
};
use crate::{
    Scopes, Timestamp,
    secret::{Digest, Key},
};

/// A refresh token that was issued.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tokens)]
pub(crate) struct RefreshToken {
    /// The digest of the access token that it was issued with.
    pub(crate) access_token: Vec<u8>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) redeemed_at: Option<Timestamp>,
    /// Set when it is redeemed: what its successors are derived with.
    pub(crate) salt: Option<Vec<u8>>,
    /// The digest of the token whose place it took.
    pub(crate) predecessor: Option<Vec<u8>>,
    /// Of the grant's scopes, those that the server gives now.
    #[diesel(select_expression = Given, deserialize_as = String)]
    pub(crate) given: Scopes,
}

/// What is stored of a new refresh token.
pub(crate) struct NewRefreshToken {
    pub(crate) digest: Digest,
    pub(crate) prefix: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) predecessor: Option<Digest>,
}

pub(crate) fn insert(
    db: &mut DbConnection,
    grant_id: i64,
    access_token: Digest,
    token: &NewRefreshToken,
) -> Query<()> {
    diesel::insert_into(tokens::table)
        .values((
            tokens::grant_id.eq(grant_id),
            tokens::digest.eq(token.digest.as_bytes()),
            tokens::prefix.eq(&token.prefix),
            tokens::access_token.eq(access_token.as_bytes()),
            tokens::created_at.eq(token.created_at),
            tokens::expires_at.eq(token.expires_at),
            tokens::predecessor.eq(token.predecessor.as_ref().map(Digest::as_bytes)),
        ))
        .returning(tokens::grant_id)
        .kept()
        .found(db)
        .map(drop)
}

/// The token of this digest, with its grant.
pub(crate) fn find(db: &mut DbConnection, key: Key) -> Query<Option<(RefreshToken, Grant)>> {
    native!(
        db,
        tokens::table
            .inner_join(oauth_grants::table)
            .filter(tokens::grant_id.eq(key.family))
            .filter(tokens::digest.eq(key.digest.as_bytes()))
            .select((RefreshToken::as_select(), Grant::as_select()))
            .get_result(db)
            .optional()
    )
}

/// The same of many tokens.
pub(crate) fn found(
    db: &mut PgConnection,
    keys: &[Key],
) -> Query<HashMap<Key, (RefreshToken, Grant)>> {
    let found: Vec<(Vec<u8>, RefreshToken, Grant)> = tokens::table
        .inner_join(oauth_grants::table)
        .filter(one_of("oauth_refresh_tokens", keys))
        .select((tokens::digest, RefreshToken::as_select(), Grant::as_select()))
        .kept()
        .load(db)?;
    let keyed = |(digest, token, grant): (Vec<u8>, _, Grant)| {
        Some((Key::stored(grant.id, &digest)?, (token, grant)))
    };
    Ok(found.into_iter().filter_map(keyed).collect())
}

/// The compare-and-set: of any number of callers, one gets `true`, and its salt is kept.
pub(crate) fn redeem(
    db: &mut DbConnection,
    key: Key,
    now: Timestamp,
    salt: &[u8; 32],
) -> Query<bool> {
    let unredeemed = tokens::table
        .find((key.family, key.digest.as_bytes()))
        .filter(tokens::redeemed_at.is_null());
    let changes = (tokens::redeemed_at.eq(now), tokens::salt.eq(salt.as_slice()));
    diesel::update(unredeemed).set(changes).returning(tokens::grant_id).kept().found(db)
}

/// Marks the family of a token as used, where the token is neither redeemed nor over and the family neither revoked nor
/// over. Says whether that was so.
pub(crate) fn mark_used(db: &mut DbConnection, key: Key, now: Timestamp) -> Query<bool> {
    let unredeemed = tokens::table
        .find((key.family, key.digest.as_bytes()))
        .filter(tokens::redeemed_at.is_null())
        .filter(tokens::expires_at.is_null().or(tokens::expires_at.gt(now)));
    let live = oauth_grants::table
        .find(key.family)
        .filter(oauth_grants::revoked_at.is_null())
        .filter(oauth_grants::expires_at.is_null().or(oauth_grants::expires_at.gt(now)))
        .filter(exists(unredeemed));
    diesel::update(live)
        .set(oauth_grants::last_used_at.eq(now))
        .returning(oauth_grants::id)
        .kept()
        .found(db)
}

/// Forgets what a token's successors were derived with: from here on nobody can derive them again.
pub(crate) fn forget_salt(db: &mut DbConnection, family: i64, digest: &[u8]) -> Query<()> {
    diesel::update(tokens::table.find((family, digest)))
        .set(tokens::salt.eq(None::<Vec<u8>>))
        .returning(tokens::grant_id)
        .kept()
        .found(db)
        .map(drop)
}
