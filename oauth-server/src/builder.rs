//! The provider as one value: what an application builds at its start, and mounts.

use std::{path::PathBuf, sync::Arc};

use ipnet::IpNet;
use oauth_core::{AuthorizationServer, BearerError, PasswordVerifier, Settings};
use poem::{Endpoint, Response};
use poem_openapi::OpenApi;
use serde::Serialize;

use crate::{
    Accounts, AuthorizationPage, BuildError, Document, OAuthMiddleware, Page, ResourceOwner, Users,
    accounts, admin,
    cookies::Cookies,
    endpoint,
    pages::{Pages, Sources},
    proxy::TrustedProxies,
    response,
    swagger::SwaggerUi,
};

/// An OAuth 2.0 provider, to be mounted in a poem application. Cloning is cheap.
#[derive(Clone)]
pub struct OAuth(Arc<Parts>);

struct Parts {
    server: AuthorizationServer,
    accounts: Accounts,
    /// The application's own, where it brings some.
    own_users: Option<Arc<dyn Users>>,
    pages: Pages,
    proxies: TrustedProxies,
    cookies: Cookies,
}

/// Builds an [`OAuth`].
#[must_use]
pub struct OAuthBuilder {
    server: AuthorizationServer,
    users: Option<Arc<dyn Users>>,
    sources: Sources,
    trusted_proxies: Vec<IpNet>,
}

impl OAuthBuilder {
    /// Brings the application's own users in place of the bundled accounts.
    pub fn users(self, users: impl Users) -> Self {
        Self { users: Some(Arc::new(users)), ..self }
    }

    /// Adds a handlebars template, or replaces a bundled one of the same name. `oauth-server/TEMPLATES.md` says what each
    /// of those is given.
    pub fn template(mut self, name: impl Into<String>, source: impl Into<String>) -> Self {
        self.sources.templates.push((name.into(), source.into()));
        self
    }

    /// Adds the templates of a folder, over those of the code: an operator mends a page without recompiling. A template
    /// is called by its path in there without `.hbs`, such as `accounts/login`; `style.css` is the stylesheet. The folder
    /// is read once, by [`OAuthBuilder::build`].
    pub fn template_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.sources.template_folders.push(folder.into());
        self
    }

    /// Adds [Fluent](https://projectfluent.org) messages for a language such as `de` or `pt-BR`, or puts them over the
    /// bundled ones of the same keys. What a language lacks is said in English.
    ///
    /// ```no_run
    /// # fn example(builder: oauth_server::OAuthBuilder) -> oauth_server::OAuthBuilder {
    /// builder.locale("de", "sign-in = Anmelden\nsign-out = Abmelden")
    /// # }
    /// ```
    pub fn locale(mut self, language: impl Into<String>, messages: impl Into<String>) -> Self {
        self.sources.locales.push((language.into(), messages.into()));
        self
    }

    /// Adds the messages of a folder, over those of the code: `de.ftl`, and every `.ftl` in the folder `de`, is German.
    pub fn locale_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.sources.locale_folders.push(folder.into());
        self
    }

    /// Believes what proxies in these networks say of a request: `Forwarded` and `X-Forwarded-Proto` of how it came,
    /// `X-Forwarded-For` of who sent it. Nobody else's word counts. Default: none.
    pub fn trusted_proxies(self, networks: Vec<IpNet>) -> Self {
        Self { trusted_proxies: networks, ..self }
    }

    /// The provider.
    ///
    /// # Errors
    /// When a template or a locale does not parse, when a page asks for what it is not given, and when a folder cannot be
    /// read.
    pub fn build(self) -> Result<OAuth, BuildError> {
        let cookies = Cookies::of(self.server.settings());
        let accounts = Accounts::new(self.server.clone(), cookies.session.clone());
        let server = match &self.users {
            Some(users) => self.server.with_passwords(passwords(Arc::clone(users))),
            None => self.server,
        };
        let pages = Pages::with(&self.sources)?;
        let proxies = TrustedProxies::new(self.trusted_proxies);
        let own_users = self.users;
        Ok(OAuth(Arc::new(Parts { server, accounts, own_users, pages, proxies, cookies })))
    }
}

