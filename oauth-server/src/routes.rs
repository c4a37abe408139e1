//! All that the provider has, mounted at its addresses.

use std::sync::Arc;

use oauth_core::DynamicRegistration;
use poem::{Endpoint, EndpointExt, IntoEndpoint, Request, Response, Route, endpoint::make_sync};
use poem_openapi::OpenApiService;

use crate::{
    Addresses, OAuth, OAuthApi,
    addresses::{USERINFO, bare},
    endpoint, methods, own, request,
    response::see_other,
};

/// Where it stands.
impl OAuth {
    /// All that the provider has but the OpenAPI document and Swagger UI, which are of the application's API as well
    /// ([`OAuth::mounted`] shows how they join it). Each stands at its [address](Addresses), with and without a trailing slash: the authorization
    /// endpoint, the token endpoint, the page for devices, the admin site, the pages of the bundled accounts or, for users of the
    /// application's own, that of their connected applications; and [`OAuth::well_known`]. It belongs at the root,
    /// whatever the path of the issuer is, and the application adds its own.
    ///
    /// ```no_run
    /// use oauth_server::OAuth;
    /// use poem::{Endpoint, EndpointExt, Response, handler};
    ///
    /// #[handler]
    /// fn home() -> &'static str {
    ///     "my own application"
    /// }
    ///
    /// fn urls(oauth: &OAuth) -> impl Endpoint<Output = Response> + use<> {
    ///     oauth.routes().at("/", home).with(oauth.middleware())
    /// }
    /// ```
    ///
    /// The pages of several providers with a path each stand beside each other by poem's `nest_no_strip("/id", ...)`.
    #[must_use]
    pub fn routes(&self) -> Route {
        let mounted = Mounting { oauth: self, routes: Route::new() }
            .at(|at| &at.authorization, self.authorization_endpoint())
            .at(|at| &at.device, self.device_page())
            .api()
            .openid()
            .registration()
            .nest(|at| &at.admin, self.admin())
            .accounts()
            .front_page();
        let routes = mounted.routes.nest("/.well-known", self.well_known());
        match self.place().mount() {
            "" => routes,
            // OpenID Connect Discovery §4: appended to an issuer with a path, where RFC 8414 inserts it.
            mount => routes.nest(format!("{mount}/.well-known"), self.well_known()),
        }
    }

    /// What a host has for its provider under `/.well-known` (RFC 8615), to be nested there by who does not mount
    /// [`OAuth::routes`]: `oauth-authorization-server`, by
    /// which clients find out what this server can do and where (RFC 8414), `oauth-protected-resource`, by which they find it
    /// from a resource (RFC 9728), and `change-password`, by which password managers find where that is done.
    pub fn well_known(&self) -> impl Endpoint<Output = Response> + use<> {
        endpoint::well_known::routes(self)
    }

    /// The URL of an address, which is the issuer and the address.
    ///
    /// ```no_run
    /// # fn example(oauth: &oauth_server::OAuth) {
    /// let token_endpoint = oauth.url(|addresses| &addresses.token); // https://id.example/oauth2/token/
    /// # }
    /// ```
    #[must_use]
    pub fn url(&self, address: impl FnOnce(&Addresses) -> &str) -> String {
        self.place().url(address(&self.place().addresses))
    }

    /// The same without scheme and host, as a page links to it: with the path of the issuer, if that has one.
    #[must_use]
    pub fn path(&self, address: impl FnOnce(&Addresses) -> &str) -> String {
        self.place().path(address(&self.place().addresses))
    }

    /// Where requests for an address reach the program, for who mounts something by hand, and without the slash at its
    /// end: with what of the issuer's path [reaches it](crate::OAuthBuilder::at).
    ///
    /// ```no_run
    /// # use oauth_server::{OAuth, OAuthApi};
    /// # use poem::Route;
    /// # use poem_openapi::OpenApiService;
    /// fn documented(oauth: &OAuth) -> Route {
    ///     let service = OpenApiService::new(oauth.document(OAuthApi), "Notes", "1.0");
    ///     oauth
    ///         .routes()
    ///         .at(oauth.mounted(|addresses| &addresses.openapi), oauth.openapi(&service))
    ///         .nest(oauth.mounted(|addresses| &addresses.docs), oauth.swagger_ui(&service, "swagger-ui"))
    /// }
    /// ```
    #[must_use]
    pub fn mounted(&self, address: impl FnOnce(&Addresses) -> &str) -> String {
        let place = self.place();
        format!("{}{}", place.mount(), bare(address(&place.addresses)))
    }

