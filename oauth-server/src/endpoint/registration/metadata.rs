//! What is sent and told, for the OpenAPI document: RFC 7591 §2, §3.2.

use poem_openapi::{Enum, Object, types::Example};

/// What a client says of itself (RFC 7591 section 2). What is not named here is dropped.
#[derive(Object)]
#[oai(rename = "ClientMetadata", example)]
pub(crate) struct ClientMetadata {
    /// Where users come back to, each exactly as the client will send it.
    redirect_uris: Option<Vec<String>>,
    /// The name that users see.
    client_name: Option<String>,
    /// `none` is a public client, which has no secret. Default: `client_secret_basic`.
    token_endpoint_auth_method: Option<String>,
    /// Of `authorization_code`, `refresh_token` and `urn:ietf:params:oauth:grant-type:device_code`. Default:
    /// `authorization_code`.
    grant_types: Option<Vec<String>>,
    /// `code`.
    response_types: Option<Vec<String>>,
    /// Separated by spaces. A client may ask for every scope that the server gives, whatever stands here.
    scope: Option<String>,
    /// `web`, or `native` where it runs on its user's device.
    application_type: Option<String>,
    /// Its home page.
    client_uri: Option<String>,
    /// Its picture.
    logo_uri: Option<String>,
    /// What it says of its use of personal data.
    policy_uri: Option<String>,
    /// Its terms of service.
    tos_uri: Option<String>,
    /// Whether its authorization requests must be pushed first (RFC 9126).
    require_pushed_authorization_requests: Option<bool>,
    /// How its ID tokens are signed: `RS256`, `PS256`, `ES256` or `EdDSA`.
    id_token_signed_response_alg: Option<String>,
    /// The same of what it is told of a user; without it that is JSON.
    userinfo_signed_response_alg: Option<String>,
    /// How old a sign-in may be, in seconds, where a request says nothing of it.
    default_max_age: Option<i64>,
    /// Whether its ID tokens say when the user signed in.
    require_auth_time: Option<bool>,
    /// How users shall have signed in, where a request says nothing of it; the first is liked best.
    default_acr_values: Option<Vec<String>>,
    /// Where a browser may go on to after it signed out.
    post_logout_redirect_uris: Option<Vec<String>>,
}

/// A public client, as assistants and native applications register.
impl Example for ClientMetadata {
    fn example() -> Self {
        let texts = |texts: &[&str]| Some(texts.iter().map(ToString::to_string).collect());
        Self {
            redirect_uris: texts(&["http://127.0.0.1/callback"]),
            client_name: Some("Assistant".to_owned()),
            token_endpoint_auth_method: Some("none".to_owned()),
            grant_types: texts(&["authorization_code", "refresh_token"]),
            response_types: texts(&["code"]),
            scope: None,
            application_type: Some("native".to_owned()),
            client_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            require_pushed_authorization_requests: None,
            id_token_signed_response_alg: None,
            userinfo_signed_response_alg: None,
            default_max_age: None,
            require_auth_time: None,
            default_acr_values: None,
            post_logout_redirect_uris: None,
        }
    }
}

/// All that a client says of itself now (RFC 7592 section 2.2): what is left out is no longer so.
#[derive(Object)]
#[oai(rename = "ClientUpdate")]
pub(crate) struct ClientUpdate {
    /// The client's own.
    client_id: String,
    /// The client's own, or left out.
    client_secret: Option<String>,
    #[oai(flatten)]
    metadata: ClientMetadata,
}

/// What a client is registered with (RFC 7591 section 3.2.1, RFC 7592 section 3).
#[derive(Object)]
#[oai(rename = "ClientInformation")]
pub(crate) struct ClientInformation {
    /// By which the client is known.
    client_id: String,
    /// Told once, when it is drawn.
    client_secret: Option<String>,
    /// 0: it does not end.
    client_secret_expires_at: Option<i64>,
    /// In seconds since 1970.
    client_id_issued_at: i64,
    /// What the client reads, replaces and deletes its registration with.
    registration_access_token: String,
    /// Where it does that.
    registration_client_uri: String,
    #[oai(flatten)]
    metadata: ClientMetadata,
}

/// A refusal: RFC 7591 section 3.2.2.
#[derive(Object)]
#[oai(rename = "RegistrationError")]
pub(crate) struct RegistrationError {
    /// The two codes of RFC 7591; `invalid_token` (RFC 6750) and `access_denied` (RFC 6749); and `temporarily_unavailable`,
    /// a code of ours.
    error: RegistrationErrorCode,
    /// What the client's developer has to change.
    error_description: String,
}

#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum RegistrationErrorCode {
    InvalidRedirectUri,
    InvalidClientMetadata,
    InvalidToken,
    AccessDenied,
    TemporarilyUnavailable,
}
