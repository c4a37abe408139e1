//! The provider as one value: what an application mounts.

use std::{sync::Arc, time::Duration};

use oauth_core::{AuthorizationServer, BearerError, Caller, Settings};
use poem::{Endpoint, Middleware, Request, Response};
use poem_openapi::{OpenApi, OpenApiService, Webhook};
use serde::Serialize;

use crate::{
    Accounts, AuthorizationPage, Document, FullMiddleware, GuardRefusal, OAuthBuilder,
    OAuthMiddleware, Page, ResourceOwner, Users, accounts,
    addresses::Place,
    admin,
    cookies::Cookies,
    cors::Cors,
    endpoint, methods, openapi, own,
    pages::Pages,
    proxy::TrustedProxies,
    refusals::Refusals,
    response::{self, bearer::Wanted},
    swagger::SwaggerUi,
};

/// An OAuth 2.0 provider, to be mounted in a poem application. Cloning is cheap.
///
/// ```no_run
/// use oauth_server::{AuthorizationServer, BuildError, OAuth};
///
/// fn provider(server: AuthorizationServer) -> Result<poem::Route, BuildError> {
///     let oauth = OAuth::builder(server).build()?;
///     Ok(oauth.routes())
/// }
/// ```
#[derive(Clone)]
pub struct OAuth(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) server: AuthorizationServer,
    pub(crate) accounts: Accounts,
    /// The application's own, where it brings some.
    pub(crate) own_users: Option<Arc<dyn Users>>,
    pub(crate) place: Place,
    pub(crate) pages: Pages,
    pub(crate) proxies: TrustedProxies,
    pub(crate) cookies: Cookies,
    pub(crate) body_timeout: Duration,
    pub(crate) refusals: Refusals,
    pub(crate) refusal: RefusalBody,
    pub(crate) page: AuthorizationPage,
}

/// The body of a guard's refusal.
pub(crate) type RefusalBody = Box<dyn Fn(&GuardRefusal) -> Response + Send + Sync>;

