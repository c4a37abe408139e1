//! What a client can find out about this server by itself: RFC 8414, and OpenID Connect Discovery, which is the same with
//! more members.

use oauth_core::{
    DynamicRegistration, GrantType, IdTokenResponse, Scopes, Settings, SigningAlgorithm,
    StoreError, SubjectType,
};
use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    http::{HeaderValue, StatusCode, header},
    web::Json,
};
use serde::Serialize;

use crate::{OAuth, cors, response};

/// RFC 8414 §2. Every member says what the server then does.
#[derive(Serialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    pushed_authorization_request_endpoint: String,
    device_authorization_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    scopes_supported: Vec<String>,
    response_types_supported: Vec<&'static str>,
    response_modes_supported: [&'static str; 3],
    grant_types_supported: Vec<String>,
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    introspection_endpoint_auth_methods_supported: [&'static str; 2],
    code_challenge_methods_supported: [&'static str; 1],
    authorization_response_iss_parameter_supported: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    client_id_metadata_document_supported: bool,
    ui_locales_supported: Vec<String>,
    #[serde(flatten)]
    openid: Option<OpenIdMetadata>,
}

/// OpenID Connect Discovery §3, RP-Initiated Logout §2.1 and Back-Channel Logout §2.1, where that is on.
#[derive(Serialize)]
struct OpenIdMetadata {
    userinfo_endpoint: String,
    end_session_endpoint: String,
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
    jwks_uri: String,
    subject_types_supported: [&'static str; 2],
    id_token_signing_alg_values_supported: [&'static str; 4],
    userinfo_signing_alg_values_supported: [&'static str; 4],
    claim_types_supported: [&'static str; 1],
    claims_supported: Vec<&'static str>,
    prompt_values_supported: [&'static str; 4],
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
}

impl OpenIdMetadata {
    fn of(oauth: &OAuth) -> Self {
        let algorithms = SigningAlgorithm::ALL.map(SigningAlgorithm::as_str);
        Self {
            userinfo_endpoint: oauth.url(|addresses| &addresses.userinfo),
            end_session_endpoint: oauth.url(|addresses| &addresses.logout),
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
            jwks_uri: oauth.url(|addresses| &addresses.keys),
            subject_types_supported: [SubjectType::Public, SubjectType::Pairwise]
                .map(SubjectType::as_str),
            id_token_signing_alg_values_supported: algorithms,
            userinfo_signing_alg_values_supported: algorithms,
            claim_types_supported: ["normal"],
            claims_supported: oauth.server().supported_claims().collect(),
            prompt_values_supported: ["none", "login", "consent", "select_account"],
            claims_parameter_supported: true,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
        }
    }
}

impl Metadata {
    fn of(oauth: &OAuth, scopes: &Scopes) -> Self {
        let settings = oauth.settings();
        let implicit = (!settings.oauth_2_1).then_some("token");
        let id_tokens = settings.openid.then_some(IdTokenResponse::ALL).into_iter().flatten();
        let id_tokens = id_tokens.map(IdTokenResponse::as_str);
        let methods = [BASIC, POST].into_iter().chain(settings.public_clients.then_some(NONE));
        Self {
            issuer: settings.issuer.clone(),
            authorization_endpoint: oauth.url(|addresses| &addresses.authorization),
            token_endpoint: oauth.url(|addresses| &addresses.token),
            revocation_endpoint: oauth.url(|addresses| &addresses.revocation),
            introspection_endpoint: oauth.url(|addresses| &addresses.introspection),
            pushed_authorization_request_endpoint: oauth.url(|addresses| &addresses.pushed),
            device_authorization_endpoint: oauth.url(|addresses| &addresses.device_authorization),
            registration_endpoint: (settings.dynamic_registration != DynamicRegistration::Off)
                .then(|| oauth.url(|addresses| &addresses.registration)),
            scopes_supported: scopes.iter().map(str::to_owned).collect(),
            response_types_supported: ["code"]
                .into_iter()
                .chain(implicit)
                .chain(id_tokens)
                .collect(),
            response_modes_supported: ["query", "fragment", "form_post"],
            grant_types_supported: grant_types(settings)
                .chain(oauth.server().own_grants().map(str::to_owned))
                .collect(),
            token_endpoint_auth_methods_supported: methods.clone().collect(),
            revocation_endpoint_auth_methods_supported: methods.collect(),
            introspection_endpoint_auth_methods_supported: [BASIC, POST],
            code_challenge_methods_supported: ["S256"],
            authorization_response_iss_parameter_supported: true,
            client_id_metadata_document_supported: settings.client_id_metadata,
            ui_locales_supported: oauth.pages().messages().languages().map(str::to_owned).collect(),
            openid: settings.openid.then(|| OpenIdMetadata::of(oauth)),
        }
    }
}

fn grant_types(settings: &Settings) -> impl Iterator<Item = String> + use<> {
    let all = [
        (GrantType::AuthorizationCode, true),
        (GrantType::RefreshToken, settings.access_tokens_refreshable),
        (GrantType::ClientCredentials, true),
        (GrantType::DeviceCode, true),
        (GrantType::TokenExchange, true),
        (GrantType::Password, !settings.oauth_2_1),
        (GrantType::Implicit, !settings.oauth_2_1),
    ];
    all.into_iter().filter(|(_, is_on)| *is_on).map(|(name, _)| name.as_str().to_owned())
}

/// Where the document stands.
pub(crate) struct MetadataEndpoint(OAuth);

impl MetadataEndpoint {
    pub(crate) fn new(oauth: OAuth) -> Self {
        Self(oauth)
    }

    async fn document(&self) -> Result<Metadata, StoreError> {
        let scopes = self.0.server().supported_scopes().await?;
        Ok(Metadata::of(&self.0, &scopes))
    }
}

impl Endpoint for MetadataEndpoint {
    type Output = Response;

    async fn call(&self, _: Request) -> Result<Response> {
        Ok(match self.document().await {
            Ok(document) => public(Json(document).into_response()),
            Err(cause) => response::failed(&cause),
        })
    }
}

/// What a browser asks where a page wants to send a header of its own along (Fetch §3.2.2).
pub(crate) fn preflight(_: Request) -> Response {
    let mut response = Response::builder().status(StatusCode::NO_CONTENT).finish();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "*"),
        (header::ACCESS_CONTROL_MAX_AGE, cors::MAX_AGE),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Anybody's to read, from any page, and to keep for some minutes.
pub(super) fn public(mut response: Response) -> Response {
    for (name, value) in
        [(header::CACHE_CONTROL, "public, max-age=300"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")]
    {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

const BASIC: &str = "client_secret_basic";
const POST: &str = "client_secret_post";
const NONE: &str = "none";
