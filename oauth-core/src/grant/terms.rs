//! What tokens allow and for how long, and the tokens themselves: drawn, but not yet stored.

use serde_json::{Map, Value};

use super::issue::Ruled;
use crate::{
    AuthorizationServer, Client, GrantType, Lifetime, Resource, Scopes, Secret, Timestamp, Tokens,
    scope_request::OFFLINE_ACCESS,
    secret::{Digest, Kind},
    store::{self, access_token::NewAccessToken, refresh_token::NewRefreshToken},
};

/// Tokens that are drawn and dated, but not yet stored.
#[derive(Clone)]
pub(crate) struct NewTokens {
    access: Secret,
    refresh: Option<Secret>,
    terms: Terms,
}

/// What tokens allow, and for how long.
#[derive(Clone)]
pub(crate) struct Terms {
    scopes: Scopes,
    audience: Option<Resource>,
    created_at: Timestamp,
    access_expires_at: Timestamp,
    refresh_expires_at: Option<Timestamp>,
    members: Map<String, Value>,
}

impl Terms {
    /// From now on, as long as the policy says, or else the client's own settings, or else the server's; never longer than
    /// the family.
    pub(crate) fn new(
        server: &AuthorizationServer,
        client: &Client,
        ruled: &Ruled,
        family_ends: Option<Timestamp>,
    ) -> Self {
        let (now, settings) = (server.now(), &server.settings);
        let end = |ruled: Option<Lifetime>, own: Option<i64>, servers: Option<i64>| {
            let own = own.map_or(servers, |seconds| (seconds != 0).then_some(seconds));
            let end = ruled.map_or(own, Lifetime::seconds).map(|lifetime| now + lifetime);
            end.into_iter().chain(family_ends).min()
        };
        let servers = Some(settings.access_token_lifetime);
        let access = end(ruled.access_token_lifetime, client.access_token_lifetime, servers);
        let refresh = (client.refresh_token_lifetime, settings.refresh_token_lifetime);
        Self {
            scopes: ruled.scopes.clone(),
            audience: ruled.audience(),
            created_at: now,
            access_expires_at: access.unwrap_or(NEVER),
            refresh_expires_at: end(ruled.refresh_token_lifetime, refresh.0, refresh.1),
            members: ruled.members.clone(),
        }
    }

    /// What is stored of an access token.
    pub(crate) fn access_token(&self, secret: &Secret) -> NewAccessToken {
        NewAccessToken {
            digest: Digest::of(secret.expose()),
            prefix: secret.prefix(),
            scopes: self.scopes.clone(),
            audience: self.audience.clone(),
            created_at: self.created_at,
            expires_at: self.access_expires_at,
        }
    }

    /// What is stored of a refresh token; `predecessor` is the one whose place it takes.
    pub(crate) fn refresh_token(
        &self,
        secret: &Secret,
        predecessor: Option<Digest>,
    ) -> NewRefreshToken {
        NewRefreshToken {
            digest: Digest::of(secret.expose()),
            prefix: secret.prefix(),
            created_at: self.created_at,
            expires_at: self.refresh_expires_at,
            predecessor,
        }
    }

    /// The same with another end of the access token; `None` is none.
    pub(crate) fn until(self, access_expires_at: Option<Timestamp>) -> Self {
        Self { access_expires_at: access_expires_at.unwrap_or(NEVER), ..self }
    }
}

impl NewTokens {
    /// An access token of a family and, where the client may refresh it, a refresh token.
    pub(crate) fn drawn(
        server: &AuthorizationServer,
        client: &Client,
        family: i64,
        terms: Terms,
    ) -> Self {
        let settings = &server.settings;
        let may_go_on =
            !settings.refresh_needs_offline_access || terms.scopes.contains(OFFLINE_ACCESS);
        let refreshable = settings.access_tokens_refreshable
            && client.allows(&GrantType::RefreshToken)
            && may_go_on;
        let refresh =
            || Secret::of_family(&server.settings.token_brand, Kind::RefreshToken, family);
        Self { refresh: refreshable.then(refresh), ..Self::access_only(server, family, terms) }
    }

    /// An access token alone.
    pub(crate) fn access_only(server: &AuthorizationServer, family: i64, terms: Terms) -> Self {
        let access = Secret::of_family(&server.settings.token_brand, Kind::AccessToken, family);
        Self { access, refresh: None, terms }
    }

    /// This access token, and this refresh token.
    pub(crate) fn pair(access: Secret, refresh: Secret, terms: Terms) -> Self {
        Self { access, refresh: Some(refresh), terms }
    }

    /// What is stored of them.
    pub(crate) fn rows(&self) -> store::family::NewTokens {
        let refresh = self.refresh.as_ref().map(|secret| self.terms.refresh_token(secret, None));
        store::family::NewTokens { access: self.terms.access_token(&self.access), refresh }
    }

    /// The access token.
    pub(crate) fn access(&self) -> &Secret {
        &self.access
    }

    /// What the client is told, once they are stored.
    pub(crate) fn into_answer(self) -> Tokens {
        Tokens {
            access_token: self.access,
            expires_in: expires_in(self.terms.access_expires_at, self.terms.created_at),
            refresh_token: self.refresh,
            id_token: None,
            issued_token_type: None,
            scopes: self.terms.scopes,
            members: self.terms.members,
        }
    }
}

/// Seconds that are left, where there is an end.
pub(crate) fn expires_in(expires_at: Timestamp, now: Timestamp) -> Option<i64> {
    (expires_at != NEVER).then(|| (expires_at - now).max(0))
}

/// When a token ends that never does.
pub(crate) const NEVER: Timestamp = Timestamp::MAX;
