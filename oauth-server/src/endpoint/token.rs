//! The token endpoint: RFC 6749 §3.2.

use oauth_core::{Caller, Params, TokenError};
use poem::{
    Body, Endpoint, IntoResponse, Request, RequestBody, Response, Result, http::Method, web::Data,
};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions, Object, OpenApi, Tags,
    registry::{MetaMediaType, MetaRequest, Registry},
    types::Type,
};

use crate::{
    OAuth,
    body::{self, Unreadable},
    request,
    response::token::TokenResponse,
};

/// The token endpoint at `/oauth2/token`, with its place in the OpenAPI document.
#[derive(Debug, Clone, Copy)]
pub struct OAuthApi;

#[derive(Tags)]
enum Tag {
    /// RFC 6749
    #[oai(rename = "OAuth 2.0")]
    OAuth,
}

#[OpenApi]
impl OAuthApi {
    /// Trade a grant for tokens
    ///
    /// RFC 6749 section 3.2. A confidential client authenticates with HTTP Basic, or with `client_id` and
    /// `client_secret` in the body; a public client sends its `client_id` alone. Parameters that are not named here are
    /// ignored; none may be repeated.
    #[oai(path = "/oauth2/token", method = "post", operation_id = "token", tag = "Tag::OAuth")]
    async fn token(&self, oauth: Data<&OAuth>, form: TokenForm) -> TokenResponse {
        form.answer(oauth.0).await
    }

    #[oai(
        path = "/oauth2/token",
        method = "get",
        method = "put",
        method = "delete",
        method = "patch",
        method = "head",
        method = "options",
        hidden
    )]
    async fn post_only(&self) -> TokenResponse {
        TokenResponse::post_only()
    }
}

/// The same endpoint at a path of the application's own.
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
            return Ok(TokenResponse::post_only().into_response());
        }
        let body = request.take_body();
        let form = TokenForm::read(Some(&self.oauth), &request, body).await;
        // Apart, so that who is slow to send a body holds little.
        Ok(Box::pin(form.answer(&self.oauth)).await.into_response())
    }
}

/// A token request as it came, with what is wrong with it as HTTP goes.
struct TokenForm {
    is_secure: bool,
    caller: Caller,
    read: Result<(Option<String>, Params), Fault>,
}

enum Fault {
    Token(TokenError),
    Unreadable(Unreadable),
}

impl From<TokenError> for Fault {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl TokenForm {
    async fn read(provider: Option<&OAuth>, request: &Request, body: Body) -> Self {
        let is_secure = provider.is_some_and(|oauth| oauth.proxies().is_secure(request));
        let caller = provider.map(|oauth| oauth.caller(request)).unwrap_or_default();
        Self { is_secure, caller, read: read(request, body).await }
    }

    async fn answer(self, oauth: &OAuth) -> TokenResponse {
        let server = oauth.server().asked_by(self.caller.clone());
        let outcome = match self.checked(oauth) {
            Ok((authorization, params)) => server.token(authorization.as_deref(), &params).await,
            Err(Fault::Token(refusal)) => {
                server.token_refused(None, &refusal);
                Err(refusal)
            }
            Err(Fault::Unreadable(fault)) => return TokenResponse::unreadable(fault),
        };
        TokenResponse::new(outcome, oauth.settings())
    }

    fn checked(self, oauth: &OAuth) -> Result<(Option<String>, Params), Fault> {
        if oauth.settings().ssl_only && !self.is_secure {
            return Err(TokenError::InvalidRequest("token requests must use TLS".into()).into());
        }
        self.read
    }
}

async fn read(request: &Request, sent: Body) -> Result<(Option<String>, Params), Fault> {
    let invalid = |fault: &'static str| TokenError::InvalidRequest(fault.into());
    let query = request::query(request);
    query.check(CREDENTIALS).map_err(|fault| TokenError::InvalidRequest(fault.into()))?;
    if CREDENTIALS.iter().any(|name| query.get(name).is_some()) {
        return Err(invalid("client credentials must not stand in the URI (RFC 6749 2.3.1)").into());
    }
    let authorization = request::authorization(request).map_err(invalid)?;
    let form = body::form(request, sent).await.map_err(Fault::Unreadable)?;
    Ok((authorization, Params::parse(&form)))
}

/// What a URI may not carry: it is kept in logs and histories.
const CREDENTIALS: &[&str] = &["client_id", "client_secret"];

/// The parameters of all grants. What belongs to another grant is ignored.
#[derive(Object)]
#[oai(rename = "TokenRequest")]
struct TokenRequest {
    /// `authorization_code`, `refresh_token`, `client_credentials` or `password`.
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
    /// `refresh_token`: the refresh token.
    refresh_token: Option<String>,
    /// Separated by spaces; `refresh_token`: the same scope or less.
    scope: Option<String>,
    /// `password`: the user's name.
    username: Option<String>,
    /// `password`: the user's password.
    password: Option<String>,
}

impl<'a> ApiExtractor<'a> for TokenForm {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        TokenRequest::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let form = MetaMediaType {
            content_type: "application/x-www-form-urlencoded",
            schema: TokenRequest::schema_ref(),
        };
        Some(MetaRequest { description: None, required: true, content: vec![form] })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> Result<Self> {
        Ok(Self::read(request.data::<OAuth>(), request, body.take()?).await)
    }
}
