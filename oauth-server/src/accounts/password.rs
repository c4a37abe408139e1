//! `/password`: a user who has signed in changes their own password.

use oauth_core::{FieldError, Params, PasswordChange, PasswordError, Problem, Session, StoreError};
use poem::{Body, Request, Response, handler, http::StatusCode, web::Data};
use serde::Serialize;
use url::form_urlencoded::byte_serialize;

use super::remembered;
use crate::{
    OAuth, Page, body,
    csrf::{self, FormToken},
    locale::Message,
    pages::HiddenField,
    request,
    response::{
        failed,
        page::{error_page, unreadable_form},
        see_other, try_again_after,
    },
};

#[derive(Serialize)]
struct Context<'a> {
    form_action: String,
    form: [HiddenField; 1],
    username: &'a str,
    apps_page: String,
    disconnect: bool,
    problems: Problems,
    is_refused: bool,
    is_done: bool,
}

/// What is wrong, beside the field that it is wrong with.
#[derive(Default, Serialize)]
struct Problems {
    old_password: Option<String>,
    new_password: Option<String>,
    new_password_again: Option<String>,
}

#[handler]
pub(super) async fn show(http: &Request, Data(oauth): Data<&OAuth>) -> Response {
    match oauth.bundled_accounts().session(http).await {
        Ok(session) => page(oauth, http, session.as_ref(), None),
        Err(error) => failed(&error),
    }
}

#[handler]
pub(super) async fn sent(http: &Request, unread: Body, Data(oauth): Data<&OAuth>) -> Response {
    match body::form(http, unread).await {
        Ok(fields) => change(oauth, http, &Params::parse(&fields))
            .await
            .unwrap_or_else(|error| failed(&error)),
        Err(fault) => unreadable_form(oauth, fault),
    }
}

async fn change(oauth: &OAuth, http: &Request, fields: &Params) -> Result<Response, StoreError> {
    let Some(session) = oauth.bundled_accounts().session(http).await? else {
        return Ok(page(oauth, http, None, None));
    };
    if !csrf::is_ours(oauth, http, Some(&session.user.id.to_string()), fields) {
        let (title, problem) = (Message::new("unchanged-title"), Message::new("unchanged-expired"));
        return Ok(error_page(oauth, StatusCode::FORBIDDEN, title, problem));
    }
    let typed = |field| fields.get(field).unwrap_or_default();
    let disconnects = fields.get("disconnect").is_some();
    let refused = |problems| page(oauth, http, Some(&session), Some((problems, disconnects)));
    if typed("new_password") != typed("new_password_again") {
        let again = Some(Message::new("password-differs").said(oauth));
        return Ok(refused(Problems { new_password_again: again, ..Problems::default() }));
    }
    let change = PasswordChange {
        old_password: typed("old_password").into(),
        new_password: typed("new_password").into(),
        disconnects,
    };
    let server = oauth.server().asked_by(oauth.caller(http));
    match server.change_password(&session, &change).await {
        Ok(session) => {
            let done = see_other(&format!("{}?done=1", oauth.place().asked_for(http)));
            let done = oauth.cookies().session.keep(&session.secret, done);
            Ok(remembered(oauth, &server, &session.user, done).await)
        }
        Err(PasswordError::Invalid(faults)) => Ok(refused(Problems::of(oauth, &faults))),
        Err(PasswordError::TooManyGuesses { retry_after }) => {
            let too_many = Message::new("password-too-many").said_with_count(oauth, retry_after);
            let problems = Problems { old_password: Some(too_many), ..Problems::default() };
            let mut refused = try_again_after(retry_after, refused(problems));
            refused.set_status(StatusCode::TOO_MANY_REQUESTS);
            Ok(refused)
        }
        Err(PasswordError::Store(error)) => Err(error),
        Err(error) => Err(StoreError::Internal(error.into())),
    }
}

/// The form; for the first time, after a change, or with why nothing was changed and whether the box was ticked. Who has
/// not signed in does so first.
fn page(
    oauth: &OAuth,
    http: &Request,
    session: Option<&Session>,
    refused: Option<(Problems, bool)>,
) -> Response {
    let here = oauth.place().asked_for(http);
    let Some(Session { user, .. }) = session else {
        let next = byte_serialize(here.as_bytes()).collect::<String>();
        return see_other(&oauth.users().login_url(http, &next));
    };
    let token = FormToken::new(oauth, http, Some(&user.id.to_string()));
    let is_refused = refused.is_some();
    let (problems, disconnect) = refused.unwrap_or_default();
    let context = Context {
        form_action: here,
        form: [token.field()],
        username: &user.username,
        apps_page: oauth.path(|addresses| &addresses.accounts) + "apps/",
        disconnect,
        problems,
        is_refused,
        is_done: !is_refused && request::query(http).get("done").is_some(),
    };
    let status = if is_refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let rendered = Page::new("accounts/password", &context).status(status).render(oauth);
    token.keep(oauth, rendered)
}

impl Problems {
    fn of(oauth: &OAuth, faults: &[FieldError]) -> Self {
        let of = |field| {
            let fault = faults.iter().find(|fault| fault.field == field);
            fault.map(|fault| said(oauth, &fault.problem))
        };
        Self {
            old_password: of("old_password"),
            new_password: of("new_password"),
            new_password_again: None,
        }
    }
}

fn said(oauth: &OAuth, problem: &Problem) -> String {
    match problem {
        Problem::Wrong => Message::new("password-wrong").said(oauth),
        Problem::Unchanged => Message::new("password-unchanged").said(oauth),
        Problem::ControlCharacter => Message::new("password-hidden-character").said(oauth),
        Problem::TooShort(least) => {
            oauth.text("password-too-short", &[("least", &least.to_string())])
        }
        Problem::TooLong(most) => oauth.text("password-too-long", &[("most", &most.to_string())]),
        Problem::Guessable(advice) => {
            let advice = advice.iter().map(|advice| oauth.text(advice.key, &[]));
            let guessable = [Message::new("password-guessable").said(oauth)].into_iter();
            guessable.chain(advice).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}
