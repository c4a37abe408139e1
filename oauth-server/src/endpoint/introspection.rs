//! The introspection endpoint: RFC 7662.

use oauth_core::{Act, AuthorizationServer, Introspection};
use poem_openapi::{ApiResponse, Object, payload::Json};
use serde_json::Value;

use super::client_form::{ClientForm, Sent};
use crate::{OAuth, response::refusal::Refusal};

/// The parameters: RFC 7662 §2.1.
#[derive(Object)]
#[oai(rename = "IntrospectionRequest")]
pub(super) struct IntrospectionRequest {
    /// The access or refresh token.
    token: String,
    /// Not needed: a token says of what kind it is.
    token_type_hint: Option<String>,
    /// The client, where it does not use HTTP Basic.
    client_id: Option<String>,
    /// The client's secret, where it does not use HTTP Basic.
    client_secret: Option<String>,
}

/// RFC 7662 §2.2. Of a token that is not active, nothing else is said.
#[derive(Debug, Default, Object)]
#[oai(rename = "IntrospectionResponse", skip_serializing_if_is_none)]
pub(super) struct IntrospectionBody {
    /// Whether the token is live, and one that this client may know of.
    active: bool,
    /// What it allows, separated by spaces.
    scope: Option<String>,
    /// The client that it was granted to.
    client_id: Option<String>,
    /// Who acts with it in that one's place (RFC 8693 section 4.1). Absent where it was not exchanged.
    act: Option<Actor>,
    /// `Bearer` for an access token, absent for a refresh token.
    token_type: Option<String>,
    /// When it ends, in seconds since 1970. Absent where it never does.
    exp: Option<i64>,
    /// When it was issued, in seconds since 1970.
    iat: Option<i64>,
    /// Who granted it. Absent where the client acts for itself.
    sub: Option<String>,
    /// The resource that it is for (RFC 8707); this server's own API is the issuer. Absent of a refresh token for several.
    aud: Option<String>,
    /// This server.
    iss: Option<String>,
    /// What the provider's policy attached to the authorization, as JSON of its own form. Absent where it attached nothing.
    data: Option<Value>,
    /// When the user signed in, in seconds since 1970. Absent where that is not known.
    auth_time: Option<i64>,
    /// How well the user signed in. Absent where that is not known.
    acr: Option<String>,
}

/// Who acts: RFC 8693 section 4.1.
#[derive(Debug, Object)]
#[oai(rename = "Actor", skip_serializing_if_is_none)]
struct Actor {
    /// The client, by its identifier.
    sub: String,
    /// Who acted before, where the token was exchanged more than once.
    act: Option<Box<Self>>,
}

impl From<Act> for Actor {
    fn from(act: Act) -> Self {
        Self { sub: act.sub, act: act.act.map(|before| Box::new(Self::from(*before))) }
    }
}

/// What a token is worth.
#[derive(ApiResponse)]
pub(super) enum IntrospectionResponse {
    /// What the token is worth.
    #[oai(status = 200)]
    Seen(Json<IntrospectionBody>, #[oai(header = "Cache-Control")] String),
}

/// Says what a token is worth.
pub(super) async fn introspect(
    oauth: &OAuth,
    form: ClientForm<IntrospectionRequest>,
) -> Result<IntrospectionResponse, Refusal> {
    let introspect = async |server: AuthorizationServer, (authorization, params): Sent| {
        server.introspect(authorization.as_deref(), &params).await
    };
    let body = match form.answer(oauth, introspect).await? {
        Some(token) => active(token, &oauth.settings().issuer),
        None => IntrospectionBody::default(),
    };
    Ok(IntrospectionResponse::Seen(Json(body), "no-store".to_owned()))
}

fn active(token: Introspection, issuer: &str) -> IntrospectionBody {
    IntrospectionBody {
        active: true,
        scope: Some(token.scopes.to_string()),
        client_id: Some(token.client_id),
        act: token.act.map(Actor::from),
        token_type: token.is_access_token.then(|| "Bearer".to_owned()),
        exp: token.expires_at,
        iat: Some(token.issued_at),
        sub: token.subject,
        aud: token.audience,
        iss: Some(issuer.to_owned()),
        auth_time: token.auth_time,
        acr: token.acr,
        data: token.data.and_then(|data| data.parse().ok()),
    }
}
