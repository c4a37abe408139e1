//! The applications that a user has granted access, each with a button that takes it back.

use oauth_core::{ConnectedApp, Params, StoreError, Timestamp};
use poem::{
    Body, Endpoint, Request, Response, Result,
    http::{Method, StatusCode},
};
use serde_json::{Value, json};
use time::OffsetDateTime;
use url::form_urlencoded::byte_serialize;

use crate::{
    OAuth, Page, ResourceOwner, body,
    csrf::{self, FormToken},
    locale::Message,
    response::{
        self, failed,
        page::{error_page, unreadable_form},
        see_other,
    },
};

pub(crate) struct ConnectedApps {
    oauth: OAuth,
}

impl ConnectedApps {
    pub(crate) fn new(oauth: OAuth) -> Self {
        Self { oauth }
    }
}

impl Endpoint for ConnectedApps {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let owner = match self.oauth.users().signed_in(&request).await {
            Ok(Some(owner)) => owner,
            Ok(None) => return Ok(self.login(&request)),
            Err(error) => return Ok(failed(&error)),
        };
        let answered = match *request.method() {
            Method::GET | Method::HEAD => self.show(&request, &owner).await,
            Method::POST => {
                let body = request.take_body();
                self.revoke(&request, body, &owner).await
            }
            _ => return Ok(response::method_not_allowed("GET, HEAD, POST", Response::default())),
        };
        Ok(answered.unwrap_or_else(|error| failed(&error)))
    }
}

impl ConnectedApps {
    fn login(&self, request: &Request) -> Response {
        let here = self.oauth.place().asked_for(request);
        let next = byte_serialize(here.as_bytes()).collect::<String>();
        see_other(&self.oauth.users().login_url(request, &next))
    }

    async fn show(&self, request: &Request, owner: &ResourceOwner) -> Result<Response, StoreError> {
        let token = FormToken::new(&self.oauth, request, Some(&owner.subject));
        let apps = self.oauth.server().connected_apps(&owner.subject).await?;
        let accounts = self.oauth.path(|addresses| &addresses.accounts);
        let of_accounts =
            |page| self.oauth.has_bundled_users().then(|| format!("{accounts}{page}"));
        let context = json!({
            "user": owner.name,
            "apps": apps.iter().map(shown).collect::<Vec<_>>(),
            "form": [token.field()],
            "form_action": self.oauth.place().asked_for(request),
            "password_page": of_accounts("password/"),
            "sessions_page": of_accounts("sessions/"),
        });
        let page = Page::new("accounts/apps", &context).images_from_clients().render(&self.oauth);
        Ok(token.keep(&self.oauth, page))
    }

    async fn revoke(
        &self,
        request: &Request,
        sent: Body,
        owner: &ResourceOwner,
    ) -> Result<Response, StoreError> {
        let fields = match body::form(request, sent).await {
            Ok(fields) => Params::parse(&fields),
            Err(fault) => return Ok(unreadable_form(&self.oauth, fault)),
        };
        if !csrf::is_ours(&self.oauth, request, Some(&owner.subject), &fields) {
            return Ok(self.refused(StatusCode::FORBIDDEN, Message::new("unchanged-expired")));
        }
        let client_id = match (fields.get("revoke"), fields.get("revoke_all")) {
            (Some(client_id), None) => Some(client_id),
            (None, Some(_)) => None,
            _ => {
                let problem = Message::new("unchanged-names-nothing");
                return Ok(self.refused(StatusCode::BAD_REQUEST, problem));
            }
        };
        self.oauth.server().disconnect(&owner.subject, client_id).await?;
        Ok(see_other(&self.oauth.place().asked_for(request)))
    }

    fn refused(&self, status: StatusCode, problem: Message) -> Response {
        error_page(&self.oauth, status, Message::new("unchanged-title"), problem)
    }
}

fn shown(app: &ConnectedApp) -> Value {
    json!({
        "client_id": app.client.client_id,
        "name": app.client.name(),
        "logo_uri": app.client.metadata.logo_uri,
        "client_uri": app.client.metadata.client_uri,
        "scopes": app.scopes.iter().collect::<Vec<_>>(),
        "since": day(app.since),
        "last_used": day(app.last_used_at),
    })
}

/// The day of a time, in UTC: `2026-11-22`.
fn day(time: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(time)
        .map_or_else(|_| String::new(), |time| time.date().to_string())
}
