//! A refusal on its way to the client, or to a page: RFC 6749 §4.1.2.1.

use std::borrow::Cow;

use super::reply::Reply;
use crate::{
    AuthorizationError, AuthorizationServer, Client, EventKind, PageFault, StoreError,
    error::{AuthorizationErrorCode as Code, failure_description},
    scope_request::ScopeFault,
};

/// A refusal that is answered at the client.
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) description: Cow<'static, str>,
}

impl Refusal {
    pub(super) fn new(code: Code, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into() }
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
/// client via an HTTP redirect", and `temporarily_unavailable` because a 503 cannot. The log gets the cause.
impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let code = if error.is_unavailable() {
            tracing::warn!(%error, "the authorization endpoint cannot answer at the moment");
            Code::TemporarilyUnavailable
        } else {
            tracing::error!(%error, "the authorization endpoint failed");
            Code::ServerError
        };
        Self::new(code, failure_description(&error))
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
