//! How an authorization request is answered at the client: RFC 6749 §4.1.2 and §4.2.2.

use super::{refusal::Refusal, response_mode::ResponseMode};
use crate::{AuthorizationError, Params, RedirectUri, error::AuthorizationErrorCode as Code};

/// What the browser takes to the client, with an answer or a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorizationResponse {
    /// A redirect to this location, which carries the answer in its query or its fragment.
    Redirect(String),
    /// A form for the browser to post (OAuth 2.0 Form Post Response Mode §2).
    FormPost {
        /// Where it goes: an address of `https` or `http`.
        redirect_uri: RedirectUri,
        /// Its fields: name and value.
        fields: Vec<(&'static str, String)>,
    },
}

/// Where the answer goes, and what it always carries.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) redirect_uri: RedirectUri,
    /// Whether the request named it: then the token request must, too (§4.1.3).
    pub(super) redirect_uri_was_named: bool,
    mode: ResponseMode,
    state: Option<String>,
    /// RFC 9207 §2: so that a client of several servers knows whose answer this is.
    issuer: String,
}

impl Reply {
    pub(super) fn to(redirect_uri: RedirectUri, params: &Params, issuer: &str) -> Self {
        Self {
            mode: ResponseMode::of(params, &redirect_uri),
            redirect_uri,
            redirect_uri_was_named: params.get("redirect_uri").is_some(),
            state: params.get("state").map(str::to_owned),
            issuer: issuer.to_owned(),
        }
    }

    pub(super) fn error(&self, code: Code, description: &str) -> AuthorizationResponse {
        let error = ("error", code.as_str().to_owned());
        self.with(vec![error, ("error_description", description.to_owned())])
    }

    pub(super) fn refuse(&self, refusal: Refusal) -> AuthorizationError {
        let Refusal { code, description, cause } = refusal;
        let response = self.error(code, &description);
        AuthorizationError::Client { response, code, description, cause }
    }

    /// The answer with these parameters, and `state` as it came.
    pub(super) fn with(&self, mut params: Vec<(&'static str, String)>) -> AuthorizationResponse {
        params.extend(self.state.iter().map(|state| ("state", state.clone())));
        params.push(("iss", self.issuer.clone()));
        let redirect_uri = &self.redirect_uri;
        match self.mode {
            ResponseMode::Query => {
                AuthorizationResponse::Redirect(redirect_uri.with_query(&params))
            }
            ResponseMode::Fragment => {
                AuthorizationResponse::Redirect(redirect_uri.with_fragment(&params))
            }
            ResponseMode::FormPost => AuthorizationResponse::FormPost {
                redirect_uri: redirect_uri.clone(),
                fields: params,
            },
        }
    }
}
