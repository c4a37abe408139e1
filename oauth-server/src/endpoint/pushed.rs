//! The endpoint for pushed authorization requests: RFC 9126.

use oauth_core::AuthorizationServer;
use poem_openapi::{ApiResponse, Object, payload::Json};

use super::client_form::{ClientForm, Sent};
use crate::{OAuth, response::refusal::Refusal};

/// The parameters: those of an authorization request, and the client's credentials (RFC 9126 §2.1).
#[derive(Object)]
#[oai(rename = "PushedRequest")]
pub(super) struct PushedRequest {
    /// `code`, or `token` for the implicit grant.
    response_type: String,
    /// `query`, `fragment` or `form_post`: how the answer travels.
    response_mode: Option<String>,
    /// The client.
    client_id: Option<String>,
    /// The client's secret, where it does not use HTTP Basic and is not public.
    client_secret: Option<String>,
    /// Where the answer goes: one that the client registered.
    redirect_uri: Option<String>,
    /// Separated by spaces.
    scope: Option<String>,
    /// Comes back with the answer as it is.
    state: Option<String>,
    /// PKCE (RFC 7636): the SHA-256 of the verifier, in base64url.
    code_challenge: Option<String>,
    /// `S256`.
    code_challenge_method: Option<String>,
    /// `consent` has the user asked in any case.
    prompt: Option<String>,
    /// What the tokens shall be for (RFC 8707); up to 8, each as a parameter of this name. The server's own API without.
    resource: Option<Vec<String>>,
}

/// RFC 9126 §2.2.
#[derive(Debug, Object)]
#[oai(rename = "PushedResponse")]
pub(super) struct PushedBody {
    /// What the browser brings to the authorization endpoint, beside `client_id`.
    request_uri: String,
    /// Seconds until the authorization endpoint has to have seen it.
    expires_in: i64,
}

/// The request is kept.
#[derive(ApiResponse)]
pub(super) enum PushedResponse {
    /// The request is kept.
    #[oai(status = 201)]
    Kept(Json<PushedBody>, #[oai(header = "Cache-Control")] String),
}

/// Keeps a request until a browser brings its name.
pub(super) async fn push(
    oauth: &OAuth,
    form: ClientForm<PushedRequest>,
) -> Result<PushedResponse, Refusal> {
    let push = async |server: AuthorizationServer, (authorization, params): Sent| {
        server.push(authorization.as_deref(), &params).await
    };
    let pushed = form.answer(oauth, push).await?;
    let body = PushedBody { request_uri: pushed.request_uri, expires_in: pushed.expires_in };
    Ok(PushedResponse::Kept(Json(body), "no-store".to_owned()))
}
