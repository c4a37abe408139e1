//! `/logout`: by POST, or a link on another site could sign a user out.

use oauth_core::{Params, StoreError};
use poem::{Body, Request, Response, handler, http::StatusCode, web::Data};
use serde_json::json;

use crate::{
    OAuth, Page,
    locale::Message,
    pages::HiddenField,
    request,
    response::{
        failed,
        page::{error_page, unreadable_form},
        see_other,
    },
    session,
};

#[handler]
pub(super) async fn show(http: &Request, Data(oauth): Data<&OAuth>) -> Response {
    match session::current(oauth.server(), http).await {
        Ok(Some(session)) => {
            let name = session.user.as_ref().map(|user| user.username.as_str());
            let context = json!({
                "form_action": "/accounts/logout/",
                "form": [HiddenField::csrf_token(&session)],
                "username": name,
            });
            Page::new("accounts/logout", &context).render(oauth)
        }
        Ok(None) => see_other("/"),
        Err(error) => failed(&error),
    }
}

#[handler]
pub(super) async fn sent(http: &Request, body: Body, Data(oauth): Data<&OAuth>) -> Response {
    match request::form(http, body).await {
        Ok(fields) => sign_out(oauth, http, &Params::parse(&fields))
            .await
            .unwrap_or_else(|error| failed(&error)),
        Err(_) => unreadable_form(oauth),
    }
}

async fn sign_out(oauth: &OAuth, http: &Request, fields: &Params) -> Result<Response, StoreError> {
    let Some(session) = session::current(oauth.server(), http).await? else {
        return Ok(see_other("/"));
    };
    if !session::accepts(Some(&session), fields.get("csrf_token")) {
        let (title, problem) = (Message::new("expired-title"), Message::new("expired-sign-out"));
        return Ok(error_page(oauth, StatusCode::FORBIDDEN, title, problem));
    }
    oauth.server().end_session(&session).await?;
    Ok(session::forget(oauth.settings(), see_other("/")))
}
