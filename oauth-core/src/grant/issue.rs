//! What every grant ends with: a family, and tokens in it.

use serde_json::{Map, Value};

use super::terms::NewTokens;
use crate::{
    AuthorizationServer, Client, Endpoint, EventKind, GrantType, Lifetime, PolicyData,
    PolicyRequest, Resource, Resources, Ruling, Scope, Scopes, Secret, StoreError, TokenError,
    Tokens,
    event::LedTo,
    policy,
    scope::not_available,
    scope_request::{OFFLINE_ACCESS, names, with_implied},
    secret::Kind,
    store::{family::NewFamily, grant::NewGrant, write::Write},
};

/// RFC 6750 §4.
pub(crate) const TOKEN_TYPE: &str = "Bearer";

/// What is about to be issued, before anybody has said anything to it.
pub(crate) struct Asked<'a> {
    pub(crate) client: &'a Client,
    pub(crate) subject: Option<&'a str>,
    pub(crate) grant_type: GrantType,
    pub(crate) endpoint: Endpoint,
    pub(crate) scopes: Scopes,
    /// Of a token, the one that it is for.
    pub(crate) resources: Resources,
    /// What is attached to the family so far.
    pub(crate) data: Option<PolicyData>,
}

/// What may be issued: what was asked for, as the policy left it.
#[derive(Default)]
pub(crate) struct Ruled {
    pub(crate) scopes: Scopes,
    pub(crate) resources: Resources,
    pub(super) access_token_lifetime: Option<Lifetime>,
    pub(super) refresh_token_lifetime: Option<Lifetime>,
    grant_lifetime: Option<Lifetime>,
    /// What is attached to the family from now on.
    pub(crate) data: Option<PolicyData>,
    /// The same, where it was not before.
    pub(super) new_data: Option<String>,
    pub(super) members: Map<String, Value>,
    /// The same as text, where there are any.
    pub(super) stored_members: Option<String>,
}

impl Ruled {
    /// For what nobody is asked for.
    pub(crate) fn unasked(scopes: &[Scope]) -> Self {
        let its_own = scopes.iter().filter(|scope| scope.name != OFFLINE_ACCESS);
        let resources = its_own.map(|scope| scope.resource.as_deref().map(Resource::stored));
        Self { scopes: names(scopes), resources: resources.collect(), ..Self::default() }
    }

    /// Of a token: what it is for. `None` is the server's own API.
    pub(crate) fn audience(&self) -> Option<Resource> {
        self.resources.only().flatten().cloned()
    }

    /// What was ruled, where it can be done.
    fn of(asked: Asked<'_>, ruling: Ruling) -> Result<Self, TokenError> {
        let Ruling { access_token_lifetime, refresh_token_lifetime, grant_lifetime, .. } = ruling;
        let lifetimes = [access_token_lifetime, refresh_token_lifetime, grant_lifetime];
        if !lifetimes.into_iter().flatten().all(Lifetime::is_possible) {
            let fault = "a policy chose a lifetime that is not within 1 second and 100 years";
            return Err(StoreError::unavailable(fault).into());
        }
        let scopes = ruling.scopes.map_or(asked.scopes.clone(), |most| asked.scopes.within(&most));
        if scopes.is_empty() && !asked.scopes.is_empty() {
            return Err(TokenError::InvalidScope(not_available(&asked.scopes)));
        }
        let data = ruling.data.as_ref().map(policy::data).transpose()?;
        let new_data = data.as_ref().map(|data| data.as_str().to_owned());
        let stored_members = policy::members(&ruling.members)?;
        Ok(Self {
            scopes,
            resources: asked.resources,
            access_token_lifetime,
            refresh_token_lifetime,
            grant_lifetime,
            data: data.or(asked.data),
            new_data,
            members: ruling.members,
            stored_members,
        })
    }
}

/// What every grant asks before it issues anything, once: is the user still active, and what does the policy say?
pub(crate) async fn ruled(
    server: &AuthorizationServer,
    asked: Asked<'_>,
) -> Result<Ruled, TokenError> {
    require_active(server, asked.subject).await?;
    by_policy(server, asked, None).await
}

/// What the policy says; `granted_to` is the client of a token that another one exchanges.
pub(super) async fn by_policy(
    server: &AuthorizationServer,
    asked: Asked<'_>,
    granted_to: Option<&str>,
) -> Result<Ruled, TokenError> {
    let Some(policy) = &server.policy else { return Ruled::of(asked, Ruling::default()) };
    let request = PolicyRequest {
        subject: asked.subject,
        client: asked.client,
        granted_to,
        grant_type: &asked.grant_type,
        endpoint: asked.endpoint,
        scopes: &asked.scopes,
        resources: &asked.resources,
        data: asked.data.as_ref(),
    };
    let mut ruling = policy::ruling(&**policy, &request).await?;
    if let Some(most) = ruling.scopes.take_if(|most| !asked.scopes.is_within(most)) {
        let implied = names(&with_implied(server, &most).await?);
        ruling.scopes = Some(most.iter().chain(implied.iter()).collect());
    }
    Ruled::of(asked, ruling)
}

/// What an application calls a user must be something that can be stored.
pub(crate) fn checked_subject(subject: Option<&str>) -> Result<(), StoreError> {
    let fits = |subject: &str| {
        !subject.is_empty() && subject.len() <= LONGEST_SUBJECT && !subject.contains('\0')
    };
    if subject.is_none_or(fits) {
        return Ok(());
    }
    Err(StoreError::internal("a subject has 1 to 255 bytes, none of them NUL"))
}

/// Asks whether the user for whom something is to be issued is still active.
pub(super) async fn require_active(
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
    ruled: &Ruled,
) -> NewGrant {
    let now = server.now();
    // A client whose tokens never end by themselves was said so explicitly: nor does what they hang on.
    let endless = client.access_token_lifetime == Some(0);
    let lifetime = server.settings.grant_lifetime.filter(|_| !endless);
    let lifetime = ruled.grant_lifetime.map_or(lifetime, Lifetime::seconds);
    NewGrant {
        id: server.family_key(),
        client_id: client.id,
        subject: subject.map(str::to_owned),
        scopes: ruled.scopes.clone(),
        resources: ruled.resources.clone(),
        created_at: now,
        expires_at: lifetime.map(|lifetime| now + lifetime),
        data: ruled.data.as_ref().map(|data| data.as_str().to_owned()),
        openid: None,
        sid: None,
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
    ruled: &Ruled,
) -> EventKind {
    let (client_id, subject) = (client.client_id.clone(), subject.map(str::to_owned));
    let (scopes, audience, data) = (ruled.scopes.clone(), ruled.audience(), ruled.data.clone());
    EventKind::TokenIssued { grant_type, client_id, actor: None, subject, scopes, audience, data }
}

/// The access token and the refresh token that a redeemed refresh token leads to; `None` where it is none.
pub(crate) fn successors(presented: &Secret, salt: &[u8; 32]) -> Option<(Secret, Secret)> {
    let successor = |kind| presented.successor(kind, salt);
    successor(Kind::AccessToken).zip(successor(Kind::RefreshToken))
}

/// In bytes.
const LONGEST_SUBJECT: usize = 255;
const NOT_ACTIVE: &str = "the user is not active any more";
/// Two at once are already a rarity.
const KEYS_TRIED: u32 = 16;
