//! The userinfo endpoint: OpenID Connect Core §5.3.

use oauth_core::{AccessToken, UserInfo};
use poem::{IntoResponse, Response, http::header, web::Json};
use poem_openapi::{
    ApiResponse,
    registry::{MetaMediaType, MetaResponse, MetaResponses, Registry},
    types::Type,
};
use serde_json::Value;

use crate::{
    OAuth, Scope,
    response::{self, bearer::Wanted},
};

/// The scope that opens it. The server registers it itself, where OpenID Connect is on.
pub(super) struct OpenId;

impl Scope for OpenId {
    const NAME: &'static str = "openid";
    const DESCRIPTION: &'static str = "Know who you are here.";
}

/// What a client is told of the user who granted its token: claims, or the same as a JWT.
pub(super) struct UserInfoResponse(UserInfo);

impl IntoResponse for UserInfoResponse {
    fn into_response(self) -> Response {
        let response = match self.0 {
            UserInfo::Claims(claims) => Json(claims).into_response(),
            UserInfo::Signed(jwt) => Response::builder().content_type(JWT).body(jwt),
            _ => return response::failure(),
        };
        response.with_header(header::CACHE_CONTROL, "no-store").into_response()
    }
}

impl ApiResponse for UserInfoResponse {
    fn meta() -> MetaResponses {
        let description = "What the client may know: `sub`, and the claims of its scopes; or the same as a JWT, for a client \
                           that is registered for that.";
        let content = vec![
            MetaMediaType { content_type: "application/json", schema: Value::schema_ref() },
            MetaMediaType { content_type: JWT, schema: String::schema_ref() },
        ];
        let (status, status_range, headers) = (Some(200), None, Vec::new());
        MetaResponses {
            responses: vec![MetaResponse { description, status, status_range, content, headers }],
        }
    }

    fn register(_: &mut Registry) {}
}

/// Tells it.
pub(super) async fn userinfo(oauth: &OAuth, token: &AccessToken) -> poem::Result<UserInfoResponse> {
    let told = oauth.server().userinfo(token).await;
    told.map(UserInfoResponse)
        .map_err(|error| response::bearer::refusal(&error, oauth, Wanted::default()))
}

const JWT: &str = "application/jwt";
