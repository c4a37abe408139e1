//! What pages of other origins may read: CORS, as the Fetch standard has it, by the origins that clients registered.

use oauth_core::AuthorizationServer;
use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response, Result,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
};

use crate::{
    OAuth,
    response::{self, Own, varies_by},
};

/// See [`OAuth::cors`].
#[derive(Clone)]
pub struct Cors {
    /// Else the one of the middleware around.
    oauth: Option<OAuth>,
    methods: &'static str,
    /// Whether nobody proves there to be a client.
    is_of_strangers: bool,
}

impl OAuth {
    /// What goes around an API that guards protect, so that pages of other origins may call it: those that the token's
    /// client registered ([`NewClient::cors_origins`](crate::NewClient::cors_origins)). A preflight is answered, and an
    /// error shown, where any enabled client registered the origin. Cookies have no part in it.
    ///
    /// What no guard admitted, and errors of the application's own, are shown to no other origin.
    ///
    /// ```
    /// use oauth_server::{Access, OAuth, scope};
    /// use poem::{EndpointExt, Route, get, handler};
    ///
    /// scope! { pub Notes = "notes", "Read your notes." }
    ///
    /// #[handler]
    /// async fn notes(token: Access<Notes>) -> String {
    ///     format!("notes of {:?}", token.subject)
    /// }
    ///
    /// fn api(oauth: &OAuth) -> Route {
    ///     Route::new().at("/notes", get(notes).with(oauth.cors()))
    /// }
    /// ```
    #[must_use]
    pub fn cors(&self) -> Cors {
        Cors::of_api(self.clone())
    }
}

impl Cors {
    /// Around an API that guards protect.
    pub(crate) fn of_api(oauth: OAuth) -> Self {
        let methods = "GET, HEAD, POST, PUT, PATCH, DELETE";
        Self { oauth: Some(oauth), methods, is_of_strangers: false }
    }

    /// Around an endpoint at which clients authenticate, inside of the middleware.
    pub(crate) fn of_endpoint() -> Self {
        Self { oauth: None, methods: "POST", is_of_strangers: false }
    }

    /// Around the endpoint at which clients register themselves, inside of the middleware: who is told is no client yet.
    pub(crate) fn of_registration() -> Self {
        Self { is_of_strangers: true, ..Self::of_endpoint() }
    }

    /// Around what a client manages its registration by, inside of the middleware.
    pub(crate) fn of_management() -> Self {
        Self { oauth: None, methods: "GET, HEAD, PUT, DELETE", is_of_strangers: false }
    }

    /// Around the userinfo endpoint, inside of the middleware.
    pub(crate) fn of_userinfo() -> Self {
        Self { oauth: None, methods: "GET, HEAD, POST", is_of_strangers: false }
    }
}

impl<E: Endpoint> Middleware<E> for Cors {
    type Output = CorsEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        CorsEndpoint { cors: self.clone(), inner }
    }
}

/// What pages of other origins may call.
pub struct CorsEndpoint<E> {
    cors: Cors,
    inner: E,
}

impl<E: Endpoint> Endpoint for CorsEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let oauth = self.cors.oauth.as_ref().or_else(|| request.data::<OAuth>()).cloned();
        let (Some(oauth), Some(origin)) = (oauth, origin(request.headers())) else {
            let answered = self.inner.call(request).await.map(IntoResponse::into_response);
            return answered.map(varies);
        };
        // Apart, because few requests come from pages of other origins.
        let answered = Box::pin(async {
            if is_preflight(&request) {
                self.preflight(&oauth, &origin, request).await
            } else {
                self.answered_for(&oauth, origin, request).await
            }
        });
        answered.await.map(varies)
    }
}

impl<E: Endpoint> CorsEndpoint<E> {
    /// What a browser asks before it sends what a page wants: nobody is proven yet.
    async fn preflight(&self, oauth: &OAuth, origin: &str, request: Request) -> Result<Response> {
        match oauth.server().is_cors_origin(origin).await {
            Ok(true) => {}
            Ok(false) => return self.inner.call(request).await.map(IntoResponse::into_response),
            Err(cause) => return Ok(response::failed(&cause)),
        }
        let mut response = Response::builder().status(StatusCode::NO_CONTENT).finish();
        response.set_data(Own);
        let headers = response.headers_mut();
        allow(headers, origin);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static(self.cors.methods),
        );
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
        if let Some(wanted) = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
        }
        Ok(response)
    }

    async fn answered_for(
        &self,
        oauth: &OAuth,
        origin: String,
        request: Request,
    ) -> Result<Response> {
        let work = self.inner.call(request);
        let (answered, registered) = AuthorizationServer::asked_by_page(origin.clone(), work).await;
        let mut response = match answered {
            Ok(answer) => answer.into_response(),
            Err(error) if error.data::<Own>().is_some() => error.into_response(),
            // What the application around makes of its own errors is its own business.
            Err(error) => return Err(error),
        };
        let status = response.status();
        let is_error = status.is_client_error() || status.is_server_error();
        let may_read = if is_error || self.cors.is_of_strangers {
            oauth.server().is_cors_origin(&origin).await.unwrap_or(false)
        } else {
            registered
        };
        if may_read {
            let headers = response.headers_mut();
            allow(headers, &origin);
            let exposed = HeaderValue::from_static(EXPOSED);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
        Ok(response)
    }
}

/// The page's origin, where it can be one that a client registered.
fn origin(headers: &HeaderMap) -> Option<String> {
    let origin = headers.get(header::ORIGIN)?.to_str().ok()?;
    Some(origin).filter(|origin| origin.len() <= LONGEST).map(str::to_owned)
}

fn is_preflight(request: &Request) -> bool {
    *request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Never with credentials: no cookie has a part in any of this.
fn allow(headers: &mut HeaderMap, origin: &str) {
    if let Ok(origin) = HeaderValue::from_str(origin) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
}

fn varies(response: Response) -> Response {
    varies_by(response, "Origin")
}

/// What a client has to read of an answer, beside what browsers show to any page.
const EXPOSED: &str = "WWW-Authenticate, Retry-After, DPoP-Nonce, Mcp-Session-Id";
/// Seconds for which a browser need not ask again.
pub(crate) const MAX_AGE: &str = "600";
/// Of a registered origin.
const LONGEST: usize = 2000;
