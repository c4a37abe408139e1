//! Refresh tokens: RFC 6749 §1.5, in families (RFC 9700 §4.14.2).

use std::collections::HashMap;

use diesel::prelude::*;

use super::{
    DbConnection, Query,
    given::Given,
    grant::Grant,
    kept::{Keep, native},
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
    pub(crate) id: i64,
    pub(crate) access_token_id: i64,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) redeemed_at: Option<Timestamp>,
    /// Set when it is redeemed: what its successors are derived with.
    pub(crate) salt: Option<Vec<u8>>,
    /// The token whose successor it is.
    pub(crate) predecessor_id: Option<i64>,
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
    pub(crate) predecessor_id: Option<i64>,
}

pub(crate) fn insert(
    db: &mut DbConnection,
    grant_id: i64,
    access_token_id: i64,
    token: &NewRefreshToken,
) -> Query<()> {
    diesel::insert_into(tokens::table)
        .values((
            tokens::digest.eq(token.digest.as_bytes()),
            tokens::prefix.eq(&token.prefix),
            tokens::grant_id.eq(grant_id),
            tokens::access_token_id.eq(access_token_id),
            tokens::created_at.eq(token.created_at),
            tokens::expires_at.eq(token.expires_at),
            tokens::predecessor_id.eq(token.predecessor_id),
        ))
        .returning(tokens::id)
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
            .filter(tokens::digest.eq(key.digest.as_bytes()))
            .filter(tokens::grant_id.eq(key.family))
            .select((RefreshToken::as_select(), Grant::as_select()))
            .get_result(db)
            .optional()
    )
}

/// The same of many tokens.
pub(crate) fn found(
    db: &mut DbConnection,
    keys: &[Key],
) -> Query<HashMap<Key, (RefreshToken, Grant)>> {
    let of = keys.iter().map(|key| key.digest.as_bytes()).collect::<Vec<_>>();
    let found: Vec<(Vec<u8>, RefreshToken, Grant)> = native!(
        db,
        tokens::table
            .inner_join(oauth_grants::table)
            .filter(tokens::digest.eq_any(of))
            .select((tokens::digest, RefreshToken::as_select(), Grant::as_select()))
            .load(db)
    )?;
    let keyed = |(digest, token, grant): (Vec<u8>, _, Grant)| {
        Some((Key::stored(grant.id, &digest)?, (token, grant)))
    };
    Ok(found.into_iter().filter_map(keyed).collect())
}

/// The compare-and-set: of any number of callers, one gets `true`, and its salt is kept.
pub(crate) fn redeem(
    db: &mut DbConnection,
    id: i64,
    now: Timestamp,
    salt: &[u8; 32],
) -> Query<bool> {
    let unredeemed = tokens::table.find(id).filter(tokens::redeemed_at.is_null());
    let changes = (tokens::redeemed_at.eq(now), tokens::salt.eq(salt.as_slice()));
    diesel::update(unredeemed).set(changes).returning(tokens::id).kept().found(db)
}

/// Forgets what a token's successors were derived with: from here on nobody can derive them again.
pub(crate) fn forget_salt(db: &mut DbConnection, id: i64) -> Query<()> {
    diesel::update(tokens::table.find(id))
        .set(tokens::salt.eq(None::<Vec<u8>>))
        .returning(tokens::id)
        .kept()
        .found(db)
        .map(drop)
}
