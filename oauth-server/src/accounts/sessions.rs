//! `/sessions`: where a user is signed in, each with a button that ends it.

use oauth_core::{Params, Session, SessionRecord, StoreError};
use poem::{Body, Request, Response, handler, http::StatusCode, web::Data};
use serde_json::{Value, json};
use time::OffsetDateTime;
use url::form_urlencoded::byte_serialize;

use crate::{
    OAuth, Page, body,
    csrf::{self, FormToken},
    locale::Message,
    response::{
        failed,
        page::{error_page, unreadable_form},
        see_other,
    },
};

#[handler]
pub(super) async fn show(http: &Request, Data(oauth): Data<&OAuth>) -> Response {
    let shown = match oauth.bundled_accounts().session(http).await {
        Ok(Some(session)) => page(oauth, http, &session).await,
        Ok(None) => Ok(login(oauth, http)),
        Err(error) => Err(error),
    };
    shown.unwrap_or_else(|error| failed(&error))
}

#[handler]
pub(super) async fn sent(http: &Request, unread: Body, Data(oauth): Data<&OAuth>) -> Response {
    match body::form(http, unread).await {
        Ok(fields) => {
            end(oauth, http, &Params::parse(&fields)).await.unwrap_or_else(|error| failed(&error))
        }
        Err(fault) => unreadable_form(oauth, fault),
    }
}

fn login(oauth: &OAuth, http: &Request) -> Response {
    let here = oauth.place().asked_for(http);
    let next = byte_serialize(here.as_bytes()).collect::<String>();
    see_other(&oauth.users().login_url(http, &next))
}

async fn page(oauth: &OAuth, http: &Request, session: &Session) -> Result<Response, StoreError> {
    let token = FormToken::new(oauth, http, Some(&session.user.id.to_string()));
    let (this, others): (Vec<_>, Vec<_>) = oauth
        .server()
        .sessions(session)
        .await?
        .into_iter()
        .partition(|record| record.sid == session.sid);
    let context = json!({
        "username": session.user.username,
        "current": this.iter().map(shown).collect::<Vec<_>>(),
        "sessions": others.iter().map(shown).collect::<Vec<_>>(),
        "form": [token.field()],
        "form_action": oauth.place().asked_for(http),
        "apps_page": oauth.path(|addresses| &addresses.accounts) + "apps/",
    });
    Ok(token.keep(oauth, Page::new("accounts/sessions", &context).render(oauth)))
}

async fn end(oauth: &OAuth, http: &Request, fields: &Params) -> Result<Response, StoreError> {
    let Some(session) = oauth.bundled_accounts().session(http).await? else {
        return Ok(login(oauth, http));
    };
    let refused = |status, problem| {
        error_page(oauth, status, Message::new("unchanged-title"), Message::new(problem))
    };
    if !csrf::is_ours(oauth, http, Some(&session.user.id.to_string()), fields) {
        return Ok(refused(StatusCode::FORBIDDEN, "unchanged-expired"));
    }
    let sid = match (fields.get("end"), fields.get("end_others")) {
        (Some(sid), None) => Some(sid),
        (None, Some(_)) => None,
        _ => return Ok(refused(StatusCode::BAD_REQUEST, "unchanged-names-nothing")),
    };
    oauth.server().end_sessions(&session, sid).await?;
    Ok(see_other(&oauth.place().asked_for(http)))
}

fn shown(record: &SessionRecord) -> Value {
    json!({
        "sid": record.sid,
        "since": minute(record.signed_in_at),
        "user_agent": record.user_agent,
        "address": record.address,
    })
}

/// A time in UTC, to the minute: `2026-11-22 10:15`.
fn minute(time: i64) -> String {
    OffsetDateTime::from_unix_timestamp(time).map_or_else(
        |_| String::new(),
        |time| format!("{} {:02}:{:02}", time.date(), time.hour(), time.minute()),
    )
}
