//! Access tokens: RFC 6749 §1.4.

use std::{collections::HashMap, sync::Arc};

use diesel::prelude::*;

use super::{
    DbConnection, PgConnection, Query,
    kept::{Keep, native},
    one_of::one_of,
    schema::{oauth_access_tokens as tokens, oauth_clients, oauth_grants},
};
use crate::{
    Resource, Scopes, Timestamp,
    secret::{Digest, Key},
};

/// What is stored of a new access token.
pub(crate) struct NewAccessToken {
    pub(crate) digest: Digest,
    pub(crate) prefix: String,
    pub(crate) scopes: Scopes,
    /// The resource that it is for; `None` is the server's own API.
    pub(crate) audience: Option<Resource>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

impl NewAccessToken {
    /// As it is stored.
    pub(super) fn audience(&self) -> Option<&str> {
        self.audience.as_ref().map(Resource::as_str)
    }
}

/// An access token as it stands, with what it hangs on.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tokens)]
pub(crate) struct Standing {
    pub(crate) grant_id: i64,
    #[diesel(select_expression = oauth_grants::last_used_at)]
    pub(crate) grant_last_used_at: Option<Timestamp>,
    #[diesel(deserialize_as = String)]
    pub(crate) scopes: Scopes,
    /// `None` is the server's own API.
    pub(crate) audience: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) revoked_at: Option<Timestamp>,
    /// Of one that was exchanged: who acts, as JSON.
    pub(crate) actor: Option<String>,
    #[diesel(select_expression = oauth_grants::subject)]
    pub(crate) subject: Option<String>,
    #[diesel(select_expression = oauth_grants::expires_at)]
    pub(crate) grant_expires_at: Option<Timestamp>,
    #[diesel(select_expression = oauth_grants::revoked_at)]
    pub(crate) grant_revoked_at: Option<Timestamp>,
    #[diesel(select_expression = oauth_grants::data)]
    pub(crate) data: Option<String>,
    #[diesel(select_expression = oauth_grants::openid)]
    pub(crate) openid: Option<String>,
    #[diesel(select_expression = oauth_clients::client_id)]
    pub(crate) client_id: String,
    #[diesel(select_expression = oauth_clients::disabled_at)]
    pub(crate) client_disabled_at: Option<Timestamp>,
}

impl Standing {
    /// A token is dead when it, its grant or its client is.
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        let over = self.revoked_at.or(self.grant_revoked_at).or(self.client_disabled_at).is_some();
        !over && now < self.expires_at && self.grant_expires_at.is_none_or(|end| now < end)
    }
}

pub(crate) fn insert(db: &mut DbConnection, grant_id: i64, token: &NewAccessToken) -> Query<()> {
    diesel::insert_into(tokens::table)
        .values((
            tokens::grant_id.eq(grant_id),
            tokens::digest.eq(token.digest.as_bytes()),
            tokens::prefix.eq(&token.prefix),
            tokens::scopes.eq(token.scopes.to_string()),
            tokens::audience.eq(token.audience()),
            tokens::created_at.eq(token.created_at),
            tokens::expires_at.eq(token.expires_at),
        ))
        .returning(tokens::grant_id)
        .kept()
        .found(db)
        .map(drop)
}

/// The bearer check: one statement, the token joined by primary key to its grant and its client.
pub(crate) fn standing(db: &mut DbConnection, key: Key) -> Query<Option<Standing>> {
    native!(
        db,
        tokens::table
            .inner_join(oauth_grants::table.inner_join(oauth_clients::table))
            .filter(tokens::grant_id.eq(key.family))
            .filter(tokens::digest.eq(key.digest.as_bytes()))
            .select(Standing::as_select())
            .get_result(db)
            .optional()
    )
}

/// The same of many tokens; those that are unknown are left out.
pub(crate) fn standings(db: &mut PgConnection, keys: &[Key]) -> Query<HashMap<Key, Arc<Standing>>> {
    let found: Vec<(Vec<u8>, Standing)> = tokens::table
        .inner_join(oauth_grants::table.inner_join(oauth_clients::table))
        .filter(one_of("oauth_access_tokens", keys))
        .select((tokens::digest, Standing::as_select()))
        .kept()
        .load(db)?;
    let keyed = |(digest, standing): (Vec<u8>, Standing)| {
        Some((Key::stored(standing.grant_id, &digest)?, Arc::new(standing)))
    };
    Ok(found.into_iter().filter_map(keyed).collect())
}

/// What is left to say of a token that is given out a second time.
#[derive(Queryable)]
pub(crate) struct Told {
    pub(crate) scopes: String,
    pub(crate) audience: Option<String>,
    pub(crate) expires_at: Timestamp,
    pub(crate) revoked_at: Option<Timestamp>,
}

/// Of a token that was given out before.
pub(crate) fn told(db: &mut DbConnection, key: Key) -> Query<Option<Told>> {
    native!(
        db,
        tokens::table
            .filter(tokens::grant_id.eq(key.family))
            .filter(tokens::digest.eq(key.digest.as_bytes()))
            .select((tokens::scopes, tokens::audience, tokens::expires_at, tokens::revoked_at))
            .get_result(db)
            .optional()
    )
}

/// Ends one token, once: of any number of callers, one gets `true`.
pub(crate) fn revoke(
    db: &mut DbConnection,
    family: i64,
    digest: &[u8],
    now: Timestamp,
) -> Query<bool> {
    let live = tokens::table.find((family, digest)).filter(tokens::revoked_at.is_null());
    diesel::update(live)
        .set(tokens::revoked_at.eq(now))
        .returning(tokens::grant_id)
        .kept()
        .found(db)
}

/// Whether there is one of this key.
pub(crate) fn is_there(db: &mut PgConnection, key: Key) -> Query<bool> {
    let found = tokens::table.find((key.family, key.digest.as_bytes()));
    Ok(found.select(tokens::grant_id).get_result::<i64>(db).optional()?.is_some())
}