/// The application's own users, as the password grant asks for them.
fn passwords(users: Arc<dyn Users>) -> PasswordVerifier {
    Arc::new(move |username, password| {
        let users = Arc::clone(&users);
        Box::pin(async move {
            let owner = users.verify_password(&username, password.expose()).await?;
            Ok(owner.map(|owner| owner.subject))
        })
    })
}

impl OAuth {
    /// Starts with a server, the bundled accounts and pages, and no trusted proxy.
    pub fn builder(server: AuthorizationServer) -> OAuthBuilder {
        OAuthBuilder {
            server,
            users: None,
            sources: Sources::default(),
            trusted_proxies: Vec::new(),
        }
    }

    /// The authorization endpoint: RFC 6749 §3.1.
    pub fn authorization_endpoint(
        &self,
        page: AuthorizationPage,
    ) -> impl Endpoint<Output = Response> + use<> {
        endpoint::authorization::AuthorizationEndpoint::new(self.clone(), page)
    }

    /// The token endpoint, RFC 6749 §3.2, at a path of your own. At `/oauth2/token` it comes with
    /// [`OAuthApi`](crate::OAuthApi), and is then in the OpenAPI document.
    pub fn token_endpoint(&self) -> impl Endpoint<Output = Response> + use<> {
        endpoint::token::TokenEndpoint::new(self.clone())
    }

    /// The pages of the bundled accounts: `/login`, `/logout`, `/password` and `/apps`, to be nested under `/accounts`.
    pub fn accounts(&self) -> impl Endpoint<Output = Response> + use<> {
        accounts::routes(self.connected_apps())
    }

    /// The page on which a user sees which applications have access, and takes it back: for an application with its
    /// own users, who have it at `/apps` of [`OAuth::accounts`] otherwise.
    pub fn connected_apps(&self) -> impl Endpoint<Output = Response> + use<> {
        endpoint::connected_apps::ConnectedApps::new(self.clone())
    }

    /// The admin site, for staff ([`Users::is_staff`]), to be nested under `/admin`: clients, scopes, the bundled users,
    /// codes, tokens and refresh families, each change of which is audited.
    pub fn admin(&self) -> impl Endpoint<Output = Response> + use<> {
        admin::Admin::new(self.clone())
    }

    /// An API whose document shows the scopes that its [`Secured`](crate::Secured) guards require.
    pub fn document<A: OpenApi>(&self, api: A) -> Document<A> {
        Document(api)
    }

    /// Swagger UI for a document, to be nested under `/docs`. Its Authorize button completes the code grant with PKCE
    /// as the public client `client_id`, which is registered with `{issuer}/docs/oauth-receiver.html`.
    pub fn swagger_ui<A: OpenApi + 'static, W: poem_openapi::Webhook + 'static>(
        &self,
        service: &poem_openapi::OpenApiService<A, W>,
        client_id: &str,
    ) -> impl Endpoint<Output = Response> + use<A, W> {
        SwaggerUi::new(&service.swagger_ui_html(), service.swagger_ui(), client_id)
    }

    /// What goes around the whole application: it gives guards their server, answers with and without a trailing
    /// slash, logs each request without its query, and keeps failures' causes from answers.
    #[must_use]
    pub fn middleware(&self) -> OAuthMiddleware {
        OAuthMiddleware::new(self.clone())
    }

    /// Renders a template in the language of the request, with the provider's security headers.
    pub fn page(&self, template: &str, context: &impl Serialize) -> Response {
        Page::new(template, context).render(self)
    }

    /// What a view returns that finds a token wanting after the guard admitted it: RFC 6750 §3.1.
    #[must_use]
    pub fn refuse(&self, error: &BearerError) -> poem::Error {
        poem::Error::from_response(response::bearer::refusal(error, self))
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

    pub(crate) fn has_bundled_users(&self) -> bool {
        self.0.own_users.is_none()
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
}
