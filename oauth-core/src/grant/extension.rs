//! Grants of the application's own: RFC 6749 §4.5. The built-in `password` is made as one.

use std::{pin::Pin, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::time::timeout;

use super::{
    Asked, NewTokens, Terms, begin_with_tokens, checked_subject, issued, new_grant, ruled,
};
use crate::{
    AuthorizationServer, Client, Endpoint, GrantType, Params, Resource, Scopes, StoreError,
    TokenError, Tokens, UnknownGrantType, policy,
    scope_request::{Asking, available, names, requested_scopes},
};

/// A token request with a grant of the application's own.
///
/// ```no_run
/// use oauth_core::{GrantRequest, Granted, TokenError};
///
/// /// A grant by which a client acts for itself.
/// async fn itself(request: GrantRequest) -> Result<Granted, TokenError> {
///     Ok(Granted { scopes: request.scopes().await?, ..Granted::default() })
/// }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GrantRequest {
    /// The server that is asked, in the hands of who asks.
    pub server: AuthorizationServer,
    /// The client. It is registered for the grant, and has proven itself, unless it is public.
    pub client: Arc<Client>,
    /// The parameters, as they came.
    pub params: Params,
}

/// What a grant of the application's own leads to.
///
/// ```
/// use oauth_core::Granted;
///
/// let granted = Granted { subject: Some("alice".to_owned()), ..Granted::default() };
/// assert!(granted.scopes.is_empty() && granted.data.is_none());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Granted {
    /// For whom the client acts, in 1 to 255 bytes; `None` where it acts for itself. A token of nobody's that never ends is
    /// judged by the client's `client_credentials_scopes` at each use: it needs its scopes there, too.
    pub subject: Option<String>,
    /// What it may do: none but scopes that it may have.
    pub scopes: Scopes,
    /// What is attached to the family, 4 KiB of JSON at most, unless the policy attaches something else.
    pub data: Option<Value>,
}

/// What answers a grant of the application's own.
pub(crate) type GrantHandler = Arc<
    dyn Fn(GrantRequest) -> Pin<Box<dyn Future<Output = Result<Granted, TokenError>> + Send>>
        + Send
        + Sync,
>;

impl GrantRequest {
    /// A parameter, where it was sent and is not empty.
    ///
    /// # Errors
    /// `invalid_request` where it is repeated (RFC 6749 §3.2) or malformed.
    pub fn get(&self, name: &str) -> Result<Option<&str>, TokenError> {
        let checked = self.params.check(&[name]);
        checked.map_err(|fault| TokenError::InvalidRequest(fault.into()))?;
        Ok(self.params.get(name))
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// `invalid_request` where it is missing, too.
    pub fn required(&self, name: &str) -> Result<&str, TokenError> {
        let missing = || TokenError::InvalidRequest(format!("{name} is missing").into());
        self.get(name)?.ok_or_else(missing)
    }

    /// What the client asks for in `scope` at the resource that it names, all of which it may have, and what that implies;
    /// its default scopes where it names none.
    ///
    /// # Errors
    /// `invalid_scope` where it may not have one of them, or has no default ones (RFC 6749 §3.3); `invalid_target` as
    /// [`resource`](Self::resource).
    pub async fn scopes(&self) -> Result<Scopes, TokenError> {
        let resources = self.server.requested_resource(&self.params).await?;
        let asking = Asking::ForUser(&self.client);
        Ok(names(&requested_scopes(&self.server, asking, &self.params, &resources).await?))
    }

    /// What the client names in `resource` (RFC 8707 §2): what the tokens will be for. `None` is the server's own API.
    ///
    /// # Errors
    /// `invalid_target` where it is none that scopes belong to, or more than one.
    pub async fn resource(&self) -> Result<Option<Resource>, TokenError> {
        Ok(self.server.requested_resource(&self.params).await?.only().flatten().cloned())
    }
}

impl AuthorizationServer {
    /// Serves a grant of the application's own at the token endpoint, to clients that are registered for it by this name
    /// ([`GrantType::Extension`]). The handler gets the client and the parameters, and answers for whom the client acts,
    /// or with an error of RFC 6749 §5.2. After it the user must be active, and the [policy](crate::Policy) is asked.
    /// Clients that are registered for the refresh grant, too, get a refresh token.
    ///
    /// The handler has 10 seconds, because it may have to ask another service. Then it is dropped, and the client is told
    /// `temporarily_unavailable` (503).
    ///
    /// ```
    /// use oauth_core::{AuthorizationServer, GrantRequest, Granted, TokenError, UnknownGrantType};
    ///
    /// /// Whose voucher this is.
    /// fn redeemed(voucher: &str) -> Option<String> {
    ///     (voucher == "alice-2026").then(|| "alice".to_owned())
    /// }
    ///
    /// fn with_vouchers(server: AuthorizationServer) -> Result<AuthorizationServer, UnknownGrantType> {
    ///     let name = "urn:example:params:oauth:grant-type:voucher";
    ///     server.with_grant(name, |request: GrantRequest| async move {
    ///         let scopes = request.scopes().await?;
    ///         let subject = redeemed(request.required("voucher")?);
    ///         let subject = subject.ok_or(TokenError::InvalidGrant("the voucher is void".into()))?;
    ///         Ok(Granted { subject: Some(subject), scopes, ..Granted::default() })
    ///     })
    /// }
    /// ```
    ///
    /// # Errors
    /// When the name is no absolute URI (§4.5), or one that the server has a grant for itself.
    pub fn with_grant<F, A>(mut self, name: &str, handler: F) -> Result<Self, UnknownGrantType>
    where
        F: Fn(GrantRequest) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Granted, TokenError>> + Send + 'static,
    {
        let GrantType::Extension(name) = name.parse()? else { return Err(UnknownGrantType) };
        let handler: GrantHandler = Arc::new(move |request| Box::pin(in_time(handler(request))));
        Arc::make_mut(&mut self.grants).insert(name, handler);
        Ok(self)
    }

