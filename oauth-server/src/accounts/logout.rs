//! `/logout`: by POST, or a link on another site could sign a user out.

use oauth_core::{Params, StoreError};
use poem::{Body, Request, Response, handler, http::StatusCode, web::Data};
use serde_json::json;

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
    match oauth.bundled_accounts().session(http).await {
        Ok(Some(session)) => {
            let token = FormToken::new(oauth, http, Some(&session.user.id.to_string()));
            let context = json!({
                "form_action": oauth.place().asked_for(http),
                "form": [token.field()],
                "username": session.user.username,
            });
            token.keep(oauth, Page::new("accounts/logout", &context).render(oauth))
        }
        Ok(None) => see_other(&oauth.path(|addresses| &addresses.home)),
        Err(error) => failed(&error),
    }
}

#[handler]
pub(super) async fn sent(http: &Request, unread: Body, Data(oauth): Data<&OAuth>) -> Response {
    match body::form(http, unread).await {
        Ok(fields) => sign_out(oauth, http, &Params::parse(&fields))
            .await
            .unwrap_or_else(|error| failed(&error)),
        Err(fault) => unreadable_form(oauth, fault),
    }
}

async fn sign_out(oauth: &OAuth, http: &Request, fields: &Params) -> Result<Response, StoreError> {
    let Some(session) = oauth.bundled_accounts().session(http).await? else {
        return Ok(see_other(&oauth.path(|addresses| &addresses.home)));
    };
    if !csrf::is_ours(oauth, http, Some(&session.user.id.to_string()), fields) {
        let (title, problem) = (Message::new("expired-title"), Message::new("expired-sign-out"));
        return Ok(error_page(oauth, StatusCode::FORBIDDEN, title, problem));
    }
    oauth.server().end_session(&session).await?;
    let onward = see_other(&oauth.path(|addresses| &addresses.home));
    Ok(oauth.cookies().session.forget(onward))
}
