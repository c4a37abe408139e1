//! Access tokens: RFC 6749 §1.4.

use diesel::prelude::*;

use super::{
    DbConnection, Query,
    kept::Keep,
    schema::{oauth_access_tokens as tokens, oauth_clients, oauth_grants},
};
use crate::{Scopes, Timestamp, secret::Digest};

/// What is stored of a new access token.
pub(crate) struct NewAccessToken {
    pub(crate) digest: Digest,
    pub(crate) prefix: String,
    pub(crate) scopes: Scopes,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// An access token as it stands, with what it hangs on.
#[derive(Debug, Clone, Queryable)]
pub(crate) struct Standing {
    pub(crate) grant_id: i64,
    pub(crate) grant_last_used_at: Option<Timestamp>,
    #[diesel(deserialize_as = String)]
    pub(crate) scopes: Scopes,
    pub(crate) expires_at: Timestamp,
    pub(crate) revoked_at: Option<Timestamp>,
    pub(crate) subject: Option<String>,
    pub(crate) grant_expires_at: Option<Timestamp>,
    pub(crate) grant_revoked_at: Option<Timestamp>,
    pub(crate) client_id: String,
    pub(crate) client_disabled_at: Option<Timestamp>,
}

impl Standing {
    /// A token is dead when it, its grant or its client is.
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        let over = self.revoked_at.or(self.grant_revoked_at).or(self.client_disabled_at).is_some();
        !over && now < self.expires_at && self.grant_expires_at.is_none_or(|end| now < end)
    }
}

pub(crate) fn insert(db: &mut DbConnection, grant_id: i64, token: &NewAccessToken) -> Query<i64> {
    diesel::insert_into(tokens::table)
        .values((
            tokens::digest.eq(token.digest.as_bytes()),
            tokens::prefix.eq(&token.prefix),
            tokens::grant_id.eq(grant_id),
            tokens::scopes.eq(token.scopes.to_string()),
            tokens::created_at.eq(token.created_at),
            tokens::expires_at.eq(token.expires_at),
        ))
        .returning(tokens::id)
        .kept()
        .get_result(db)
}

/// The bearer check: one statement, the token joined by primary key to its grant and its client.
pub(crate) fn standing(db: &mut DbConnection, digest: &Digest) -> Query<Option<Standing>> {
    tokens::table
        .inner_join(oauth_grants::table.inner_join(oauth_clients::table))
        .filter(tokens::digest.eq(digest.as_bytes()))
        .select((
            tokens::grant_id,
            oauth_grants::last_used_at,
            tokens::scopes,
            tokens::expires_at,
            tokens::revoked_at,
            oauth_grants::subject,
            oauth_grants::expires_at,
            oauth_grants::revoked_at,
            oauth_clients::client_id,
            oauth_clients::disabled_at,
        ))
        .get_result(db)
        .optional()
}

/// What is left to say of a token that is given out a second time: its scopes and its end.
pub(crate) fn terms(db: &mut DbConnection, digest: &Digest) -> Query<Option<(String, Timestamp)>> {
    tokens::table
        .filter(tokens::digest.eq(digest.as_bytes()))
        .select((tokens::scopes, tokens::expires_at))
        .get_result(db)
        .optional()
}

/// Ends one token.
pub(crate) fn revoke(db: &mut DbConnection, id: i64, now: Timestamp) -> Query<()> {
    let live = tokens::table.find(id).filter(tokens::revoked_at.is_null());
    diesel::update(live)
        .set(tokens::revoked_at.eq(now))
        .returning(tokens::id)
        .kept()
        .found(db)
        .map(drop)
}