    /// The names of the grants of the application's own.
    pub fn own_grants(&self) -> impl Iterator<Item = &str> {
        self.grants.keys().map(String::as_str)
    }
}

/// Who does not answer holds up its own client alone, and not for ever.
async fn in_time(
    answer: impl Future<Output = Result<Granted, TokenError>>,
) -> Result<Granted, TokenError> {
    timeout(MOST_TIME, answer).await.unwrap_or_else(|_| {
        let fault = "a grant of the application's own took longer than 10 seconds";
        Err(StoreError::unavailable(fault).into())
    })
}

const MOST_TIME: Duration = Duration::from_secs(10);

/// Asks the handler, and issues what it grants.
pub(super) async fn exchange<A>(
    server: &AuthorizationServer,
    client: &Arc<Client>,
    grant_type: GrantType,
    params: &Params,
    handler: impl FnOnce(GrantRequest) -> A,
) -> Result<Tokens, TokenError>
where
    A: Future<Output = Result<Granted, TokenError>>,
{
    let (server, params) = (server.clone(), params.clone());
    let resources = server.requested_resource(&params).await?;
    let request = GrantRequest { server: server.clone(), client: Arc::clone(client), params };
    let granted = handler(request).await.map_err(TokenError::fit_to_be_sent)?;
    let subject = granted.subject.as_deref();
    checked_subject(subject)?;
    let asking = Asking::ForUser(client);
    let scopes = names(&available(&server, asking, &granted.scopes, &resources).await?);
    if scopes.is_empty() {
        return Err(TokenError::InvalidScope("scope must be included".into()));
    }
    let data = granted.data.as_ref().map(policy::data).transpose()?;
    let endpoint = Endpoint::Token;
    let grant = grant_type.clone();
    let asked = Asked { client, subject, grant_type: grant, endpoint, scopes, resources, data };
    let ruled = ruled(&server, asked).await?;

    let grant = new_grant(&server, client, subject, &ruled);
    let terms = Terms::new(&server, client, &ruled, grant.expires_at);
    let led_to = || vec![issued(grant_type.clone(), client, subject, &ruled)];
    let draw = |family| NewTokens::drawn(&server, client, family, terms.clone());
    Ok(begin_with_tokens(&server, grant, draw, led_to).await?)
}
