//! The token endpoint: RFC 6749 §3.2.

mod passwords;

use oauth_core::{AuthorizationServer, GrantType};
use poem::{Endpoint, IntoResponse, Request, Response, Result, http::Method};
use poem_openapi::Object;

use super::client_form::{ClientForm, Sent};
use crate::{
    OAuth,
    response::{refusal::Refusal, token::TokenResponse},
};

/// At a path of the application's own.
pub(crate) struct TokenEndpoint {
    oauth: OAuth,
}

impl TokenEndpoint {
    pub(crate) fn new(oauth: OAuth) -> Self {
        Self { oauth }
    }
}

impl Endpoint for TokenEndpoint {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        if request.method() != Method::POST {
            return Ok(Refusal::post_only().into_response());
        }
        let body = request.take_body();
        let form = ClientForm::read(Some(&self.oauth), &request, body).await;
        let answered = token(&self.oauth, &request, form).await;
        Ok(answered.map_or_else(IntoResponse::into_response, IntoResponse::into_response))
    }
}

/// Trades a grant for tokens.
pub(super) async fn token(
    oauth: &OAuth,
    request: &Request,
    form: ClientForm<TokenRequest>,
) -> Result<TokenResponse, Refusal> {
    let trade = async |server: AuthorizationServer, (authorization, params): Sent| {
        let is_password = params.get("grant_type") == Some(GrantType::Password.as_str());
        let token = |server: AuthorizationServer| async move {
            server.token(authorization.as_deref(), &params).await
        };
        match oauth.own_users().filter(|_| is_password) {
            Some(users) => passwords::asked_with(request, users, server, token).await,
            None => token(server).await,
        }
    };
    form.answer(oauth, trade).await.map(TokenResponse::from)
}

/// The parameters of all grants. What belongs to another grant is ignored.
#[derive(Object)]
#[oai(rename = "TokenRequest")]
pub(super) struct TokenRequest {
    /// `authorization_code`, `refresh_token`, `client_credentials`, `password`,
    /// `urn:ietf:params:oauth:grant-type:device_code` or `urn:ietf:params:oauth:grant-type:token-exchange`.
    grant_type: String,
    /// The client, where it does not use HTTP Basic.
    client_id: Option<String>,
    /// The client's secret, where it does not use HTTP Basic and is not public.
    client_secret: Option<String>,
    /// `authorization_code`: the code.
    code: Option<String>,
    /// `authorization_code`: as in the authorization request, where that named one.
    redirect_uri: Option<String>,
    /// `authorization_code`: the PKCE verifier (RFC 7636), 43 to 128 characters.
    code_verifier: Option<String>,
    /// `urn:ietf:params:oauth:grant-type:device_code`: what the device polls with.
    device_code: Option<String>,
    /// `refresh_token`: the refresh token.
    refresh_token: Option<String>,
    /// Token exchange (RFC 8693): the access token that the new one is given for.
    subject_token: Option<String>,
    /// Token exchange: `urn:ietf:params:oauth:token-type:access_token`.
    subject_token_type: Option<String>,
    /// Token exchange: the same, or left out.
    requested_token_type: Option<String>,
    /// Separated by spaces; `client_credentials`: of what the client may have for itself; `refresh_token` and token
    /// exchange: the same scope or less.
    scope: Option<String>,
    /// The one resource that the access token shall be for (RFC 8707): of those granted, where there was an authorization;
    /// with token exchange that of the `subject_token`, or left out.
    resource: Option<String>,
    /// `password`: the user's name.
    username: Option<String>,
    /// `password`: the user's password.
    password: Option<String>,
}
