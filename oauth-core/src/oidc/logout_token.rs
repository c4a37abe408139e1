//! The logout token: OpenID Connect Back-Channel Logout §2.4.

use serde::Serialize;

use super::subject;
use crate::{
    AuthorizationServer, Client, Secret, SigningAlgorithm, StoreError, Timestamp, jwt,
    store::logout_delivery::LogoutDelivery,
};

/// Its claims. A nonce is none of them: §2.4 forbids it, so that nobody takes this for an ID token.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    iat: Timestamp,
    exp: Timestamp,
    jti: String,
    events: Events,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
}

#[derive(Serialize)]
struct Events {
    #[serde(rename = "http://schemas.openid.net/event/backchannel-logout")]
    logout: NoMembers,
}

#[derive(Serialize)]
struct NoMembers {}

/// Signs one as the client's ID tokens are signed (§2.4).
pub(super) async fn issue(
    server: &AuthorizationServer,
    client: &Client,
    delivery: &LogoutDelivery,
) -> Result<String, StoreError> {
    let algorithm = client.metadata.openid.id_token_signed_response_alg;
    let key = server.signer(algorithm.unwrap_or(SigningAlgorithm::Rs256)).await?;
    let now = server.now();
    let claims = Claims {
        iss: &server.settings.issuer,
        sub: subject::towards(server, client, &delivery.subject).await?,
        aud: &client.client_id,
        iat: now,
        exp: now + LIFETIME,
        jti: Secret::generate().expose().to_owned(),
        events: Events { logout: NoMembers {} },
        sid: delivery.sid.as_deref(),
    };
    jwt::sign(&key, "logout+jwt", &claims)
}

/// In seconds: §4 advises two minutes at most.
const LIFETIME: i64 = 120;
