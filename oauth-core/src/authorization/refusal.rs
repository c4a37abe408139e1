//! A refusal on its way to the client, or to a page: RFC 6749 §4.1.2.1.

use std::borrow::Cow;

use super::{AuthorizationRequest, reply::Reply};
use crate::{
    AuthorizationError, AuthorizationServer, Client, EventKind, PageFault, StoreError, TokenError,
    error::{AuthorizationErrorCode as Code, failure_description},
    oidc::request::Fault,
    scope_request::ScopeFault,
};

/// A refusal that is answered at the client.
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) description: Cow<'static, str>,
    /// A failure of ours.
    pub(super) cause: Option<StoreError>,
}

impl Refusal {
    pub(super) fn new(code: Code, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into(), cause: None }
    }
}

impl AuthorizationServer {
    pub(super) fn refused_on_page(
        &self,
        client: Option<&Client>,
        fault: PageFault,
    ) -> AuthorizationError {
        self.raise(|| EventKind::AuthorizationFailedOnPage {
            client_id: client.map(|client| client.client_id.clone()),
            fault: fault.clone(),
        });
        AuthorizationError::Page(fault)
    }

    /// A refusal of what OpenID Connect asks for.
    pub(crate) fn refuse_request(
        &self,
        request: &AuthorizationRequest,
        code: Code,
        why: &'static str,
    ) -> AuthorizationError {
        self.refused_at_client(&request.client, &request.reply, Refusal::new(code, why))
    }

    pub(super) fn refused_at_client(
        &self,
        client: &Client,
        reply: &Reply,
        refusal: Refusal,
    ) -> AuthorizationError {
        let code = refusal.code;
        self.raise(|| EventKind::AuthorizationFailed { client_id: client.client_id.clone(), code });
        reply.refuse(refusal)
    }
}

/// §4.1.2.1: `server_error` is there "because a 500 Internal Server Error HTTP status code cannot be returned to the
/// client via an HTTP redirect", and `temporarily_unavailable` because a 503 cannot.
impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let description = failure_description(&error);
        let code =
            if error.is_unavailable() { Code::TemporarilyUnavailable } else { Code::ServerError };
        Self { cause: Some(error), ..Self::new(code, description) }
    }
}

/// What is refused before anything is issued is refused in the token endpoint's words: here in those of §4.1.2.1.
impl From<TokenError> for Refusal {
    fn from(refusal: TokenError) -> Self {
        let (code, description) = match refusal {
            TokenError::InvalidRequest(text) => (Code::InvalidRequest, text),
            TokenError::InvalidScope(text) => (Code::InvalidScope, text),
            TokenError::RequestNotSupported(text) => (Code::RequestNotSupported, text),
            TokenError::InvalidTarget(text) => (Code::InvalidTarget, text),
            TokenError::InvalidClient(text)
            | TokenError::UnauthorizedClient(text)
            | TokenError::UnsupportedGrantType(text)
            | TokenError::UnsupportedResponseType(text) => (Code::UnauthorizedClient, text),
            TokenError::InvalidGrant(text) => (Code::AccessDenied, text),
            TokenError::AccessDenied
            | TokenError::AuthorizationPending
            | TokenError::SlowDown
            | TokenError::ExpiredToken => {
                (Code::AccessDenied, refusal.description().to_owned().into())
            }
            TokenError::TooManyGuesses { .. } => {
                (Code::TemporarilyUnavailable, refusal.description().to_owned().into())
            }
            TokenError::Server(cause) => return cause.into(),
        };
        Self::new(code, description)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(why) => Self::new(Code::InvalidRequest, why),
            Fault::Failed(error) => error.into(),
        }
    }
}

impl From<ScopeFault> for Refusal {
    fn from(fault: ScopeFault) -> Self {
        match fault {
            ScopeFault::Refused(description) => Self::new(Code::InvalidScope, description),
            ScopeFault::Failed(error) => error.into(),
        }
    }
}
