//! The authorization endpoint: RFC 6749 §3.1.
//!
//! Between the page and the answer nothing is kept: the whole request stands in the form's action and is judged again
//! when it is answered, so any number of tabs are independent of each other.

use oauth_core::{
    AuthorizationError, AuthorizationRequest, EventKind, PageFault, Params, Pushed, StoreError,
};
use poem::{Body, Endpoint, Request, Response, Result, http::Method};

use self::{
    proceed::{Decision, WayBack},
    sign_in::Asked,
};
use crate::{
    OAuth,
    body::{self, Unreadable},
    csrf, request,
    response::{self, authorization::refusal, page::unreadable_form, see_other},
};

mod asking;
pub(in crate::endpoint) mod consent;
mod proceed;
mod sign_in;

/// What an authorization endpoint shows: the keyword arguments of djoauth2's `make_authorization_endpoint`, but for
/// `authorization_endpoint_uri`. Its form goes to where it stands.
///
/// ```
/// use oauth_server::AuthorizationPage;
///
/// let ours = AuthorizationPage { missing_redirect_uri: Some("/sorry/"), ..AuthorizationPage::default() };
/// assert_eq!(ours.authorization_template, "authorize"); // the bundled one
/// ```
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationPage {
    /// The page for requests that cannot be answered at the client, because nothing proves where that is. `None`: a
    /// page of the provider's own, with status 400, that names the fault. A path is an address below the issuer, as those
    /// of [`Addresses`](crate::Addresses).
    pub missing_redirect_uri: Option<&'static str>,
    /// The template that asks for consent. It gets `client` (`name`, `description`, `client_uri`, `logo_uri`,
    /// `policy_uri`, `tos_uri`), `scopes` (each with `name`, `title` and `description`), `resources` (the addresses of what
    /// they are for, RFC 8707; none where that is the server's own API), `user` (the name of who is signed
    /// in), `switch_user` (where somebody else signs in, or null), `redirect_host` (to which the browser goes next, or null),
    /// `redirect_on_device` (whether that is on the user's own device), `form_action`, and `form` (hidden fields, each with
    /// `name` and `value`). Its buttons are named `user_action`, with the values `Accept` and `Decline`.
    pub authorization_template: &'static str,
}

impl Default for AuthorizationPage {
    fn default() -> Self {
        Self { missing_redirect_uri: None, authorization_template: CONSENT }
    }
}

/// The bundled page that asks for consent.
pub(crate) const CONSENT: &str = "authorize";

pub(crate) struct AuthorizationEndpoint {
    oauth: OAuth,
    page: AuthorizationPage,
}

impl AuthorizationEndpoint {
    pub(crate) fn new(oauth: OAuth) -> Self {
        Self { page: oauth.authorization_page(), oauth }
    }
}

impl Endpoint for AuthorizationEndpoint {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let answered = match *request.method() {
            Method::GET | Method::HEAD => self.show(&request).await,
            Method::POST => {
                let body = request.take_body();
                self.posted(&request, body).await
            }
            _ => Ok(response::method_not_allowed("GET, HEAD, POST", Response::default())),
        };
        Ok(answered.unwrap_or_else(|refused| refused))
    }
}

impl AuthorizationEndpoint {
    /// Asks for consent, unless it was given before.
    async fn show(&self, request: &Request) -> Result<Response, Response> {
        self.require_tls(request)?;
        let browser = csrf::Browser::of(&self.oauth, request);
        if !Pushed::is_named_by(&request::query(request)) {
            return self.shown(request, &browser).await;
        }
        if *request.method() == Method::HEAD {
            // RFC 9110 §9.2.1: HEAD is safe, and to look at a pushed request makes it this browser's.
            return Ok(Response::default());
        }
        // First, because a pushed request lasts a minute until it is seen, and no user signs in within that.
        self.judged(request, &browser).await?;
        let shown = self.shown(request, &browser).await.unwrap_or_else(|refused| refused);
        Ok(browser.keep(&self.oauth, shown))
    }

