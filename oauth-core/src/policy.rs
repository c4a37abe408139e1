//! What an application says to whatever is about to be issued: its policy.
//!
//! It is asked by every grant, once a request and in one place (`grant/issue.rs`), before the write and outside of any
//! transaction. So it may wait and read; and because the write may lose against another request, it must not count.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::{
    AuthorizationServer, Client, GrantType, Lifetime, Resources, Scopes, StoreError, TokenError,
};

/// An application's rules for what is issued.
///
/// A policy is asked once for each request that has something issued: a code or, with the implicit grant, a token at the
/// authorization endpoint, and tokens at the token endpoint, refreshes too. What it was asked for may still fail after
/// that, so it must not count. A refresh that is repeated because its answer was lost is not judged again: scopes, ends
/// and members are those of the first answer. What staff issue by hand is not asked for.
///
/// An `Err` refuses the request with that error of RFC 6749 §5.2 and its text, at the authorization endpoint with the one
/// of §4.1.2.1 that comes next to it (`access_denied` for `invalid_grant`). [`TokenError::Server`], a panic, and an answer
/// that takes longer than 5 seconds are answered with 503 (`temporarily_unavailable`), and nothing is issued.
///
/// A closure is a policy, for rules that need not wait:
///
/// ```
/// use oauth_core::{AuthorizationServer, Lifetime, PolicyRequest, Ruling, TokenError};
/// use serde_json::json;
///
/// fn with_rules(server: AuthorizationServer) -> AuthorizationServer {
///     server.with_policy(|request: &PolicyRequest<'_>| {
///         if request.client.is_public && request.scopes.contains("billing") {
///             return Err(TokenError::InvalidScope("billing is for clients with a secret".into()));
///         }
///         Ok(Ruling {
///             access_token_lifetime: Some(Lifetime::Seconds(300)),
///             data: Some(json!({ "tenant": "acme" })),
///             ..Ruling::default()
///         })
///     })
/// }
/// ```
///
/// Another waits:
///
/// ```
/// use oauth_core::{Policy, PolicyRequest, Ruling, StoreError, TokenError};
/// # struct Directory;
/// # impl Directory {
/// #     async fn tenant_of(&self, _: &str) -> Result<Option<String>, std::io::Error> { Ok(None) }
/// # }
///
/// /// Who has no tenant gets nothing.
/// struct Tenants(Directory);
///
/// #[oauth_core::async_trait]
/// impl Policy for Tenants {
///     async fn judge(&self, request: &PolicyRequest<'_>) -> Result<Ruling, TokenError> {
///         let Some(subject) = request.subject else { return Ok(Ruling::default()) };
///         let tenant = self.0.tenant_of(subject).await;
///         let tenant = tenant.map_err(|error| StoreError::Unavailable(error.into()))?;
///         let tenant = tenant.ok_or(TokenError::InvalidGrant("the user has no tenant".into()))?;
///         Ok(Ruling { data: Some(tenant.into()), ..Ruling::default() })
///     }
/// }
/// ```
#[async_trait]
pub trait Policy: Send + Sync + 'static {
    /// Says what may be issued, or that nothing may.
    ///
    /// # Errors
    /// When it may not, and when that cannot be found out just now.
    async fn judge(&self, request: &PolicyRequest<'_>) -> Result<Ruling, TokenError>;
}

#[async_trait]
impl<F> Policy for F
where
    F: Fn(&PolicyRequest<'_>) -> Result<Ruling, TokenError> + Send + Sync + 'static,
{
    async fn judge(&self, request: &PolicyRequest<'_>) -> Result<Ruling, TokenError> {
        self(request)
    }
}

/// What is about to be issued.
///
/// ```
/// # use oauth_core::PolicyRequest;
/// let is_machine = |request: &PolicyRequest<'_>| request.subject.is_none();
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PolicyRequest<'a> {
    /// For whom the client acts; `None` where it acts for itself.
    pub subject: Option<&'a str>,
    /// The client, which is proven, or whose redirect URI is.
    pub client: &'a Client,
    /// With token exchange (RFC 8693), the identifier of the client that the user granted the subject token to: it may be
    /// the same. `None` with every other grant.
    pub granted_to: Option<&'a str>,
    /// How it asks.
    pub grant_type: &'a GrantType,
    /// Where it asks.
    pub endpoint: Endpoint,
    /// What it gets, unless the policy narrows that: all of it is the client's to have, and granted where a user was asked.
    pub scopes: &'a Scopes,
    /// What the tokens are for (RFC 8707): at the authorization endpoint all that may be chosen from, at the token endpoint
    /// the one that was.
    pub resources: &'a Resources,
    /// What is attached to the family so far: by an earlier ruling, or by the grant of the application's own.
    pub data: Option<&'a PolicyData>,
}

