//! The methods of an address: a 405 names them in `Allow` (RFC 9110 §15.5.6: "MUST").

use std::collections::HashMap;

use poem::{
    Endpoint, EndpointExt, IntoEndpoint, Request, Response, Result, RouteMethod,
    endpoint::{BoxEndpoint, make_sync},
    error::MethodNotAllowedError,
    http::{HeaderValue, Method, StatusCode, header::ALLOW},
};

/// An address with an endpoint for each of its methods, like poem's `RouteMethod`, whose refusal of any other method
/// says which ones there are. Begins with [`get`] or [`post`].
///
/// ```
/// use oauth_server::methods;
/// use poem::{Route, handler};
///
/// #[handler]
/// fn show() -> &'static str {
///     "a note"
/// }
///
/// #[handler]
/// fn change() -> &'static str {
///     "another note"
/// }
///
/// let urls = Route::new().at("/note", methods::get(show).put(change));
/// ```
#[must_use]
pub struct Methods {
    route: RouteMethod,
    allowed: Vec<Method>,
}

/// GET, and with it HEAD.
pub fn get<E: IntoEndpoint>(endpoint: E) -> Methods
where
    E::Endpoint: 'static,
{
    Methods { route: RouteMethod::new(), allowed: Vec::new() }.get(endpoint)
}

/// POST.
pub fn post<E: IntoEndpoint>(endpoint: E) -> Methods
where
    E::Endpoint: 'static,
{
    Methods { route: RouteMethod::new(), allowed: Vec::new() }.post(endpoint)
}

impl Methods {
    /// GET, and with it HEAD.
    pub fn get<E: IntoEndpoint>(self, endpoint: E) -> Self
    where
        E::Endpoint: 'static,
    {
        self.method(Method::GET, endpoint)
    }

    /// POST.
    pub fn post<E: IntoEndpoint>(self, endpoint: E) -> Self
    where
        E::Endpoint: 'static,
    {
        self.method(Method::POST, endpoint)
    }

    /// PUT.
    pub fn put<E: IntoEndpoint>(self, endpoint: E) -> Self
    where
        E::Endpoint: 'static,
    {
        self.method(Method::PUT, endpoint)
    }

    /// PATCH.
    pub fn patch<E: IntoEndpoint>(self, endpoint: E) -> Self
    where
        E::Endpoint: 'static,
    {
        self.method(Method::PATCH, endpoint)
    }

    /// DELETE.
    pub fn delete<E: IntoEndpoint>(self, endpoint: E) -> Self
    where
        E::Endpoint: 'static,
    {
        self.method(Method::DELETE, endpoint)
    }

    /// Any method.
    pub fn method<E: IntoEndpoint>(mut self, method: Method, endpoint: E) -> Self
    where
        E::Endpoint: 'static,
    {
        self.allowed.push(method.clone());
        Self { route: self.route.method(method, endpoint), ..self }
    }
}

impl Endpoint for Methods {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        match self.route.call(request).await {
            Err(error) if error.is::<MethodNotAllowedError>() => Ok(not_allowed(&self.allowed)),
            outcome => outcome,
        }
    }
}

/// Gives an address of a poem-openapi API a refusal of all methods that it has not.
pub(crate) fn refuse_others(
    operations: &mut HashMap<Method, BoxEndpoint<'static>>,
    refusal: fn(&[Method]) -> Response,
) {
    let mut allowed: Vec<_> = operations.keys().cloned().collect();
    allowed.sort_by_key(ToString::to_string);
    for method in STANDARD.iter().filter(|&method| !is_served(&allowed, method)) {
        let allowed = allowed.clone();
        let refused = make_sync(move |_| refusal(&allowed));
        operations.insert(method.clone(), refused.map_to_response().boxed());
    }
}

/// poem answers HEAD where there is GET.
fn is_served(allowed: &[Method], method: &Method) -> bool {
    allowed.contains(method) || *method == Method::HEAD && allowed.contains(&Method::GET)
}

/// RFC 9110 §9.3 and RFC 5789.
const STANDARD: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
    Method::CONNECT,
];

/// It names what is allowed.
pub(crate) fn not_allowed(allowed: &[Method]) -> Response {
    let mut names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
    if is_served(allowed, &Method::HEAD) && !names.contains(&"HEAD") {
        names.push("HEAD");
    }
    let mut response = Response::builder()
        .status(StatusCode::METHOD_NOT_ALLOWED)
        .content_type("text/plain; charset=utf-8")
        .body("method not allowed");
    if let Ok(names) = HeaderValue::try_from(names.join(", ")) {
        response.headers_mut().insert(ALLOW, names);
    }
    response
}