    /// Under what an application nests all of its own that belongs to the issuer: what of the issuer's path
    /// [reaches the program](crate::OAuthBuilder::at), or `/`.
    #[must_use]
    pub fn mount(&self) -> &str {
        match self.place().mount() {
            "" => "/",
            mount => mount,
        }
    }
}

struct Mounting<'a> {
    oauth: &'a OAuth,
    routes: Route,
}

impl Mounting<'_> {
    /// Answers with and without a trailing slash.
    fn at(
        self,
        address: impl FnOnce(&Addresses) -> &str,
        endpoint: impl Endpoint + 'static,
    ) -> Self {
        let path = self.oauth.mounted(address);
        self.both(&path, endpoint)
    }

    fn nest(
        self,
        address: impl FnOnce(&Addresses) -> &str,
        endpoint: impl Endpoint + 'static,
    ) -> Self {
        Self { routes: self.routes.nest(self.oauth.mounted(address), endpoint), ..self }
    }

    /// What programs call: a type's operations have the seeds' paths, wherever they stand.
    fn api(mut self) -> Self {
        let oauth = self.oauth;
        let document = oauth.document(OAuthApi);
        let service = OpenApiService::new(document, "OAuth 2.0", env!("CARGO_PKG_VERSION"));
        let service = Arc::new(service.into_endpoint());
        let openid = oauth.settings().openid;
        let served = oauth.place().addresses.of_api().into_iter();
        for (path, address) in served.filter(|(path, _)| openid || *path != USERINFO) {
            let operation = Arc::clone(&service).before(async move |mut request: Request| {
                *request.uri_mut() = request::with_path(request.uri(), path);
                Ok(request)
            });
            let mounted = format!("{}{address}", oauth.place().mount());
            self = self.both(&mounted, own::around(oauth, operation));
        }
        self
    }

    /// What there is where clients log their users in: with what others verify that this server signed, and where they send
    /// who signs out.
    fn openid(self) -> Self {
        let oauth = self.oauth;
        if !oauth.settings().openid {
            return self;
        }
        self.at(|at| &at.keys, oauth.keys_endpoint()).at(|at| &at.logout, oauth.logout_endpoint())
    }

    /// Clients register themselves where they may.
    fn registration(self) -> Self {
        let oauth = self.oauth;
        if oauth.settings().dynamic_registration == DynamicRegistration::Off {
            return self;
        }
        let managed = oauth.mounted(|at| &at.registration) + "/:client_id";
        self.at(|at| &at.registration, oauth.registration_endpoint())
            .both(&managed, oauth.registration_management())
    }

    /// Users of the application's own have the page of connected applications alone.
    fn accounts(self) -> Self {
        let oauth = self.oauth;
        if oauth.has_bundled_users() {
            return self.nest(|at| &at.accounts, oauth.accounts());
        }
        let apps = oauth.mounted(|at| &at.accounts) + "/apps";
        self.both(&apps, oauth.connected_apps())
    }

    /// Below a path of the issuer there is no front page of the application's own, unless it says where.
    fn front_page(self) -> Self {
        let (oauth, place) = (self.oauth, self.oauth.place());
        if place.mount().is_empty() || place.addresses.home != "/" {
            return self;
        }
        let apps = oauth.path(|at| &at.accounts) + "apps/";
        let onward = methods::get(make_sync(move |_| see_other(&apps)));
        self.both(place.mount(), own::around(oauth, onward))
    }

    fn both(self, path: &str, endpoint: impl Endpoint + 'static) -> Self {
        let (path, endpoint) = (bare(path), Arc::new(endpoint.map_to_response()));
        let routes = self.routes.at(format!("{path}/"), Arc::clone(&endpoint)).at(path, endpoint);
        Self { routes, ..self }
    }
}
