//! What an application says of its provider at its start.

use std::{path::PathBuf, sync::Arc, time::Duration};

use ipnet::IpNet;
use oauth_core::{AuthorizationServer, GrantRequest, Granted, Policy, TokenError};
use poem::Response;

use crate::{
    Accounts, Addresses, AuthorizationPage, BuildError, GuardRefusal, OAuth, Users,
    addresses::Place,
    body,
    cookies::Cookies,
    endpoint::authorization::CONSENT,
    oauth::{Parts, RefusalBody},
    pages::{Locale, Pages, Sources},
    proxy::TrustedProxies,
    refusals::Refusals,
    scope_sync, users,
};

/// Builds an [`OAuth`].
///
/// ```no_run
/// # use oauth_server::{AuthorizationServer, BuildError, OAuth};
/// # fn example(server: AuthorizationServer) -> Result<OAuth, BuildError> {
/// OAuth::builder(server).template_folder("templates").locale("en", "sign-in = Come in").build()
/// # }
/// ```
#[must_use]
pub struct OAuthBuilder {
    server: AuthorizationServer,
    /// A grant whose name is none.
    unnamed_grant: Option<String>,
    users: Option<Arc<dyn Users>>,
    sources: Sources,
    addresses: Addresses,
    at: Option<String>,
    trusted_proxies: Vec<IpNet>,
    body_timeout: Duration,
    refusal: RefusalBody,
    page: AuthorizationPage,
}

impl OAuthBuilder {
    pub(crate) fn new(server: AuthorizationServer) -> Self {
        Self {
            server,
            unnamed_grant: None,
            users: None,
            sources: Sources::default(),
            addresses: Addresses::default(),
            at: None,
            trusted_proxies: Vec::new(),
            body_timeout: body::TIMEOUT,
            refusal: Box::new(GuardRefusal::json),
            page: AuthorizationPage::default(),
        }
    }

    /// Brings the application's own users in place of the bundled accounts.
    pub fn users(self, users: impl Users) -> Self {
        Self { users: Some(Arc::new(users)), ..self }
    }

    /// Serves a grant of the application's own at the token endpoint, to clients that are registered for it by this name,
    /// an absolute URI (RFC 6749 §4.5). What the handler grants is issued like anything else, after the policy was asked. It has
    /// 10 seconds; then the client is answered 503.
    ///
    /// ```
    /// use oauth_server::{GrantRequest, Granted, OAuthBuilder, TokenError};
    ///
    /// # fn whose(_: &str) -> Option<String> { None }
    /// fn with_vouchers(builder: OAuthBuilder) -> OAuthBuilder {
    ///     let name = "urn:example:params:oauth:grant-type:voucher";
    ///     builder.grant(name, |request: GrantRequest| async move {
    ///         let scopes = request.scopes().await?; // what the client asks for, and may have
    ///         let subject = whose(request.required("voucher")?);
    ///         let subject = subject.ok_or(TokenError::InvalidGrant("the voucher is void".into()))?;
    ///         Ok(Granted { subject: Some(subject), scopes, ..Granted::default() })
    ///     })
    /// }
    /// ```
    pub fn grant<F, A>(mut self, name: &str, handler: F) -> Self
    where
        F: Fn(GrantRequest) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Granted, TokenError>> + Send + 'static,
    {
        match self.server.clone().with_grant(name, handler) {
            Ok(server) => self.server = server,
            Err(_) => self.unnamed_grant = Some(name.to_owned()),
        }
        self
    }

    /// Asks this policy before anything is issued: see [`Policy`].
    pub fn policy(self, policy: impl Policy) -> Self {
        Self { server: self.server.with_policy(policy), ..self }
    }

