//! What every grant ends with: a family, and tokens in it.

use crate::{
    AuthorizationServer, Client, EventKind, GrantType, Scopes, Secret, StoreError, Timestamp,
    TokenError, Tokens,
    event::LedTo,
    secret::{Digest, Kind},
    store::{
        self, access_token::NewAccessToken, family::NewFamily, grant::NewGrant,
        refresh_token::NewRefreshToken, write::Write,
    },
};

/// RFC 6750 §4.
pub(crate) const TOKEN_TYPE: &str = "Bearer";

/// Asks whether the user for whom something is to be issued is still active.
pub(crate) async fn require_active(
    server: &AuthorizationServer,
    subject: Option<&str>,
) -> Result<(), TokenError> {
    let (Some(check), Some(subject)) = (&server.active, subject) else { return Ok(()) };
    match check(subject.to_owned()).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(TokenError::InvalidGrant(NOT_ACTIVE.into())),
        Err(error) => Err(error.of_application().into()),
    }
}

/// A family that begins now.
pub(crate) fn new_grant(
    server: &AuthorizationServer,
    client: &Client,
    subject: Option<&str>,
    scopes: Scopes,
) -> NewGrant {
    let now = server.now();
    // A client whose tokens never end by themselves was said so explicitly: nor does what they hang on.
    let endless = client.access_token_lifetime == Some(0);
    let lifetime = server.settings.grant_lifetime.filter(|_| !endless);
    NewGrant {
        id: server.family_key(),
        client_id: client.id,
        subject: subject.map(str::to_owned),
        scopes,
        created_at: now,
        expires_at: lifetime.map(|lifetime| now + lifetime),
    }
}

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
    created_at: Timestamp,
    access_expires_at: Timestamp,
    refresh_expires_at: Option<Timestamp>,
}

impl Terms {
    /// From now on, as long as the client's own settings say, or else the server's; never longer than the family.
    pub(crate) fn new(
        server: &AuthorizationServer,
        client: &Client,
        scopes: Scopes,
        family_ends: Option<Timestamp>,
    ) -> Self {
        let (now, settings) = (server.now(), &server.settings);
        let end = |own: Option<i64>, servers: Option<i64>| {
            let lifetime = own.map_or(servers, |seconds| (seconds != 0).then_some(seconds));
            let end = lifetime.map(|lifetime| now + lifetime);
            end.into_iter().chain(family_ends).min()
        };
        let access = end(client.access_token_lifetime, Some(settings.access_token_lifetime));
        Self {
            scopes,
            created_at: now,
            access_expires_at: access.unwrap_or(NEVER),
            refresh_expires_at: end(client.refresh_token_lifetime, settings.refresh_token_lifetime),
        }
    }

    /// What is stored of an access token.
    pub(crate) fn access_token(&self, secret: &Secret) -> NewAccessToken {
        NewAccessToken {
            digest: Digest::of(secret.expose()),
            prefix: secret.prefix(),
            scopes: self.scopes.clone(),
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
        let refreshable =
            server.settings.access_tokens_refreshable && client.allows(GrantType::RefreshToken);
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

    /// What the client is told, once they are stored.
    pub(crate) fn into_answer(self) -> Tokens {
        Tokens {
            access_token: self.access,
            expires_in: expires_in(self.terms.access_expires_at, self.terms.created_at),
            refresh_token: self.refresh,
            scopes: self.terms.scopes,
        }
    }
}

/// Begins a family with what is drawn for its key, and raises what that led to. Where another process has drawn the same
/// key, it begins with the next.
pub(crate) async fn begin<A, F>(
    server: &AuthorizationServer,
    mut grant: NewGrant,
    draw: impl Fn(i64) -> (A, F),
    led_to: impl Fn() -> Vec<EventKind>,
) -> Result<A, StoreError>
where
    NewFamily<F>: Write,
{
    for _ in 0..KEYS_TRIED {
        let (answer, first) = draw(grant.id);
        let family = NewFamily { grant: grant.clone(), first };
        let prepare = || -> LedTo<bool> {
            let kinds = led_to();
            Box::new(|&won| if won { kinds } else { Vec::new() })
        };
        if server.compare_and_raise(family, prepare).await? {
            return Ok(answer);
        }
        grant.id = server.family_key();
    }
    Err(StoreError::internal("no key for a family was free"))
}

/// The same with tokens.
pub(crate) async fn begin_with_tokens(
    server: &AuthorizationServer,
    grant: NewGrant,
    draw: impl Fn(i64) -> NewTokens,
    led_to: impl Fn() -> Vec<EventKind>,
) -> Result<Tokens, StoreError> {
    let draw = |family| {
        let tokens = draw(family);
        let rows = tokens.rows();
        (tokens.into_answer(), rows)
    };
    begin(server, grant, draw, led_to).await
}

/// What is told of the first tokens of a family.
pub(crate) fn issued(
    grant_type: GrantType,
    client: &Client,
    subject: Option<&str>,
    scopes: Scopes,
) -> EventKind {
    let (client_id, subject) = (client.client_id.clone(), subject.map(str::to_owned));
    EventKind::TokenIssued { grant_type, client_id, subject, scopes }
}

/// Seconds that are left, where there is an end.
pub(crate) fn expires_in(expires_at: Timestamp, now: Timestamp) -> Option<i64> {
    (expires_at != NEVER).then(|| (expires_at - now).max(0))
}

/// When a token ends that never does.
pub(crate) const NEVER: Timestamp = Timestamp::MAX;

/// The access token and the refresh token that a redeemed refresh token leads to; `None` where it is none.
pub(crate) fn successors(presented: &Secret, salt: &[u8; 32]) -> Option<(Secret, Secret)> {
    let successor = |kind| presented.successor(kind, salt);
    successor(Kind::AccessToken).zip(successor(Kind::RefreshToken))
}

const NOT_ACTIVE: &str = "the user is not active any more";
/// Two at once are already a rarity.
const KEYS_TRIED: u32 = 16;
