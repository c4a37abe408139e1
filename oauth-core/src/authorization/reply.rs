//! How an authorization request is answered at the client: RFC 6749 §4.1.2 and §4.2.2.

use super::{refusal::Refusal, response_type::ResponseType};
use crate::{AuthorizationError, Params, RedirectUri, error::AuthorizationErrorCode as Code};

/// Where the answer goes, and what it always carries.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) redirect_uri: RedirectUri,
    /// Whether the request named it: then the token request must, too (§4.1.3).
    pub(super) redirect_uri_was_named: bool,
    in_fragment: bool,
    state: Option<String>,
    /// RFC 9207 §2: so that a client of several servers knows whose answer this is.
    issuer: String,
}

impl Reply {
    pub(super) fn to(redirect_uri: RedirectUri, params: &Params, issuer: &str) -> Self {
        Self {
            redirect_uri,
            redirect_uri_was_named: params.get("redirect_uri").is_some(),
            in_fragment: params.get("response_type") == Some(ResponseType::Token.as_str()),
            state: params.get("state").map(str::to_owned),
            issuer: issuer.to_owned(),
        }
    }

    /// The success answer with `params`, and `state` as it came.
    pub(super) fn grant(&self, params: &[(&str, String)]) -> String {
        self.location(params.iter().map(|(name, value)| (*name, value.as_str())).collect())
    }

    pub(super) fn error(&self, code: Code, description: &str) -> String {
        self.location(vec![("error", code.as_str()), ("error_description", description)])
    }

    pub(super) fn refuse(&self, refusal: Refusal) -> AuthorizationError {
        let Refusal { code, description, cause } = refusal;
        let location = self.error(code, &description);
        AuthorizationError::Client { location, code, description, cause }
    }

    fn location<'a>(&'a self, mut params: Vec<(&'a str, &'a str)>) -> String {
        if let Some(state) = &self.state {
            params.push(("state", state));
        }
        params.push(("iss", &self.issuer));
        if self.in_fragment {
            self.redirect_uri.with_fragment(&params)
        } else {
            self.redirect_uri.with_query(&params)
        }
    }
}