impl OAuth {
    pub(crate) fn of(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Starts with a server, the bundled accounts and pages, and no trusted proxy.
    pub fn builder(server: AuthorizationServer) -> OAuthBuilder {
        OAuthBuilder::new(server)
    }

    /// The authorization endpoint: RFC 6749 §3.1. What it shows is said by [`OAuthBuilder::authorization_page`].
    pub fn authorization_endpoint(&self) -> impl Endpoint<Output = Response> + use<> {
        own::around(self, endpoint::authorization::AuthorizationEndpoint::new(self.clone()))
    }

    /// The token endpoint, RFC 6749 §3.2, at a path of your own. At `/oauth2/token` it comes with
    /// [`OAuthApi`](crate::OAuthApi), and is then in the OpenAPI document.
    pub fn token_endpoint(&self) -> impl Endpoint<Output = Response> + use<> {
        let endpoint = endpoint::token::TokenEndpoint::new(self.clone());
        own::around(self, Cors::of_endpoint().transform(own::contained(endpoint)))
    }

    /// The keys that the server signs with, as a JWK Set (RFC 7517 §5), at a path of your own: for where OpenID Connect is
    /// on. It says `public, max-age=300`, and any page may read it.
    pub fn keys_endpoint(&self) -> impl Endpoint<Output = Response> + use<> {
        endpoint::keys::endpoint(self)
    }

    /// The logout endpoint (OpenID Connect RP-Initiated Logout 1.0), at a path of your own: for where OpenID Connect is on.
    /// Clients send browsers here to have their users sign out; [`Users::sign_out`] ends the session.
    pub fn logout_endpoint(&self) -> impl Endpoint<Output = Response> + use<> {
        own::around(self, endpoint::logout::LogoutEndpoint::new(self.clone()))
    }

    /// Whether requests can be served ([`Store::ready`](crate::Store::ready)): 200, or 503 and one word that says why
    /// not ([`NotReady`](crate::NotReady)). For load balancers, at a path of your own. A process that is not ready
    /// becomes so again by itself, so do not restart it for that.
    pub fn readiness_endpoint(&self) -> impl Endpoint<Output = Response> + use<> {
        own::around(self, endpoint::readiness::ReadinessEndpoint::new(self.clone()))
    }

    /// The pages of the bundled accounts: `/login`, `/logout`, `/password`, `/sessions` and `/apps`, to be nested under `/accounts`.
    pub fn accounts(&self) -> impl Endpoint<Output = Response> + use<> {
        own::around(self, accounts::routes(self.connected_apps()))
    }

    /// The page on which a user sees which applications have access, and takes it back: for an application with its
    /// own users, who have it at `/apps` of [`OAuth::accounts`] otherwise.
    pub fn connected_apps(&self) -> impl Endpoint<Output = Response> + use<> {
        own::around(self, endpoint::connected_apps::ConnectedApps::new(self.clone()))
    }

    /// The admin site, for staff ([`Users::is_staff`]), to be nested under `/admin`: clients, scopes, the bundled users,
    /// codes, tokens and refresh families, each change of which is audited.
    pub fn admin(&self) -> impl Endpoint<Output = Response> + use<> {
        own::around(self, admin::Admin::new(self.clone()))
    }

    /// An API whose document shows the scopes that its [`Secured`](crate::Secured) guards require.
    pub fn document<A: OpenApi>(&self, api: A) -> Document<A> {
        Document(api)
    }

    /// The OpenAPI document of a service, as JSON, with the URLs of this provider: those of the flows, and, where the
    /// service names none, its server, which is the issuer.
    pub fn openapi<A: OpenApi, W: Webhook>(
        &self,
        service: &OpenApiService<A, W>,
    ) -> impl Endpoint<Output = Response> + use<A, W> {
        own::around(self, methods::get(openapi::endpoint(self, &service.spec())))
    }

    /// Swagger UI for a document, to be nested under `/docs`. Its Authorize button completes the code grant with PKCE
    /// as the public client `client_id`, which is registered with `{issuer}/docs/oauth-receiver.html`, or where
    /// [`Addresses::docs`](crate::Addresses::docs) is.
    pub fn swagger_ui<A: OpenApi + 'static, W: Webhook + 'static>(
        &self,
        service: &OpenApiService<A, W>,
        client_id: &str,
    ) -> impl Endpoint<Output = Response> + use<A, W> {
        own::around(
            self,
            SwaggerUi::new(self, &service.swagger_ui_html(), &service.spec(), client_id),
        )
    }

    /// What goes around an application whose handlers have guards, or render pages: it gives them the server and the
    /// language of the reader, names the request in events, audit rows and the log, and logs it without its query.
    ///
    /// It changes no answer of the application. What is the provider's own, a guard's refusal and a page of
    /// [`OAuth::page`] included, also says what the request is called (`X-Request-Id`, unless it is said already), and
    /// carries the headers that protect it; its endpoints are found at their [`Addresses`](crate::Addresses) with and without a trailing
    /// slash. Where a guard took a token from the query, the answer is kept by nobody (RFC 6750 §2.3).
    #[must_use]
    pub fn middleware(&self) -> OAuthMiddleware {
        OAuthMiddleware::new(self.clone())
    }

    /// [`OAuth::middleware`] and more, for an application that is a provider and its API and little else: every answer is
    /// treated as the provider's own. It is found with and without a trailing slash; a failure's text, which poem would
    /// answer, is kept for the log; who reads pages gets a page for it, and for a wrong address; a panic is a 500; and
    /// each answer carries the protecting headers.
    #[must_use]
    pub fn full_middleware(&self) -> FullMiddleware {
        FullMiddleware::new(self.clone())
    }

    /// Renders a template in the language of the request, with the provider's security headers.
    pub fn page(&self, template: &str, context: &impl Serialize) -> Response {
        Page::new(template, context).render(self)
    }

    /// What a view returns that finds a token wanting after the guard admitted it: RFC 6750 §3.1.
    #[must_use]
    pub fn refuse(&self, error: &BearerError) -> poem::Error {
        response::bearer::refusal(error, self, Wanted::default())
    }

    /// What a view answers to a user who may not see it: the page `forbidden`, with status 403.
    #[must_use]
    pub fn forbidden(&self, user: Option<&ResourceOwner>) -> Response {
        response::page::forbidden(self, user.map(|user| user.name.as_str()))
    }

    /// A message in the language of the request, for what a view says itself; its key where there is no such message.
    #[must_use]
    pub fn text(&self, key: &str, arguments: &[(&str, &str)]) -> String {
        self.pages().messages().say(key, arguments)
    }

    /// Who sends this request, as far as guesses at passwords are counted by it: for
    /// [`AuthorizationServer::asked_by`], on a login page of the application's own.
    #[must_use]
    pub fn caller(&self, request: &Request) -> Caller {
        let (address, browser) =
            (self.proxies().client_address(request), self.cookies().browser.presented(request));
        Caller { address, browser }
    }

    /// The server.
    #[must_use]
    pub fn server(&self) -> &AuthorizationServer {
        &self.0.server
    }

    /// The bundled accounts; empty where the application brings its own users.
    #[must_use]
    pub fn bundled_accounts(&self) -> &Accounts {
        &self.0.accounts
    }

    pub(crate) fn settings(&self) -> &Settings {
        self.0.server.settings()
    }

    pub(crate) fn users(&self) -> &dyn Users {
        self.0.own_users.as_deref().unwrap_or(&self.0.accounts)
    }

    pub(crate) fn own_users(&self) -> Option<&dyn Users> {
        self.0.own_users.as_deref()
    }

    /// What the authorization endpoint shows.
    pub(crate) fn authorization_page(&self) -> AuthorizationPage {
        self.0.page
    }

    pub(crate) fn has_bundled_users(&self) -> bool {
        self.0.own_users.is_none()
    }

    /// Whether it is this very provider.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn place(&self) -> &Place {
        &self.0.place
    }

    pub(crate) fn pages(&self) -> &Pages {
        &self.0.pages
    }

    pub(crate) fn cookies(&self) -> &Cookies {
        &self.0.cookies
    }

    pub(crate) fn proxies(&self) -> &TrustedProxies {
        &self.0.proxies
    }

    pub(crate) fn body_timeout(&self) -> Duration {
        self.0.body_timeout
    }

    /// The body of a guard's refusal, for a program.
    pub(crate) fn refusal(&self, refusal: &GuardRefusal) -> Response {
        (self.0.refusal)(refusal)
    }

    pub(crate) fn refusals(&self) -> &Refusals {
        &self.0.refusals
    }
}
