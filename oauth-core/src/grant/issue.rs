//! What every grant ends with: a family, and tokens in it.

use crate::{
    AuthorizationServer, Client, GrantType, Scopes, Secret, Timestamp, Tokens,
    secret::Digest,
    store::{
        self, DbConnection, Query, access_token::NewAccessToken, grant::NewGrant,
        refresh_token::NewRefreshToken,
    },
};

/// RFC 6750 §4.
pub(crate) const TOKEN_TYPE: &str = "Bearer";

/// A family that begins now.
pub(crate) fn new_grant(
    server: &AuthorizationServer,
    client: &Client,
    subject: Option<&str>,
    scopes: Scopes,
) -> NewGrant {
    let now = server.now();
    NewGrant {
        client_id: client.id,
        subject: subject.map(str::to_owned),
        scopes,
        created_at: now,
        expires_at: server.settings.grant_lifetime.map(|lifetime| now + lifetime),
    }
}

/// Tokens that are drawn and dated, but not yet stored.
#[derive(Clone)]
pub(crate) struct NewTokens {
    access: Secret,
    refresh: Option<Secret>,
    scopes: Scopes,
    created_at: Timestamp,
    access_expires_at: Timestamp,
    refresh_expires_at: Option<Timestamp>,
}

impl NewTokens {
    /// An access token and, where the client may refresh it, a refresh token. Neither outlives the family.
    pub(crate) fn drawn(
        server: &AuthorizationServer,
        client: &Client,
        scopes: Scopes,
        family_ends: Option<Timestamp>,
    ) -> Self {
        let refreshable =
            server.settings.access_tokens_refreshable && client.allows(GrantType::RefreshToken);
        Self::dated(
            server,
            Secret::generate(),
            refreshable.then(Secret::generate),
            scopes,
            family_ends,
        )
    }

    /// An access token alone.
    pub(crate) fn access_only(
        server: &AuthorizationServer,
        scopes: Scopes,
        family_ends: Option<Timestamp>,
    ) -> Self {
        Self::dated(server, Secret::generate(), None, scopes, family_ends)
    }

    /// The successors of a presented refresh token: the same for the same salt.
    pub(crate) fn derived(
        server: &AuthorizationServer,
        presented: &str,
        salt: &[u8; 32],
        scopes: Scopes,
        family_ends: Option<Timestamp>,
    ) -> Self {
        let (access, refresh) = successors(presented, salt);
        Self::dated(server, access, Some(refresh), scopes, family_ends)
    }

    fn dated(
        server: &AuthorizationServer,
        access: Secret,
        refresh: Option<Secret>,
        scopes: Scopes,
        family_ends: Option<Timestamp>,
    ) -> Self {
        let now = server.now();
        let bounded = |end: Timestamp| family_ends.map_or(end, |family_end| end.min(family_end));
        let refresh_ends =
            server.settings.refresh_token_lifetime.map(|lifetime| bounded(now + lifetime));
        Self {
            access,
            refresh,
            scopes,
            created_at: now,
            access_expires_at: bounded(now + server.settings.access_token_lifetime),
            refresh_expires_at: refresh_ends.or(family_ends),
        }
    }

    /// Stores the digests.
    pub(crate) fn insert(&self, db: &mut DbConnection, grant_id: i64) -> Query<()> {
        let access = NewAccessToken {
            digest: Digest::of(self.access.expose()),
            scopes: self.scopes.clone(),
            created_at: self.created_at,
            expires_at: self.access_expires_at,
        };
        let access_token_id = store::access_token::insert(db, grant_id, &access)?;
        let Some(refresh) = &self.refresh else { return Ok(()) };
        let refresh = NewRefreshToken {
            digest: Digest::of(refresh.expose()),
            created_at: self.created_at,
            expires_at: self.refresh_expires_at,
        };
        store::refresh_token::insert(db, grant_id, access_token_id, &refresh)
    }

    /// What the client is told, once they are stored.
    pub(crate) fn into_answer(self, server: &AuthorizationServer) -> Tokens {
        Tokens {
            access_token: self.access,
            expires_in: self.access_expires_at - server.now(),
            refresh_token: self.refresh,
            scopes: self.scopes,
        }
    }
}

/// The access token and the refresh token that a redeemed refresh token leads to.
pub(crate) fn successors(presented: &str, salt: &[u8; 32]) -> (Secret, Secret) {
    (
        Secret::derived(presented, salt, "access_token"),
        Secret::derived(presented, salt, "refresh_token"),
    )
}
