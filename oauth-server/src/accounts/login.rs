//! `/login`: a user signs in, and the browser goes on to `next`.

use oauth_core::{Params, StoreError};
use poem::{Body, Request, Response, handler, http::StatusCode, web::Data};
use serde::Serialize;
use url::form_urlencoded::byte_serialize;

use super::next::local_path;
use crate::{
    OAuth, Page,
    locale::Message,
    pages::HiddenField,
    redirect_source::onward_source,
    request,
    response::{
        failed,
        page::{error_page, unreadable_form},
        see_other,
    },
    session,
};

#[derive(Serialize)]
struct Context<'a> {
    form_action: String,
    form: [HiddenField; 1],
    username: &'a str,
    problem: Option<String>,
}

/// Why the form comes back.
#[derive(Clone, Copy)]
enum Problem {
    /// It was not made for this session, or the session has ended.
    Expired,
    WrongPassword,
}

impl Problem {
    fn message(self) -> Message {
        match self {
            Self::Expired => Message::new("sign-in-expired"),
            Self::WrongPassword => Message::new("sign-in-wrong-password"),
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Expired => StatusCode::FORBIDDEN,
            Self::WrongPassword => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

#[handler]
pub(super) async fn show(http: &Request, Data(oauth): Data<&OAuth>) -> Response {
    match session::current(oauth.server(), http).await {
        Ok(Some(session)) if session.user.is_some() => see_other(local_path(&request::query(http))),
        Ok(_) => form(oauth, http, "", None).await.unwrap_or_else(|error| failed(&error)),
        Err(error) => failed(&error),
    }
}

#[handler]
pub(super) async fn sent(http: &Request, body: Body, Data(oauth): Data<&OAuth>) -> Response {
    match request::form(http, body).await {
        Ok(fields) => sign_in(oauth, http, &Params::parse(&fields))
            .await
            .unwrap_or_else(|error| failed(&error)),
        Err(_) => unreadable_form(oauth),
    }
}

async fn sign_in(oauth: &OAuth, http: &Request, fields: &Params) -> Result<Response, StoreError> {
    let server = oauth.server();
    let Some(before) = session::current(server, http).await? else {
        // No session is begun here: a foreign page that posts to this one (without the cookie, which is Lax) could
        // replace the session of a user who is signed in.
        let (title, problem) = (Message::new("expired-title"), Message::new("expired-sign-in"));
        return Ok(error_page(oauth, StatusCode::FORBIDDEN, title, problem));
    };
    let username = fields.get("username").unwrap_or_default();
    if !session::accepts(Some(&before), fields.get("csrf_token")) {
        return form(oauth, http, username, Some(Problem::Expired)).await;
    }
    let password = fields.get("password").unwrap_or_default();
    let Some(user) = server.verify_password(username, password).await? else {
        return form(oauth, http, username, Some(Problem::WrongPassword)).await;
    };
    let session = server.sign_in(Some(&before), user).await?;
    let onward = see_other(local_path(&request::query(http)));
    Ok(session::keep(oauth.settings(), &session, onward))
}

async fn form(
    oauth: &OAuth,
    http: &Request,
    username: &str,
    problem: Option<Problem>,
) -> Result<Response, StoreError> {
    let session = session::for_form(oauth.server(), http).await?;
    let query = request::query(http);
    let next = local_path(&query);
    let onward = onward_source(oauth.server(), next).await;
    let context = Context {
        form_action: format!(
            "/accounts/login/?next={}",
            byte_serialize(next.as_bytes()).collect::<String>()
        ),
        form: [HiddenField::csrf_token(&session)],
        username,
        problem: problem.map(|problem| problem.message().said(oauth)),
    };
    let status = problem.map_or(StatusCode::OK, Problem::status);
    let rendered =
        Page::new("accounts/login", &context).status(status).form_goes_on_to(&onward).render(oauth);
    Ok(session::keep(oauth.settings(), &session, rendered))
}
