//! Where the user of a device types its code, and says yes or no: RFC 8628 §3.3.
//!
//! Whoever sends somebody a link with a code in it has that person's yes for a device of their own (§5.4). So the page says
//! when and from where the device asked, has the user compare the code, and asks in any case.

mod question;

use oauth_core::{Authentication, DeviceRequest, GuessError, Params, TokenError};
use poem::{
    Body, Endpoint, Request, Response, Result,
    http::{Method, StatusCode},
};
use serde_json::json;
use url::form_urlencoded::byte_serialize;

use crate::{
    OAuth, Page, ResourceOwner, body, csrf,
    locale::Message,
    own, request,
    response::{
        self,
        authorization::form_expired,
        failed,
        page::{insecure, unreadable_form},
        see_other, try_again_after,
    },
};

impl OAuth {
    /// The page on which the user of a device types its code (RFC 8628 §3.3), for who mounts it by hand: at the address
    /// [`Addresses::device`](crate::Addresses::device), which devices are told.
    pub fn device_page(&self) -> impl Endpoint<Output = Response> + use<> {
        own::around(self, DevicePage { oauth: self.clone() })
    }
}

struct DevicePage {
    oauth: OAuth,
}

impl Endpoint for DevicePage {
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

impl DevicePage {
    /// Asks for the code, and with one for the answer.
    async fn show(&self, http: &Request) -> Result<Response, Response> {
        let owner = self.owner(http).await?;
        match request::query(http).get("user_code") {
            None => Ok(self.form("", None)),
            Some(typed) => {
                let device = self.device(http, typed, &owner).await?;
                Ok(question::page(&self.oauth, http, &device, &owner))
            }
        }
    }

    /// The answer; or, without `user_action`, a code by POST.
    async fn posted(&self, http: &Request, sent: Body) -> Result<Response, Response> {
        let form =
            body::form(http, sent).await.map_err(|fault| unreadable_form(&self.oauth, fault))?;
        let fields = Params::parse(&form);
        let typed = fields.get("user_code").unwrap_or_default();
        let Some(action) = fields.get("user_action") else {
            let typed = byte_serialize(typed.as_bytes()).collect::<String>();
            return Ok(see_other(&format!("{}?user_code={typed}", self.here(http))));
        };
        let owner = self.owner(http).await?;
        if !csrf::is_ours(&self.oauth, http, Some(&owner.subject), &fields) {
            return Err(form_expired(&self.oauth));
        }
        let device = self.device(http, typed, &owner).await?;
        // Only an explicit `Accept` grants anything.
        if action == "Accept" {
            self.accept(http, &device, &owner).await
        } else {
            let server = self.oauth.server();
            let declined = server.decline_device(&device, &owner.subject).await;
            self.answered(&device, declined.map_err(|error| failed(&error))?, Outcome::Declined)
        }
    }

    async fn accept(
        &self,
        http: &Request,
        device: &DeviceRequest,
        owner: &ResourceOwner,
    ) -> Result<Response, Response> {
        let authentication = if self.oauth.settings().openid {
            let known = self.oauth.users().authentication(http, owner).await;
            known.map_err(|error| failed(&error))?
        } else {
            Authentication::default()
        };
        match self.oauth.server().accept_device(device, &owner.subject, &authentication).await {
            Ok(is_answer) => self.answered(device, is_answer, Outcome::Accepted),
            Err(TokenError::Server(error)) => Err(failed(&error)),
            Err(_) => self.answered(device, true, Outcome::Refused),
        }
    }

    /// What became of it; where this was not the answer, the code is over.
    fn answered(
        &self,
        device: &DeviceRequest,
        is_answer: bool,
        outcome: Outcome,
    ) -> Result<Response, Response> {
        if !is_answer {
            return Err(self.form(device.user_code(), Some(Problem::Unknown)));
        }
        let context = json!({
            "client": { "name": device.client().name() },
            "accepted": outcome == Outcome::Accepted,
            "refused": outcome == Outcome::Refused,
        });
        Ok(Page::new("device_done", &context).render(&self.oauth))
    }

    /// Who is signed in; or the way to the login page, which comes back here.
    async fn owner(&self, http: &Request) -> Result<ResourceOwner, Response> {
        if self.oauth.settings().ssl_only && !self.oauth.proxies().is_secure(http) {
            return Err(insecure(&self.oauth));
        }
        let users = self.oauth.users();
        match users.signed_in(http).await {
            Ok(Some(owner)) => Ok(owner),
            Ok(None) => {
                let here = request::path_and_query(http, &self.here(http));
                let next = byte_serialize(here.as_bytes()).collect::<String>();
                Err(see_other(&users.login_url(http, &next)))
            }
            Err(error) => Err(failed(&error)),
        }
    }

    /// The device that waits for this code.
    async fn device(
        &self,
        http: &Request,
        typed: &str,
        owner: &ResourceOwner,
    ) -> Result<DeviceRequest, Response> {
        let server = self.oauth.server().asked_by(self.oauth.caller(http));
        match server.device_request(typed, &owner.subject).await {
            Ok(Some(device)) => Ok(device),
            Ok(None) => Err(self.form(typed, Some(Problem::Unknown))),
            Err(GuessError::TooManyGuesses { retry_after }) => Err(try_again_after(
                retry_after,
                self.form(typed, Some(Problem::TooMany(retry_after))),
            )),
            Err(GuessError::Store(error)) => Err(failed(&error)),
        }
    }

    fn form(&self, typed: &str, problem: Option<Problem>) -> Response {
        let typed: String = typed.chars().take(LONGEST_SHOWN).collect();
        let said = problem.map(|problem| match problem {
            Problem::Unknown => Message::new("device-unknown").said(&self.oauth),
            Problem::TooMany(seconds) => {
                Message::new("device-too-many").said_with_count(&self.oauth, seconds)
            }
        });
        let status = match problem {
            None => StatusCode::OK,
            Some(Problem::Unknown) => StatusCode::UNPROCESSABLE_ENTITY,
            Some(Problem::TooMany(_)) => StatusCode::TOO_MANY_REQUESTS,
        };
        let form_action = self.oauth.path(|addresses| &addresses.device);
        let context = json!({ "user_code": typed, "problem": said, "form_action": form_action });
        Page::new("device", &context).status(status).render(&self.oauth)
    }

    fn here(&self, http: &Request) -> String {
        self.oauth.place().asked_for(http)
    }
}

/// What became of a device's request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Accepted,
    Declined,
    /// The user said yes, and may not, or is not active any more.
    Refused,
}

/// Why the form comes back.
#[derive(Clone, Copy)]
enum Problem {
    /// No device waits for this code any more, or ever did.
    Unknown,
    /// The next one is heard in so many seconds.
    TooMany(i64),
}

/// Of what somebody typed.
const LONGEST_SHOWN: usize = 40;
