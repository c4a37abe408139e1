//! The token endpoint: RFC 6749 §3.2. One match on `grant_type`; each grant is a file.

mod authorization_code;
mod client_credentials;
mod device_code;
mod extension;
mod issue;
mod password;
mod refresh_token;
mod repetition;
mod reuse;
mod terms;
mod token_exchange;

use std::sync::Arc;

use serde_json::{Map, Value};

pub use self::extension::{GrantRequest, Granted};
pub(crate) use self::{
    extension::GrantHandler,
    issue::{
        Asked, Ruled, TOKEN_TYPE, begin, begin_with_tokens, checked_subject, issued, new_grant,
        ruled,
    },
    terms::{NEVER, NewTokens, Terms},
};
use crate::{
    AuthorizationServer, Client, GrantType, Params, Scopes, Secret,
    error::TokenError::{self, InvalidRequest, UnauthorizedClient, UnsupportedGrantType},
};

/// A successful answer of the token endpoint: RFC 6749 §5.1. `token_type` is always `Bearer`.
///
/// ```no_run
/// # use oauth_core::{AuthorizationServer, Params, Tokens, TokenError};
/// # async fn example(server: &AuthorizationServer, body: &[u8]) -> Result<(), TokenError> {
/// let tokens: Tokens = server.token(None, &Params::parse(body)).await?;
/// println!("good for {} for {:?} seconds", tokens.scopes, tokens.expires_in);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Tokens {
    /// The access token.
    pub access_token: Secret,
    /// Seconds until the access token ends; `None` when it never does.
    pub expires_in: Option<i64>,
    /// The refresh token, where the client may use one.
    pub refresh_token: Option<Secret>,
    /// The ID token, where the user was asked for `openid` (OpenID Connect Core §3.1.3.3).
    pub id_token: Option<String>,
    /// What kind of token `access_token` is, where it was given for another one (RFC 8693 §2.2.1).
    pub issued_token_type: Option<&'static str>,
    /// What the access token allows.
    pub scopes: Scopes,
    /// What the application's policy adds ([`Ruling::members`](crate::Ruling::members)).
    pub members: Map<String, Value>,
}

impl AuthorizationServer {
    /// Answers a token request: `authorization` is the value of that header, `params` the body.
    ///
    /// # Errors
    /// When the request is refused: RFC 6749 §5.2.
    pub async fn token(
        &self,
        authorization: Option<&str>,
        params: &Params,
    ) -> Result<Tokens, TokenError> {
        let client = self.authenticated(authorization, params, PARAMETERS).await?;
        let answer = self.trade(&client, params).await;
        self.told(&client, answer)
    }

    async fn trade(&self, client: &Arc<Client>, params: &Params) -> Result<Tokens, TokenError> {
        match params.get("grant_type") {
            Some("authorization_code") => {
                may_use(client, &GrantType::AuthorizationCode)?;
                authorization_code::exchange(self, client, params).await
            }
            Some("refresh_token") => {
                may_use(client, &GrantType::RefreshToken)?;
                refresh_token::exchange(self, client, params).await
            }
            Some("client_credentials") => {
                may_use(client, &GrantType::ClientCredentials)?;
                client_credentials::exchange(self, client, params).await
            }
            Some("password") if !self.settings.oauth_2_1 => {
                let grant_type = GrantType::Password;
                may_use(client, &grant_type)?;
                extension::exchange(self, client, grant_type, params, password::granted).await
            }
            Some(DEVICE_CODE) => {
                may_use(client, &GrantType::DeviceCode)?;
                device_code::exchange(self, client, params).await
            }
            Some(TOKEN_EXCHANGE) => {
                may_use(client, &GrantType::TokenExchange)?;
                token_exchange::exchange(self, client, params).await
            }
            Some(name) => {
                let handler = self.grants.get(name).ok_or_else(|| self.unsupported())?;
                let grant_type = GrantType::Extension(name.to_owned());
                may_use(client, &grant_type)?;
                extension::exchange(self, client, grant_type, params, |asked| handler(asked)).await
            }
            None => Err(InvalidRequest("grant_type is missing".into())),
        }
    }

    fn unsupported(&self) -> TokenError {
        let (own, built_in): (Vec<_>, _) =
            (self.own_grants().collect(), if self.settings.oauth_2_1 { IN_2_1 } else { SUPPORTED });
        if own.is_empty() {
            return UnsupportedGrantType(built_in.into());
        }
        UnsupportedGrantType(format!("{built_in}, or {}", own.join(", ")).into())
    }
}

pub(crate) fn may_use(client: &Client, grant_type: &GrantType) -> Result<(), TokenError> {
    if client.allows(grant_type) {
        return Ok(());
    }
    Err(UnauthorizedClient(
        format!("this client is not registered for the grant {}", grant_type.as_str()).into(),
    ))
}

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

const SUPPORTED: &str = "grant_type must be authorization_code, refresh_token, client_credentials, urn:ietf:params:oauth:grant-type:device_code, urn:ietf:params:oauth:grant-type:token-exchange or password";

const IN_2_1: &str = "grant_type must be authorization_code, refresh_token, client_credentials, urn:ietf:params:oauth:grant-type:device_code or urn:ietf:params:oauth:grant-type:token-exchange (OAuth 2.1)";

/// What this endpoint reads once, beside `resource` and what a grant checks by itself; "unrecognized request parameters" it "MUST ignore" (§3.2).
const PARAMETERS: &[&str] = &[
    "grant_type",
    "client_id",
    "client_secret",
    "code",
    "redirect_uri",
    "code_verifier",
    "device_code",
    "refresh_token",
    "scope",
    "username",
    "password",
];
