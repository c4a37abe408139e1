//! `response_type`: RFC 6749 §3.1.1, OAuth 2.0 Multiple Response Type Encoding Practices §3, §5.

pub(super) mod code;
pub(super) mod code_id_token;
pub(super) mod id_token;
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
    /// A code and an ID token (OpenID Connect Core §3.3).
    CodeIdToken,
    /// An ID token (OpenID Connect Core §3.2).
    IdToken,
}

impl ResponseType {
    /// The value of `response_type`.
    fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Token => "token",
            Self::CodeIdToken => "code id_token",
            Self::IdToken => "id_token",
        }
    }

    /// §3.1.1: of several values "the order of values does not matter".
    fn parse(text: &str) -> Option<Self> {
        match text {
            "id_token code" => Some(Self::CodeIdToken),
            _ => [Self::Code, Self::Token, Self::CodeIdToken, Self::IdToken]
                .into_iter()
                .find(|one| one.as_str() == text),
        }
    }

    /// What the parameters ask for, whether it may be or not.
    pub(super) fn of(params: &Params) -> Option<Self> {
        params.get("response_type").and_then(Self::parse)
    }

    /// The grant that it belongs to.
    pub(super) fn grant_type(self) -> GrantType {
        match self {
            Self::Code | Self::CodeIdToken => GrantType::AuthorizationCode,
            Self::Token | Self::IdToken => GrantType::Implicit,
        }
    }

    /// Whether there is a code in the answer.
    pub(super) fn has_code(self) -> bool {
        self.grant_type() == GrantType::AuthorizationCode
    }

    /// Whether there is an ID token in the answer.
    pub(super) fn has_id_token(self) -> bool {
        matches!(self, Self::CodeIdToken | Self::IdToken)
    }

    /// What the request asks for, where the client may. An ID token from here is for who is registered for that one by one:
    /// without an access token beside it, the implicit grant has no part in it.
    pub(super) fn requested(
        server: &AuthorizationServer,
        client: &Client,
        params: &Params,
    ) -> Result<Self, Refusal> {
        if params.get("response_type").is_none() {
            return Err(Refusal::new(Code::InvalidRequest, "response_type is missing"));
        }
        let response_type = Self::of(params).filter(|one| match one {
            Self::Code => true,
            Self::Token => !server.settings.oauth_2_1,
            Self::CodeIdToken | Self::IdToken => server.settings.openid,
        });
        let Some(response_type) = response_type else {
            return Err(Refusal::new(Code::UnsupportedResponseType, supported(server)));
        };
        let (name, grant_type) = (response_type.as_str(), response_type.grant_type());
        let registered = &client.metadata.openid.response_types;
        if response_type.has_id_token() && !registered.iter().any(|one| one.as_str() == name) {
            let description = format!("this client is not registered for the response type {name}");
            return Err(Refusal::new(Code::UnauthorizedClient, description));
        }
        if response_type != Self::IdToken && !client.allows(&grant_type) {
            let description =
                format!("this client is not registered for the grant {}", grant_type.as_str());
            return Err(Refusal::new(Code::UnauthorizedClient, description));
        }
        Ok(response_type)
    }
}

fn supported(server: &AuthorizationServer) -> &'static str {
    match (server.settings.oauth_2_1, server.settings.openid) {
        (true, false) => "response_type must be code (OAuth 2.1)",
        (true, true) => "response_type must be code, code id_token or id_token (OAuth 2.1)",
        (false, false) => "response_type must be code or token",
        (false, true) => "response_type must be code, token, code id_token or id_token",
    }
}
