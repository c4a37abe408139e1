//! Swagger UI, from the binary: its Authorize button completes the code grant with PKCE. The page is small, and runs
//! nothing inline; its scripts and style are files of their own.

mod file;

use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    error::NotFoundError,
    http::{HeaderValue, Method, header},
    web::Html,
};
use serde_json::json;

use self::file::File;
use crate::{
    OAuth, declared_scopes, openapi,
    response::{method_not_allowed, no_store},
};

/// The page, the receiver of its redirects, and the files of both.
pub(crate) struct SwaggerUi {
    style: File,
    bundle: File,
    start: File,
    receive: File,
}

impl SwaggerUi {
    /// `html` is poem-openapi's page, which holds Swagger UI itself; `spec` the document.
    pub(crate) fn new(oauth: &OAuth, html: &str, spec: &str, client_id: &str) -> Self {
        let style = between(html, "<style charset=\"UTF-8\">", "</style>\n");
        let bundle = between(html, "<script charset=\"UTF-8\">", "</script>\n</head>");
        if style.is_none() || bundle.is_none() {
            tracing::error!("poem-openapi's Swagger UI page has changed: /docs/ stays empty");
        }
        Self {
            style: File::css("swagger-ui", style.unwrap_or_default()),
            bundle: File::js("swagger-ui", bundle.unwrap_or_default()),
            start: File::js("start", &start(oauth, spec, client_id)),
            receive: File::js("receive", include_str!("receive.js")),
        }
    }

    /// Where its files stand, as seen from an address with a trailing slash, or without.
    fn page(&self, request: &Request) -> String {
        let path = request.original_uri().path();
        let folder = match path.rsplit_once('/') {
            Some((_, "")) | None => ".",
            Some((_, name)) => name,
        };
        let folder = handlebars::html_escape(folder);
        include_str!("page.html")
            .replace("{style}", &format!("{folder}/{}", self.style.name))
            .replace("{bundle}", &format!("{folder}/{}", self.bundle.name))
            .replace("{start}", &format!("{folder}/{}", self.start.name))
    }

    fn receiver(&self) -> String {
        include_str!("receiver.html").replace("{receive}", &self.receive.name)
    }
}

impl Endpoint for SwaggerUi {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Ok(method_not_allowed("GET, HEAD", Response::default()));
        }
        let html = match request.uri().path() {
            "" | "/" => self.page(&request),
            "/oauth-receiver.html" => self.receiver(),
            path => {
                let files = [&self.style, &self.bundle, &self.start, &self.receive];
                let file =
                    files.into_iter().find(|file| path.strip_prefix('/') == Some(&file.name));
                let Some(file) = file else { return Err(NotFoundError.into()) };
                return Ok(file.answer(&request));
            }
        };
        let mut response = no_store(Html(html).into_response());
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        Ok(response)
    }
}

fn between<'a>(html: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    Some(html.split_once(begin)?.1.split_once(end)?.0)
}

/// Fills the page. JSON is JavaScript, too.
fn start(oauth: &OAuth, spec: &str, client_id: &str) -> String {
    let (spec, docs) = (openapi::document(oauth, spec), oauth.url(|addresses| &addresses.docs));
    let scopes: Vec<&str> = declared_scopes().into_iter().map(|scope| scope.name).collect();
    let options = json!({
        "clientId": client_id,
        "usePkceWithAuthorizationCodeGrant": true,
        "scopes": scopes,
    });
    let receiver = json!(format!("{docs}oauth-receiver.html"));
    format!(
        "const spec = {spec};\nconst options = {options};\nconst receiver = {receiver};\n{}",
        include_str!("start.js")
    )
}

/// Images may be `data:`, which Swagger UI's icons are.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
