//! The guard of protected resources: RFC 6750.

use std::{marker::PhantomData, ops::Deref};

use oauth_core::{AccessToken, BearerError};
use poem::{FromRequest, Request, RequestBody, Response};

use crate::{OAuth, ScopeSet, request, response};

/// Admits a request whose token has every scope of `S`, and gives the handler that token: djoauth2's `@oauth_scope`.
///
/// ```
/// use oauth_server::{Access, scope};
/// use poem::handler;
///
/// scope! { pub UserInfo = "user_info", "Access basic information about the user." }
/// scope! { pub Email = "email", "See the user's address." }
///
/// #[handler]
/// async fn whoami(token: Access<(UserInfo, Email)>) -> String {
///     format!("{} acts for {:?}", token.client_id, token.subject)
/// }
/// ```
///
/// An application without [`OAuth::middleware`] refuses every request, because nobody could tell who sends it.
#[derive(Debug, Clone)]
pub struct Access<S: ScopeSet> {
    token: AccessToken,
    scopes: PhantomData<fn() -> S>,
}

impl<S: ScopeSet> Deref for Access<S> {
    type Target = AccessToken;

    fn deref(&self) -> &AccessToken {
        &self.token
    }
}

impl<'a, S: ScopeSet> FromRequest<'a> for Access<S> {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        match admit(request, S::names()).await {
            Ok(token) => Ok(Self { token, scopes: PhantomData }),
            Err(refusal) => Err(poem::Error::from_response(refusal)),
        }
    }
}

async fn admit(request: &Request, required: &[&str]) -> Result<AccessToken, Response> {
    let Some(oauth) = request.data::<OAuth>() else {
        tracing::error!(
            "a guarded handler runs outside of OAuth::middleware: every request is refused"
        );
        return Err(response::failure());
    };
    let verified = match presented(oauth, request) {
        Ok(token) => oauth.server().verify(&token, &required.iter().copied().collect()).await,
        Err(refusal) => Err(refusal),
    };
    verified.map_err(|refusal| response::bearer::refusal(&refusal, oauth.settings()))
}

/// The token of the `Authorization` header (§2.1), whose scheme is case-insensitive (RFC 9110 §11.1).
fn presented(oauth: &OAuth, request: &Request) -> Result<String, BearerError> {
    if oauth.settings().ssl_only && !oauth.proxies().is_secure(request) {
        return Err(BearerError::InvalidRequest("requests must use TLS".into()));
    }
    let header = request::authorization(request)
        .map_err(|fault| BearerError::InvalidRequest(fault.into()))?;
    let header = header.ok_or(BearerError::MissingToken)?;
    let (scheme, token) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    let token = token.trim();

    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(BearerError::MissingToken);
    }
    if !is_b64token(token) {
        return Err(BearerError::InvalidRequest(
            "the Authorization header must be Bearer and one token".into(),
        ));
    }
    Ok(token.to_owned())
}

/// §2.1: `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty()
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}
