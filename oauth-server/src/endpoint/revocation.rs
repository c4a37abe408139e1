//! The revocation endpoint: RFC 7009.

use oauth_core::AuthorizationServer;
use poem_openapi::{ApiResponse, Object, payload::Json};
use serde_json::{Value, json};

use super::client_form::{ClientForm, Sent};
use crate::{OAuth, response::refusal::Refusal};

/// The parameters: RFC 7009 §2.1.
#[derive(Object)]
#[oai(rename = "RevocationRequest")]
pub(super) struct RevocationRequest {
    /// The access or refresh token.
    token: String,
    /// Not needed: a token says of what kind it is.
    token_type_hint: Option<String>,
    /// The client, where it does not use HTTP Basic.
    client_id: Option<String>,
    /// The client's secret, where it does not use HTTP Basic and is not public.
    client_secret: Option<String>,
}

/// RFC 7009 §2.2: "The content of the response body is ignored by the client". Some want it to say that it is JSON.
#[derive(ApiResponse)]
pub(super) enum RevocationResponse {
    /// The token is of no use any more, or was of none before.
    #[oai(status = 200)]
    Revoked(Json<Value>, #[oai(header = "Cache-Control")] String),
}

/// Ends what the client gives back.
pub(super) async fn revoke(
    oauth: &OAuth,
    form: ClientForm<RevocationRequest>,
) -> Result<RevocationResponse, Refusal> {
    let revoke = async |server: AuthorizationServer, (authorization, params): Sent| {
        server.revoke(authorization.as_deref(), &params).await
    };
    form.answer(oauth, revoke).await?;
    Ok(RevocationResponse::Revoked(Json(json!({})), "no-store".to_owned()))
}
