//! The application that the tests call: everything that the crate offers, mounted once.

use std::{io, sync::Arc};

use oauth_server::{
    Access, AccessToken, AnyOf, Anywhere, InHeaderOrBody, OAuth, OAuthApi, Secured, StoreError,
    scope,
};
use poem::{
    EndpointExt, IntoEndpoint, Request, Response, Route, RouteMethod,
    endpoint::BoxEndpoint,
    error::{InternalServerError, ServiceUnavailable},
    get, handler,
    web::Data,
};
use poem_openapi::{OpenApi, OpenApiService, payload::PlainText};

scope! { pub(crate) Read = "read", "Read your notes." }
scope! { pub(crate) Write = "write", "Change your notes." }
scope! { pub(crate) Admin = "admin", "Do anything." }

/// What no answer may carry: the text of a failure.
pub(crate) const CAUSE: &str = "the disk under the cupboard is full";

/// The resources, guarded as poem-openapi operations.
struct Api;

#[OpenApi]
impl Api {
    /// One scope
    #[oai(path = "/api/read", method = "get", method = "post")]
    async fn read(&self, token: Secured<Read>) -> PlainText<String> {
        PlainText(told(&token))
    }

    /// Two scopes
    #[oai(path = "/api/read_and_write", method = "get")]
    async fn read_and_write(&self, token: Secured<(Read, Write)>) -> PlainText<String> {
        PlainText(told(&token))
    }

    /// One scope of two
    #[oai(path = "/api/read_or_write", method = "get")]
    async fn read_or_write(&self, token: Secured<AnyOf<(Read, Write)>>) -> PlainText<String> {
        PlainText(told(&token))
    }

    /// One scope, or two others together
    #[oai(path = "/api/admin_or_both", method = "get")]
    async fn admin_or_both(
        &self,
        token: Secured<AnyOf<(Admin, (Read, Write))>>,
    ) -> PlainText<String> {
        PlainText(told(&token))
    }

    /// Any token
    #[oai(path = "/api/any", method = "get")]
    async fn any(&self, token: Secured<()>) -> PlainText<String> {
        PlainText(told(&token))
    }

    /// No guard
    #[oai(path = "/api/open", method = "get")]
    async fn open(&self) -> PlainText<&'static str> {
        PlainText("open")
    }

    /// A failure
    #[oai(path = "/api/fail", method = "get")]
    async fn fail(&self) -> poem::Result<PlainText<&'static str>> {
        Err(InternalServerError(io::Error::other(CAUSE)))
    }
}

/// The same resources, guarded as plain handlers.
#[handler]
async fn read(token: Access<Read>) -> String {
    told(&token)
}

#[handler]
async fn read_and_write(token: Access<(Read, Write)>) -> String {
    told(&token)
}

#[handler]
async fn read_or_write(token: Access<AnyOf<(Read, Write)>>) -> String {
    told(&token)
}

#[handler]
async fn admin_or_both(token: Access<AnyOf<(Admin, (Read, Write))>>) -> String {
    told(&token)
}

/// Wants the scope that its query names.
#[handler]
async fn later(request: &Request, Data(oauth): Data<&OAuth>) -> poem::Result<String> {
    let wanted = request.uri().query().unwrap_or_default().parse().expect("scopes");
    oauth.verify(request, &wanted).await.map(|token| told(&token))
}

#[handler]
async fn anywhere(token: Access<Read, Anywhere>) -> String {
    told(&token)
}

/// Gives back the form that the guard has read, too.
#[handler]
async fn in_body(token: Access<Read, InHeaderOrBody>, body: String) -> String {
    format!("{} with {body}", told(&token))
}

#[handler]
async fn any(token: Access<()>) -> String {
    told(&token)
}

#[handler]
async fn home() -> &'static str {
    "home"
}

#[handler]
async fn panics() -> &'static str {
    panic!("{CAUSE}")
}

#[handler]
async fn fails() -> poem::Result<&'static str> {
    Err(InternalServerError(io::Error::other(CAUSE)))
}

#[handler]
async fn unavailable() -> poem::Result<&'static str> {
    Err(ServiceUnavailable(io::Error::other(CAUSE)))
}

#[handler]
async fn store_is_gone() -> poem::Result<&'static str> {
    Err(InternalServerError(StoreError::Unavailable(CAUSE.into())))
}

fn told(token: &AccessToken) -> String {
    let subject = token.subject.as_deref().unwrap_or("nobody");
    format!("{} for {subject}: {}", token.client_id, token.scopes)
}

/// `/plain/read`, for an application that has no more.
pub(crate) fn guarded() -> RouteMethod {
    get(read)
}

/// Without [`OAuth::middleware`].
pub(crate) fn bare_urls(oauth: &OAuth) -> Route {
    let document = oauth.document((OAuthApi, Api));
    let service = OpenApiService::new(document, "Notes", "1.0");
    let openapi = oauth.openapi(&service);
    let service = Arc::new(service.into_endpoint());

    Route::new()
        .at("/", get(home))
        .nest("/accounts", oauth.accounts())
        .nest("/admin", oauth.admin())
        .nest("/.well-known", oauth.well_known())
        .at("/oauth2/authorization", oauth.authorization_endpoint())
        .at("/oauth2/logout", oauth.logout_endpoint())
        .at("/oauth2/token", service.clone())
        .at("/oauth2/revoke", service.clone())
        .at("/oauth2/introspect", service.clone())
        .at("/oauth2/par", service.clone())
        .at("/oauth2/device_authorization", service.clone())
        .at("/device", oauth.device_page())
        .at("/own/token", oauth.token_endpoint())
        .at("/api/*operation", service)
        .at("/plain/read", get(read).post(read))
        .at("/plain/read_and_write", get(read_and_write))
        .at("/plain/read_or_write", get(read_or_write))
        .at("/plain/admin_or_both", get(admin_or_both))
        .at("/plain/later", get(later))
        .at("/plain/any", get(any))
        .at("/plain/anywhere", get(anywhere).post(anywhere))
        .at("/plain/in_body", get(in_body).post(in_body))
        .at("/panics", get(panics))
        .at("/fails", get(fails))
        .at("/unavailable", get(unavailable))
        .at("/store_is_gone", get(store_is_gone))
        .at("/openapi.json", openapi)
}

/// What most tests call.
pub(crate) fn urls(oauth: &OAuth) -> BoxEndpoint<'static, Response> {
    bare_urls(oauth).with(oauth.full_middleware()).map_to_response().boxed()
}

/// An application that has the provider beside itself.
pub(crate) fn beside(oauth: &OAuth) -> Route {
    let service = OpenApiService::new(oauth.document((OAuthApi, Api)), "Notes", "1.0");
    oauth
        .routes()
        .at("/", get(home))
        .at("/plain/read", guarded())
        .at(oauth.mounted(|addresses| &addresses.openapi), oauth.openapi(&service))
        .nest(oauth.mounted(|addresses| &addresses.docs), oauth.swagger_ui(&service, "swagger-ui"))
}

/// Swagger UI, which is large, and few tests call.
pub(crate) fn docs(oauth: &OAuth) -> BoxEndpoint<'static, Response> {
    let service = OpenApiService::new(oauth.document((OAuthApi, Api)), "Notes", "1.0");
    let docs = oauth.swagger_ui(&service, "swagger-ui");
    Route::new().nest("/docs", docs).with(oauth.full_middleware()).map_to_response().boxed()
}