    /// Adds a handlebars template, or replaces a bundled one of the same name. [`guide::pages`](crate::guide::pages) says what each
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
        let (language, messages) = (language.into(), messages.into());
        self.sources.locales.push(Locale { language, file: None, messages });
        self
    }

    /// Adds the messages of a folder, over those of the code: `de.ftl`, and every `.ftl` in the folder `de`, is German.
    pub fn locale_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.sources.locale_folders.push(folder.into());
        self
    }

    /// Moves what the provider has to other addresses.
    ///
    /// ```no_run
    /// # fn example(builder: oauth_server::OAuthBuilder) -> oauth_server::OAuthBuilder {
    /// use oauth_server::Addresses;
    ///
    /// builder.addresses(Addresses { token: "/token/".to_owned(), ..Addresses::default() })
    /// # }
    /// ```
    pub fn addresses(self, addresses: Addresses) -> Self {
        Self { addresses, ..self }
    }

    /// Says what of the issuer's path reaches the program, where a proxy strips it: `/` where that is nothing. It adds
    /// nothing to a URL. Default: all of it.
    ///
    /// ```no_run
    /// # fn example(server: oauth_server::AuthorizationServer) -> oauth_server::OAuthBuilder {
    /// // The issuer is https://example.com/id, and a proxy sends what it is asked for under /id/ on without that.
    /// oauth_server::OAuth::builder(server).at("/")
    /// # }
    /// ```
    pub fn at(self, path: impl Into<String>) -> Self {
        Self { at: Some(path.into()), ..self }
    }

    /// Believes what proxies in these networks say of a request: `Forwarded` (RFC 7239), `X-Forwarded-For` and
    /// `X-Forwarded-Proto` of who sent it and how it came, `X-Request-Id` of what it is called. Nobody else's word counts.
    /// Default: none.
    pub fn trusted_proxies(self, networks: Vec<IpNet>) -> Self {
        Self { trusted_proxies: networks, ..self }
    }

    /// How long the body of a request to one of the provider's own endpoints may take, from its head on; who is slower
    /// is answered 408. Default: 30 seconds.
    pub fn body_timeout(self, timeout: Duration) -> Self {
        Self { body_timeout: timeout, ..self }
    }

    /// What the authorization endpoint shows, wherever it is mounted. Its template is rendered once with sample data by
    /// [`OAuthBuilder::build`], so that one that does not exist, or asks for what it is not given, is found there.
    pub fn authorization_page(self, page: AuthorizationPage) -> Self {
        Self { page, ..self }
    }

    /// Answers what a guard refuses with a body of the application's own kind: status, challenge and the other headers are
    /// the guard's. Who asks with a browser gets the page `restricted` as before. Default: JSON with `error` and
    /// `error_description`.
    ///
    /// ```
    /// use oauth_server::{GuardRefusal, OAuthBuilder};
    /// use poem::{IntoResponse, web::Json};
    ///
    /// /// Problems of RFC 9457, ready made.
    /// fn problems(builder: OAuthBuilder) -> OAuthBuilder {
    ///     builder.refusal(GuardRefusal::problem_json)
    /// }
    ///
    /// fn our_own(builder: OAuthBuilder) -> OAuthBuilder {
    ///     builder.refusal(|refusal| {
    ///         let (code, message) = (refusal.error.unwrap_or("no_token"), &refusal.description);
    ///         Json(serde_json::json!({ "code": code, "message": message })).into_response()
    ///     })
    /// }
    /// ```
    pub fn refusal(self, body: impl Fn(&GuardRefusal) -> Response + Send + Sync + 'static) -> Self {
        Self { refusal: Box::new(body), ..self }
    }

    /// The provider.
    ///
    /// # Errors
    /// When a template or a locale does not parse, when a page asks for what it is not given, when a folder cannot be
    /// read, and when an address cannot be served or is none of a resource.
    pub fn build(self) -> Result<OAuth, BuildError> {
        if let Some(name) = self.unnamed_grant {
            return Err(BuildError::Grant { name });
        }
        scope_sync::check_resources(&self.server)?;
        let settings = self.server.settings();
        if settings.openid && !self.server.has_key_encryption() && !settings.is_loopback() {
            return Err(BuildError::KeyEncryption);
        }
        let place = Place::new(self.addresses, settings, self.at.as_deref())?;
        let cookies = Cookies::of(settings);
        let login = place.path(&place.addresses.accounts) + "login/";
        let accounts = Accounts::new(self.server.clone(), cookies.session.clone(), login);
        let server = match &self.users {
            Some(users) => self
                .server
                .with_passwords(users::passwords(Arc::clone(users)))
                .with_active_check(users::active(Arc::clone(users)))
                .with_claims(users::claims(Arc::clone(users))),
            None => {
                let users: Arc<dyn Users> = Arc::new(accounts.clone());
                let server = self.server.with_active_check(users::active(Arc::clone(&users)));
                server.with_claims(users::claims(users))
            }
        };
        let pages = Pages::with(&self.sources)?;
        pages.check_in_place_of(CONSENT, self.page.authorization_template)?;
        let proxies = TrustedProxies::new(self.trusted_proxies);
        let parts = Parts {
            server,
            accounts,
            own_users: self.users,
            place,
            pages,
            proxies,
            cookies,
            body_timeout: self.body_timeout,
            refusals: Refusals::default(),
            refusal: self.refusal,
            page: self.page,
        };
        Ok(OAuth::of(parts))
    }
}