/// Where something is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Endpoint {
    /// RFC 6749 §3.1: a code, or with the implicit grant a token.
    Authorization,
    /// RFC 6749 §3.2: tokens.
    Token,
}

/// What the policy says: as the client asked, and as the settings are, where it says nothing.
///
/// ```
/// use oauth_core::{Lifetime, Ruling};
///
/// let short = Ruling { access_token_lifetime: Some(Lifetime::Seconds(300)), ..Ruling::default() };
/// assert!(short.scopes.is_none()); // as the client asked
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ruling {
    /// No more than these scopes, and what they imply. Where a family begins, it never has more; elsewhere this access token has not. What they
    /// leave nothing of is refused as `invalid_scope`.
    pub scopes: Option<Scopes>,
    /// From the issue of the access token to its end, but never beyond its family's.
    pub access_token_lifetime: Option<Lifetime>,
    /// From the issue of the refresh token to its end, but never beyond its family's.
    pub refresh_token_lifetime: Option<Lifetime>,
    /// From the beginning of the family to its end; of no effect where it has begun.
    pub grant_lifetime: Option<Lifetime>,
    /// What is stored with the family, 4 KiB of JSON at most, and given to guards, to events, and to who may introspect
    /// its tokens, their client among them. It takes the place of what
    /// was attached before; `None` leaves that. Of no effect with token exchange, where the family may be another client's.
    pub data: Option<Value>,
    /// What the answer of the token endpoint has more, 4 KiB of JSON at most, under names that neither RFC 6749 §5.1 nor RFC 8693 §2.2.1 has.
    pub members: Map<String, Value>,
}

/// What a policy attached to a family: JSON, kept as text, parsed by who asks.
///
/// ```
/// # fn example(token: &oauth_core::AccessToken) -> Result<(), Box<dyn std::error::Error>> {
/// #[derive(serde::Deserialize)]
/// struct Tenant {
///     tenant: String,
/// }
///
/// if let Some(data) = &token.data {
///     let Tenant { tenant } = data.parse()?;
///     println!("of {tenant}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyData(String);

impl PolicyData {
    pub(crate) fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The JSON.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The JSON as a value of one's own.
    ///
    /// # Errors
    /// When it is of another form.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
    }
}

impl AuthorizationServer {
    /// Asks this policy before anything is issued. Default: none, everything is issued as it is asked for.
    #[must_use]
    pub fn with_policy(self, policy: impl Policy) -> Self {
        Self { policy: Some(Arc::new(policy)), ..self }
    }
}

/// What the policy says, in time; whatever goes wrong with it may be tried again.
pub(crate) async fn ruling(
    policy: &dyn Policy,
    request: &PolicyRequest<'_>,
) -> Result<Ruling, TokenError> {
    let mut judging = policy.judge(request);
    let guarded = std::future::poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| judging.as_mut().poll(context)));
        polled.unwrap_or_else(|_| {
            Poll::Ready(Err(StoreError::unavailable("the policy panicked").into()))
        })
    });
    match timeout(MOST_TIME, guarded).await {
        Ok(Err(TokenError::Server(error))) => Err(error.of_application().into()),
        Ok(Err(refusal)) => Err(refusal.fit_to_be_sent()),
        Ok(ruled) => ruled,
        Err(_) => Err(StoreError::unavailable("the policy took longer than 5 seconds").into()),
    }
}

/// What is stored of data that is attached.
pub(crate) fn data(data: &Value) -> Result<PolicyData, StoreError> {
    let text = data.to_string();
    if text.len() > MOST_BYTES {
        return Err(StoreError::unavailable("more than 4 KiB were attached to a family"));
    }
    Ok(PolicyData(text))
}

/// What is stored of members, where there are any.
pub(crate) fn members(members: &Map<String, Value>) -> Result<Option<String>, StoreError> {
    if members.is_empty() {
        return Ok(None);
    }
    if let Some(name) = ANSWERED.iter().find(|name| members.contains_key(**name)) {
        let fault = format!("a policy added {name} to the answer, which has one already");
        return Err(StoreError::unavailable(fault));
    }
    let text = Value::Object(members.clone()).to_string();
    if text.len() > MOST_BYTES {
        return Err(StoreError::unavailable("a policy added more than 4 KiB to the answer"));
    }
    Ok(Some(text))
}

/// What no member may be called.
const ANSWERED: [&str; 6] =
    ["access_token", "token_type", "expires_in", "refresh_token", "scope", "issued_token_type"];

/// A policy that takes longer is given up.
const MOST_TIME: Duration = Duration::from_secs(5);
const MOST_BYTES: usize = 4096;
