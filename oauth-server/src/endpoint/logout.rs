//! The logout endpoint: OpenID Connect RP-Initiated Logout 1.0.
//!
//! As at the authorization endpoint, nothing is kept between the page and the answer: the whole request stands in the form's
//! action and is judged again.

use oauth_core::{Authentication, EventKind, LogoutError, LogoutRequest, Params};
use poem::{
    Body, Endpoint, Request, Response, Result,
    http::{Method, StatusCode},
};
use serde_json::json;

use crate::{
    OAuth, Page, ResourceOwner, accounts, body,
    csrf::{self, FormToken},
    locale::Message,
    request,
    response::{
        self, failed,
        page::{error_page, unreadable_form},
        see_other,
    },
};

pub(crate) struct LogoutEndpoint {
    oauth: OAuth,
}

/// A request, and who is signed in at the browser that brings it.
struct Asked {
    logout: LogoutRequest,
    who: Option<(ResourceOwner, Authentication)>,
}

impl LogoutEndpoint {
    pub(crate) fn new(oauth: OAuth) -> Self {
        Self { oauth }
    }
}

impl Endpoint for LogoutEndpoint {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        if let Some(refused) = accounts::refused_in_the_clear(&self.oauth, &request) {
            return Ok(refused);
        }
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

impl LogoutEndpoint {
    /// Asks (§2: "SHOULD ask the End-User whether to log out of the OP as well"), unless the request proves that it comes
    /// from where this very session is known.
    async fn show(&self, request: &Request) -> Result<Response, Response> {
        let asked = self.asked(request).await?;
        let Some((owner, authentication)) = &asked.who else {
            return Ok(self.onward(&asked.logout));
        };
        let server = self.oauth.server();
        let proven = server.is_logout_proven(&asked.logout, &owner.subject, authentication).await;
        let changes_nothing = *request.method() == Method::HEAD; // RFC 9110 §9.2.1: HEAD is safe
        if proven.map_err(|error| failed(&error))? && !changes_nothing {
            return self.sign_out(request, &asked).await;
        }
        Ok(self.question(request, &asked.logout, owner))
    }

    /// The form was sent; or, without `user_action`, this is a request by POST (§2: "MUST support" both).
    async fn posted(&self, request: &Request, sent: Body) -> Result<Response, Response> {
        let form = body::form(request, sent).await;
        let form = form.map_err(|fault| unreadable_form(&self.oauth, fault))?;
        let fields = Params::parse(&form);
        if fields.get("user_action").is_none() {
            let here = self.oauth.place().asked_for(request);
            return Ok(see_other(&request::as_get(request, &here, &form)));
        }
        let asked = self.asked(request).await?;
        let Some((owner, _)) = &asked.who else { return Ok(self.onward(&asked.logout)) };
        if !csrf::is_ours(&self.oauth, request, Some(&owner.subject), &fields) {
            let (title, problem) =
                (Message::new("expired-title"), Message::new("expired-sign-out"));
            return Err(error_page(&self.oauth, StatusCode::FORBIDDEN, title, problem));
        }
        self.sign_out(request, &asked).await
    }

    async fn asked(&self, request: &Request) -> Result<Asked, Response> {
        let judged = self.oauth.server().logout_request(&request::query(request)).await;
        let logout = judged.map_err(|error| self.refused(&error))?;
        let users = self.oauth.users();
        let owner = users.signed_in(request).await.map_err(|error| failed(&error))?;
        let Some(owner) = owner else { return Ok(Asked { logout, who: None }) };
        let authentication = users.authentication(request, &owner).await;
        let authentication = authentication.map_err(|error| failed(&error))?;
        Ok(Asked { logout, who: Some((owner, authentication)) })
    }

    /// Of the bundled accounts, the session's end is all; of an application's own it is told what clients have of it.
    async fn sign_out(&self, request: &Request, asked: &Asked) -> Result<Response, Response> {
        let onward = self.onward(&asked.logout);
        let signed_out = self.oauth.users().sign_out(request, onward).await;
        let Some(signed_out) = signed_out.map_err(|error| failed(&error))? else {
            let (title, problem) =
                (Message::new("logout-elsewhere-title"), Message::new("logout-elsewhere-text"));
            return Err(error_page(&self.oauth, StatusCode::NOT_IMPLEMENTED, title, problem));
        };
        if self.oauth.has_bundled_users() {
            return Ok(signed_out);
        }
        let Some((owner, authentication)) = &asked.who else { return Ok(signed_out) };
        let server = self.oauth.server();
        if let Some(sid) = &authentication.sid {
            server.log_out_session(sid).await.map_err(|error| failed(&error))?;
        }
        server.raise(|| EventKind::SignedOut { subject: owner.subject.clone() });
        Ok(signed_out)
    }

    /// To where the client wants the browser; or else a page that says that it is done.
    fn onward(&self, logout: &LogoutRequest) -> Response {
        match logout.onward() {
            Some(uri) => see_other(uri),
            None => {
                let home = self.oauth.path(|addresses| &addresses.home);
                self.page(logout, Page::new("logout_done", &json!({ "home": home })))
            }
        }
    }

    fn question(
        &self,
        request: &Request,
        logout: &LogoutRequest,
        owner: &ResourceOwner,
    ) -> Response {
        let token = FormToken::new(&self.oauth, request, Some(&owner.subject));
        let here = self.oauth.place().asked_for(request);
        let context = json!({
            "user": owner.name,
            "client": logout.client().map(|client| json!({ "name": client.name() })),
            "form": [token.field()],
            "form_action": request::path_and_query(request, &here),
            "home": self.oauth.path(|addresses| &addresses.home),
        });
        token
            .keep(&self.oauth, self.page(logout, Page::new("logout", &context).leads_to_a_client()))
    }

    /// In the first of the languages that the request names (`ui_locales`) and there is.
    fn page(&self, logout: &LogoutRequest, page: Page<'_, serde_json::Value>) -> Response {
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let messages = self.oauth.pages().messages();
        let is_there = |tag: &&str| messages.languages().any(|it| primary(it) == primary(tag));
        match logout.ui_locales().find(is_there) {
            Some(language) => page.language(language).render(&self.oauth),
            None => page.render(&self.oauth),
        }
    }

    /// Nothing proves where the browser may go: it stays here (§4).
    fn refused(&self, error: &LogoutError) -> Response {
        match error {
            LogoutError::Store(cause) => failed(cause),
            refused => {
                let sign_out = self.oauth.path(|addresses| &addresses.logout);
                let context = json!({ "fault": refused.to_string(), "sign_out": sign_out });
                let page = Page::new("logout_error", &context).status(StatusCode::BAD_REQUEST);
                page.render(&self.oauth)
            }
        }
    }
}
