//! Authorization codes: RFC 6749 §4.1.

use diesel::prelude::*;

use super::{
    DbConnection, PgConnection, Query,
    given::Given,
    grant::Grant,
    kept::{Keep, native},
    schema::{oauth_authorization_codes as codes, oauth_grants},
};
use crate::{
    Scopes, Timestamp,
    secret::{Digest, Key},
};

/// A code that was issued.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = codes)]
pub(crate) struct AuthorizationCode {
    /// Where the authorization request named it: then the token request must, too (§4.1.3).
    pub(crate) redirect_uri: Option<String>,
    pub(crate) code_challenge: Option<String>,
    pub(crate) expires_at: Timestamp,
    pub(crate) redeemed_at: Option<Timestamp>,
    /// Of the grant's scopes, those that the server gives now.
    #[diesel(select_expression = Given, deserialize_as = String)]
    pub(crate) given: Scopes,
}

/// What is stored of a new code.
pub(crate) struct NewAuthorizationCode {
    pub(crate) digest: Digest,
    pub(crate) prefix: String,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) code_challenge: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

pub(crate) fn insert(
    db: &mut DbConnection,
    grant_id: i64,
    code: &NewAuthorizationCode,
) -> Query<()> {
    diesel::insert_into(codes::table)
        .values((
            codes::grant_id.eq(grant_id),
            codes::digest.eq(code.digest.as_bytes()),
            codes::prefix.eq(&code.prefix),
            codes::redirect_uri.eq(&code.redirect_uri),
            codes::code_challenge.eq(&code.code_challenge),
            codes::created_at.eq(code.created_at),
            codes::expires_at.eq(code.expires_at),
        ))
        .returning(codes::grant_id)
        .kept()
        .found(db)
        .map(drop)
}

/// The code of this digest, with its grant.
pub(crate) fn find(db: &mut DbConnection, key: Key) -> Query<Option<(AuthorizationCode, Grant)>> {
    native!(
        db,
        codes::table
            .inner_join(oauth_grants::table)
            .filter(codes::grant_id.eq(key.family))
            .filter(codes::digest.eq(key.digest.as_bytes()))
            .select((AuthorizationCode::as_select(), Grant::as_select()))
            .get_result(db)
            .optional()
    )
}

/// The compare-and-set: of any number of callers, one gets `true`.
pub(crate) fn redeem(db: &mut DbConnection, key: Key, now: Timestamp) -> Query<bool> {
    let unredeemed =
        codes::table.find((key.family, key.digest.as_bytes())).filter(codes::redeemed_at.is_null());
    diesel::update(unredeemed)
        .set(codes::redeemed_at.eq(now))
        .returning(codes::grant_id)
        .kept()
        .found(db)
}

/// Whether there is one of this key.
pub(crate) fn is_there(db: &mut PgConnection, key: Key) -> Query<bool> {
    let found = codes::table.find((key.family, key.digest.as_bytes()));
    Ok(found.select(codes::grant_id).get_result::<i64>(db).optional()?.is_some())
}
