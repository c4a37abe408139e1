//! Swagger UI, from the binary: its Authorize button completes the code grant with PKCE.

use poem::{
    Endpoint, EndpointExt, IntoResponse, Request, Response, Result,
    endpoint::BoxEndpoint,
    http::{HeaderValue, header},
    web::Html,
};
use serde_json::json;

use crate::{declared_scopes, response::no_store};

/// The page, and poem-openapi's own receiver of its redirects.
pub(crate) struct SwaggerUi {
    html: String,
    receiver: BoxEndpoint<'static>,
}

impl SwaggerUi {
    pub(crate) fn new(html: &str, receiver: impl Endpoint + 'static, client_id: &str) -> Self {
        Self { html: authorizing(html, client_id), receiver: receiver.map_to_response().boxed() }
    }
}

impl Endpoint for SwaggerUi {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let response = match request.uri().path() {
            "" | "/" => Html(self.html.clone()).into_response(),
            _ => self.receiver.call(request).await?,
        };
        Ok(inline_allowed(response))
    }
}

/// poem-openapi's page does not call `initOAuth`, without which Swagger UI asks for a client id and leaves PKCE out; it
/// takes the fragment of its address for a part of the redirect URI; and it does not fit a phone.
fn authorizing(html: &str, client_id: &str) -> String {
    let scopes: Vec<&str> = declared_scopes().into_iter().map(|scope| scope.name).collect();
    let options = json!({
        "clientId": client_id,
        "usePkceWithAuthorizationCodeGrant": true,
        "scopes": scopes,
    });
    let call = "SwaggerUIBundle({\n        dom_id:";
    let Some((before, after)) = html.split_once(call) else {
        tracing::warn!(
            "poem-openapi's Swagger UI page has changed; its Authorize button lacks PKCE"
        );
        return html.to_owned();
    };
    let (arguments, rest) = after.split_once("})").unwrap_or((after, ""));
    let before = before.replacen("<head>", &format!("<head>\n    {VIEWPORT}"), 1);
    format!(
        "{before}window.ui = {call}{arguments}    {REDIRECT_URL},\n    }});\n    window.ui.initOAuth({options}){rest}"
    )
}

const VIEWPORT: &str = r#"<meta name="viewport" content="width=device-width, initial-scale=1">"#;

/// In an object literal, the last mention of a name counts.
const REDIRECT_URL: &str = "oauth2RedirectUrl: location.origin + \
    location.pathname.replace(/\\/*$/, '/oauth-receiver.html')";

/// Swagger UI is one script and styles inline: this page alone allows them, and nothing from elsewhere.
fn inline_allowed(response: Response) -> Response {
    let mut response = no_store(response);
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
