//! An endpoint of the Model Context Protocol, as what its clients expect to be guarded by: revision 2026-07-28,
//! *Authorization*, and *Streamable HTTP*.

use oauth_core::{BearerError, InvalidResource, Resource, Scopes};
use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response, Result,
    http::{StatusCode, header},
    web::Json,
};
use serde_json::json;
use url::Url;

use crate::{
    CorsEndpoint, OAuth, request,
    response::{
        bearer::{Wanted, refusal},
        no_store,
    },
};

impl OAuth {
    /// All that an endpoint of the Model Context Protocol wants of its authorization: goes around what speaks the protocol.
    ///
    /// `address` is a resource (RFC 8707), a path below the issuer or a URL, and `scopes` are all that a token must have to
    /// come in. Both are declared as those of every guard: the document that tells clients where to get a token (RFC 9728) is
    /// of what is declared.
    ///
    /// ```
    /// use oauth_server::{AccessToken, OAuth, resource, scope};
    /// use poem::{Endpoint, EndpointExt, Route, handler, web::Data};
    ///
    /// resource! { Mcp = "/mcp" }
    /// scope! { McpTools = "mcp:tools", "Use the tools of this server for you.", at Mcp }
    ///
    /// /// What speaks the protocol; it finds the token that came in.
    /// #[handler]
    /// async fn mcp(Data(token): Data<&AccessToken>) -> String {
    ///     format!("{:?}", token.subject)
    /// }
    ///
    /// fn urls(oauth: &OAuth) -> Result<impl Endpoint, Box<dyn std::error::Error>> {
    ///     let guarded = mcp.with(oauth.mcp_resource("/mcp", "mcp:tools".parse()?)?);
    ///     Ok(oauth.routes().at("/mcp", guarded))
    /// }
    /// ```
    ///
    /// - Who comes without a token learns by the challenge where the metadata is and which scopes are needed; who has too few
    ///   is told all of them with 403, to come back with more.
    /// - A token in the query is refused, as is a page of an origin that is neither the issuer's nor that of a client
    ///   (`cors_origins`): a browser that was led to another host's name has that name in its `Origin`.
    /// - Pages of registered origins may read the answers ([`OAuth::cors`]).
    /// - Streams of events may be silent for as long as they like: [`serve`](crate::serve()) ends no connection whose answer
    ///   is not at its end.
    ///
    /// # Errors
    /// When the address is none of a resource.
    pub fn mcp_resource(
        &self,
        address: &str,
        scopes: Scopes,
    ) -> Result<McpResource, InvalidResource> {
        let resource = self.server().resource_at(address)?;
        Ok(McpResource { oauth: self.clone(), resource, scopes })
    }
}

/// What [`OAuth::mcp_resource`] puts around an endpoint.
#[derive(Clone)]
pub struct McpResource {
    oauth: OAuth,
    resource: Resource,
    scopes: Scopes,
}

impl<E: Endpoint> Middleware<E> for McpResource {
    type Output = McpEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        let guarded = Guarded { of: self.clone(), inner };
        McpEndpoint { oauth: self.oauth.clone(), inner: self.oauth.cors().transform(guarded) }
    }
}

/// An endpoint inside of an [`McpResource`].
pub struct McpEndpoint<E> {
    oauth: OAuth,
    inner: CorsEndpoint<Guarded<E>>,
}

impl<E: Endpoint> Endpoint for McpEndpoint<E> {
    type Output = Response;

    /// "Servers MUST validate the `Origin` header on all incoming connections to prevent DNS rebinding attacks", and "MUST
    /// respond with HTTP 403 Forbidden".
    async fn call(&self, request: Request) -> Result<Response> {
        for origin in request.headers().get_all(header::ORIGIN) {
            let is_known = match origin.to_str() {
                Ok(origin) => is_known(&self.oauth, origin).await,
                Err(_) => Ok(false),
            };
            match is_known {
                Ok(true) => {}
                Ok(false) => return Ok(foreign()),
                Err(cause) => return Ok(crate::response::failed(&cause)),
            }
        }
        self.inner.call(request).await
    }
}

async fn is_known(oauth: &OAuth, origin: &str) -> Result<bool, oauth_core::StoreError> {
    let own = Url::parse(&oauth.settings().issuer).map(|url| url.origin().ascii_serialization());
    if own.is_ok_and(|own| own == origin) {
        return Ok(true);
    }
    oauth.server().is_cors_origin(origin).await
}

fn foreign() -> Response {
    let told = json!({ "error": "invalid_request", "error_description": FOREIGN });
    no_store(Json(told).with_status(StatusCode::FORBIDDEN).into_response())
}

struct Guarded<E> {
    of: McpResource,
    inner: E,
}

impl<E: Endpoint> Endpoint for Guarded<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let McpResource { oauth, resource, scopes } = &self.of;
        if request::query(&request).has("access_token") {
            let error = BearerError::InvalidRequest(IN_QUERY.into());
            let wanted = Wanted { resource: Some(resource), scopes: Some(scopes) };
            return Err(refusal(&error, oauth, wanted));
        }
        let token = oauth.verify_at(Some(resource), &request, scopes).await?;
        request.set_data(token);
        self.inner.call(request).await.map(IntoResponse::into_response)
    }
}

const FOREIGN: &str =
    "pages of this origin may not call this server; register it as one of a client's cors_origins";
const IN_QUERY: &str = "a token must not stand in the query: send it in the Authorization header";