    async fn shown(
        &self,
        request: &Request,
        browser: &csrf::Browser,
    ) -> Result<Response, Response> {
        let asked = self.asked(request, browser).await?;
        let (server, Asked { authorization, owner, .. }) = (self.oauth.server(), &asked);
        let consented = server.is_consented(authorization, &owner.subject).await;
        let changes_nothing = *request.method() == Method::HEAD; // RFC 9110 §9.2.1: HEAD is safe
        let consented = consented.map_err(|cause| self.failed(authorization, cause))?;
        if consented && !changes_nothing {
            return self.accept(asked).await;
        }
        if let Some(refused) = server.consent_refused(authorization) {
            return Err(self.refused(refused));
        }
        Ok(consent::page(&self.oauth, &self.page, (request, browser), authorization, owner))
    }

    /// The form was sent; or, without `user_action`, this is an authorization request by POST (§3.1: "MAY support").
    async fn posted(&self, request: &Request, sent: Body) -> Result<Response, Response> {
        self.require_tls(request)?;
        let form = body::form(request, sent).await.map_err(|fault| match fault {
            Unreadable::NoForm | Unreadable::Broken => {
                self.fault(PageFault::Malformed(fault.description().to_owned()))
            }
            _ => unreadable_form(&self.oauth, fault),
        })?;
        let fields = Params::parse(&form);
        match fields.get("user_action") {
            None => {
                let here = self.oauth.place().asked_for(request);
                Ok(see_other(&request::as_get(request, &here, &form)))
            }
            Some(action) => self.decide(request, &fields, action == "Accept").await,
        }
    }

    /// Only an explicit `Accept` grants anything.
    async fn decide(
        &self,
        request: &Request,
        fields: &Params,
        accepted: bool,
    ) -> Result<Response, Response> {
        let browser = csrf::Browser::of(&self.oauth, request);
        let asked = self.asked(request, &browser).await?;
        if !csrf::is_ours(&self.oauth, request, Some(&asked.owner.subject), fields) {
            return Err(response::authorization::form_expired(&self.oauth));
        }
        if !accepted {
            let Asked { authorization, owner, .. } = asked;
            let way = WayBack::to(authorization.client());
            let wanted = authorization.wants_sign_in();
            let response = self.oauth.server().decline(authorization, &owner.subject).await;
            let response = response.map_err(|error| self.refused(error))?;
            return Ok(self.answered(wanted, way.take(&self.oauth, response, Decision::Declined)));
        }
        self.accept(asked).await
    }

    async fn accept(&self, asked: Asked) -> Result<Response, Response> {
        let (server, Asked { authorization, owner, authentication }) = (self.oauth.server(), asked);
        let (way, wanted) = (WayBack::to(authorization.client()), authorization.wants_sign_in());
        let response = server.accept_as(authorization, &owner.subject, &authentication).await;
        let response = response.map_err(|error| self.refused(error))?;
        Ok(self.answered(wanted, way.take(&self.oauth, response, Decision::Granted)))
    }

    async fn judged(
        &self,
        request: &Request,
        browser: &csrf::Browser,
    ) -> Result<AuthorizationRequest, Response> {
        let (server, params) = (self.oauth.server(), request::query(request));
        let judged = if Pushed::is_named_by(&params) {
            server.pushed_request(&params, browser.secret()).await
        } else {
            server.authorization_request(&params).await
        };
        judged.map_err(|error| self.refused(error))
    }

    fn require_tls(&self, request: &Request) -> Result<(), Response> {
        if self.oauth.settings().ssl_only && !self.oauth.proxies().is_secure(request) {
            return Err(self.fault(PageFault::InsecureRequest));
        }
        Ok(())
    }

    /// What is wrong with a request as HTTP goes, before the core has seen it.
    fn fault(&self, fault: PageFault) -> Response {
        let raised = fault.clone();
        self.oauth
            .server()
            .raise(|| EventKind::AuthorizationFailedOnPage { client_id: None, fault: raised });
        self.refused(AuthorizationError::Page(fault))
    }

    /// From here on the client is told: its redirect URI is proven.
    fn failed(&self, authorization: &AuthorizationRequest, cause: StoreError) -> Response {
        self.refused(self.oauth.server().failed(authorization, cause))
    }

    fn refused(&self, error: AuthorizationError) -> Response {
        refusal(error, &self.oauth, &self.page)
    }
}
