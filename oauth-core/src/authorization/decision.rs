//! What the resource owner said: RFC 6749 §4.1.2 and §4.2.2.

use super::{
    AuthorizationRequest,
    refusal::Refusal,
    response_type::{self, ResponseType},
};
use crate::{
    Authentication, AuthorizationError, AuthorizationResponse, AuthorizationServer, Endpoint,
    EventKind, StoreError,
    error::AuthorizationErrorCode as Code,
    grant::{Asked, Ruled, checked_subject, ruled},
    oidc::OPENID,
};

impl AuthorizationServer {
    /// The resource owner said yes: remembers it, issues what was asked for, and gives what the browser takes
    /// to the client.
    ///
    /// # Errors
    /// When the user is not active any more (`access_denied`), when the policy refuses, and when the store fails: all are
    /// answered at the client.
    pub async fn accept(
        &self,
        request: AuthorizationRequest,
        subject: &str,
    ) -> Result<AuthorizationResponse, AuthorizationError> {
        self.accept_as(request, subject, &Authentication::default()).await
    }

    /// The same, of a user who signed in then and so: what ID tokens say of it (OpenID Connect Core §2).
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub async fn accept_as(
        &self,
        request: AuthorizationRequest,
        subject: &str,
        authentication: &Authentication,
    ) -> Result<AuthorizationResponse, AuthorizationError> {
        let issued = match self.spend_pushed(&request).await {
            Ok(()) => self.issue(&request, subject, authentication).await,
            Err(refusal) => Err(refusal),
        };
        match issued {
            Ok(params) => Ok(request.reply.with(params)),
            Err(refusal) => Err(self.refused_at_client(&request.client, &request.reply, refusal)),
        }
    }

    /// The resource owner said no: what the browser takes to the client then (`access_denied`, §4.1.2.1).
    ///
    /// # Errors
    /// When the request was pushed and is answered already, and when the store fails: both are answered at the client.
    pub async fn decline(
        &self,
        request: AuthorizationRequest,
        subject: &str,
    ) -> Result<AuthorizationResponse, AuthorizationError> {
        if let Err(refusal) = self.spend_pushed(&request).await {
            return Err(self.refused_at_client(&request.client, &request.reply, refusal));
        }
        let AuthorizationRequest { client, reply, .. } = request;
        let response = reply.error(Code::AccessDenied, "the resource owner denied the request");
        self.raise(|| EventKind::AuthorizationDeclined {
            client_id: client.client_id.clone(),
            subject: subject.to_owned(),
        });
        Ok(response)
    }

    /// The store failed between the request and its answer: the client is told, at the address that is proven by now.
    #[must_use]
    pub fn failed(&self, request: &AuthorizationRequest, cause: StoreError) -> AuthorizationError {
        self.refused_at_client(&request.client, &request.reply, cause.into())
    }

    async fn issue(
        &self,
        request: &AuthorizationRequest,
        subject: &str,
        authentication: &Authentication,
    ) -> Result<Vec<(&'static str, String)>, Refusal> {
        checked_subject(Some(subject))?;
        let asked = Asked {
            client: &request.client,
            subject: Some(subject),
            grant_type: request.response_type.grant_type(),
            endpoint: Endpoint::Authorization,
            scopes: request.granted(),
            resources: request.resources.clone(),
            data: None,
        };
        let ruled = ruled(self, asked).await?;
        if request.response_type.has_id_token() && !ruled.scopes.contains(OPENID) {
            return Err(Refusal::new(Code::InvalidScope, "the scope openid is not granted"));
        }
        self.remember_consent(request, subject).await?;
        let who = (subject, authentication);
        let answer = match request.response_type {
            ResponseType::Code => response_type::code::issue(self, request, who, &ruled).await,
            ResponseType::CodeIdToken => {
                response_type::code_id_token::issue(self, request, who, &ruled).await
            }
            ResponseType::IdToken => {
                response_type::id_token::issue(self, request, who, &ruled).await
            }
            ResponseType::Token => {
                response_type::token::issue(self, request, subject, &ruled).await
            }
        };
        Ok(answer?)
    }
}

impl AuthorizationRequest {
    /// What is told of it once `subject` has accepted it.
    pub(super) fn accepted_by(&self, subject: &str, ruled: &Ruled) -> EventKind {
        EventKind::AuthorizationAccepted {
            client_id: self.client.client_id.clone(),
            subject: subject.to_owned(),
            scopes: ruled.scopes.clone(),
            resources: ruled.resources.clone(),
            data: ruled.data.clone(),
        }
    }
}
