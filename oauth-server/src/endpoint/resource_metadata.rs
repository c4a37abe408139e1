//! What a client can find out about a protected resource: RFC 9728.

use std::collections::BTreeSet;

use oauth_core::{Resource, Scopes, StoreError};
use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    endpoint::make_sync,
    http::{Method, StatusCode},
    web::Json,
};
use serde::Serialize;
use serde_json::json;
use url::Url;

use super::metadata;
use crate::{OAuth, methods, response};

/// The metadata of a protected resource (RFC 9728 §2). The provider serves that of each resource that is declared; an API
/// in a process of its own, which has the guard of the feature `remote-guard`, serves its own by [`endpoint`](Self::endpoint):
///
/// ```
/// use oauth_server::ResourceMetadata;
/// use poem::Route;
///
/// let scopes = "mail:read mail".parse().unwrap();
/// let metadata = ResourceMetadata::new("https://mail.example/api", "https://id.example", &scopes);
/// let routes = Route::new().at("/.well-known/oauth-protected-resource/api", metadata.endpoint());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ResourceMetadata {
    /// The resource's address, as its users type it: what clients send as `resource` (RFC 8707).
    pub resource: String,
    /// The issuers of those whose tokens it takes.
    pub authorization_servers: Vec<String>,
    /// The scopes that its tokens may have, in alphabetical order. `offline_access` is none of a resource's.
    pub scopes_supported: Vec<String>,
    /// How it takes tokens: in the header.
    pub bearer_methods_supported: [&'static str; 1],
}

impl ResourceMetadata {
    /// Of the resource at this address, which takes the tokens of this issuer.
    #[must_use]
    pub fn new(resource: &str, issuer: &str, scopes: &Scopes) -> Self {
        let of_its_own = scopes.iter().filter(|name| *name != OFFLINE_ACCESS);
        Self {
            resource: resource.to_owned(),
            authorization_servers: vec![issuer.to_owned()],
            scopes_supported: of_its_own.map(str::to_owned).collect(),
            bearer_methods_supported: ["header"],
        }
    }

    /// Serves it: anybody's to read, from any page, and to keep for some minutes.
    #[must_use]
    pub fn endpoint(self) -> impl Endpoint<Output = Response> + use<> {
        readable(make_sync(move |_| metadata::public(Json(self.clone()).into_response())))
    }
}

/// The documents of all that are declared, and of the server's own API. It stands where the well-known path is stripped from
/// what was asked for.
pub(crate) fn endpoint(oauth: &OAuth) -> impl Endpoint<Output = Response> + use<> {
    readable(Declared(oauth.clone()))
}

fn readable(endpoint: impl Endpoint + 'static) -> impl Endpoint<Output = Response> {
    methods::get(endpoint).method(Method::OPTIONS, make_sync(metadata::preflight))
}

struct Declared(OAuth);

impl Declared {
    /// The metadata of the resource whose path this is, at the issuer's host.
    async fn at(&self, path: &str) -> Result<Option<ResourceMetadata>, StoreError> {
        let issuer = &self.0.settings().issuer;
        let Some(asked) = at_host_of(issuer, path) else { return Ok(None) };
        let resources = self.0.server().resources().await?;
        if let Some((resource, scopes)) = resources.iter().find(|(it, _)| is_at(it, &asked)) {
            return Ok(Some(ResourceMetadata::new(resource.as_str(), issuer, scopes)));
        }
        if !issuer.parse().is_ok_and(|own| is_at(&own, &asked)) {
            return Ok(None);
        }
        let of_others: BTreeSet<&str> = resources.iter().flat_map(|(_, its)| its.iter()).collect();
        let scopes = self.0.server().supported_scopes().await?;
        let own = scopes.iter().filter(|name| !of_others.contains(name)).collect();
        Ok(Some(ResourceMetadata::new(issuer, issuer, &own)))
    }
}

impl Endpoint for Declared {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let path = request.uri().path_and_query().map_or("", |path| path.as_str());
        Ok(match self.at(path).await {
            Ok(Some(metadata)) => metadata::public(Json(metadata).into_response()),
            Ok(None) => unknown(),
            Err(cause) => response::failed(&cause),
        })
    }
}

/// What stands behind the well-known path is path and query of the resource (RFC 9728 §3.1).
fn at_host_of(issuer: &str, path: &str) -> Option<Resource> {
    let origin = Url::parse(issuer).ok()?.origin().ascii_serialization();
    format!("{origin}{path}").parse().ok()
}

/// A slash at the end does no harm: by `resource` the client sees which one it is.
fn is_at(resource: &Resource, asked: &Resource) -> bool {
    resource == asked || asked.as_str().strip_suffix('/') == Some(resource.as_str())
}

fn unknown() -> Response {
    let told = json!({ "error": "not_found", "error_description": UNKNOWN });
    let response = Json(told).with_status(StatusCode::NOT_FOUND).into_response();
    metadata::public(response)
}

const OFFLINE_ACCESS: &str = "offline_access";
const UNKNOWN: &str = "no resource is declared at this address";
