//! `response_type`: RFC 6749 §3.1.1.

pub(super) mod code;
pub(super) mod token;

use super::refusal::Refusal;
use crate::{
    AuthorizationServer, Client, GrantType, Params, error::AuthorizationErrorCode as Code,
};

/// What the client wants to be answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResponseType {
    /// An authorization code (§4.1).
    Code,
    /// An access token, in the fragment (§4.2).
    Token,
}

impl ResponseType {
    /// The value of `response_type`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Token => "token",
        }
    }

    /// The grant that it belongs to.
    pub(super) fn grant_type(self) -> GrantType {
        match self {
            Self::Code => GrantType::AuthorizationCode,
            Self::Token => GrantType::Implicit,
        }
    }

    /// What the request asks for, where the client may.
    pub(super) fn requested(
        server: &AuthorizationServer,
        client: &Client,
        params: &Params,
    ) -> Result<Self, Refusal> {
        let response_type = match params.get("response_type") {
            Some("code") => Self::Code,
            Some("token") if !server.settings.oauth_2_1 => Self::Token,
            Some(_) => {
                return Err(Refusal::new(
                    Code::UnsupportedResponseType,
                    supported(server.settings.oauth_2_1),
                ));
            }
            None => return Err(Refusal::new(Code::InvalidRequest, "response_type is missing")),
        };
        let grant_type = response_type.grant_type();
        if !client.allows(&grant_type) {
            let description =
                format!("this client is not registered for the grant {}", grant_type.as_str());
            return Err(Refusal::new(Code::UnauthorizedClient, description));
        }
        Ok(response_type)
    }
}

fn supported(oauth_2_1: bool) -> &'static str {
    if oauth_2_1 {
        "response_type must be code (OAuth 2.1)"
    } else {
        "response_type must be code or token"
    }
}
