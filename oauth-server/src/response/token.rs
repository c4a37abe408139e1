//! What the token endpoint answers: RFC 6749 §5.1, declared once for the wire and for the document.

use std::collections::HashMap;

use oauth_core::Tokens;
use poem_openapi::{ApiResponse, Enum, Object, payload::Json};
use serde_json::Value;

use super::refusal::{NoCache, NoStore};

/// A successful answer: RFC 6749 §5.1.
#[derive(Debug, Object)]
#[oai(rename = "TokenResponse", skip_serializing_if_is_none)]
pub(crate) struct TokenBody {
    /// The access token, to be sent as `Authorization: Bearer`.
    access_token: String,
    /// How the token is used.
    token_type: TokenType,
    /// Seconds until the access token ends. Absent where it never does.
    expires_in: Option<i64>,
    /// What to trade for the next access token; redeemed once. Absent where the client may not use one.
    refresh_token: Option<String>,
    /// Who the user is, signed (OpenID Connect Core). Absent where the scope `openid` was not granted.
    id_token: Option<String>,
    /// With token exchange (RFC 8693): `urn:ietf:params:oauth:token-type:access_token`. Absent with every other grant.
    issued_token_type: Option<String>,
    /// What the access token allows, separated by spaces.
    scope: String,
    /// What the application's policy adds.
    #[oai(flatten)]
    members: HashMap<String, Value>,
}

#[derive(Debug, Enum)]
enum TokenType {
    Bearer,
}

/// §5.1: "Cache-Control: no-store" and "Pragma: no-cache" on whatever carries tokens.
#[derive(ApiResponse)]
pub(crate) enum TokenResponse {
    /// The tokens.
    #[oai(status = 200)]
    Issued(
        Json<TokenBody>,
        #[oai(header = "Cache-Control")] NoStore,
        #[oai(header = "Pragma")] NoCache,
    ),
}

impl From<Tokens> for TokenResponse {
    fn from(tokens: Tokens) -> Self {
        Self::Issued(Json(tokens.into()), "no-store".to_owned(), "no-cache".to_owned())
    }
}

impl From<Tokens> for TokenBody {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access_token.expose().to_owned(),
            token_type: TokenType::Bearer,
            expires_in: tokens.expires_in,
            refresh_token: tokens.refresh_token.map(|token| token.expose().to_owned()),
            id_token: tokens.id_token,
            issued_token_type: tokens.issued_token_type.map(str::to_owned),
            scope: tokens.scopes.to_string(),
            members: tokens.members.into_iter().collect(),
        }
    }
}
