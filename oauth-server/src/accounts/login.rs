//! `/login`: a user signs in, and the browser goes on to `next`.

use oauth_core::{GuessError, Params, Session, StoreError, User};
use poem::{
    Body, Request, Response, handler,
    http::{StatusCode, header},
    web::Data,
};
use serde::Serialize;
use url::form_urlencoded::byte_serialize;

use super::{next::local_path, remembered};
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
    form: Vec<HiddenField>,
    username: &'a str,
    problem: Option<String>,
    signed_in: Option<SignedIn<'a>>,
    /// Who is, and has to sign in again.
    again: Option<&'a str>,
    client_name: Option<String>,
}

/// Who is signed in at this browser, where the form names somebody else, or is there for who wants to be.
#[derive(Serialize)]
struct SignedIn<'a> {
    username: &'a str,
    next: &'a str,
}

/// Why the form comes back.
#[derive(Clone, Copy)]
enum Problem<'a> {
    /// It was not made for this browser, or the browser has lost its cookie.
    Expired,
    WrongPassword,
    /// The next guess is heard in so many seconds.
    TooMany(i64),
    /// This user is signed in, and the form does not say that another shall be.
    Occupied(&'a User),
}

impl Problem<'_> {
    fn said(self, oauth: &OAuth) -> String {
        match self {
            Self::Expired => Message::new("sign-in-expired").said(oauth),
            Self::WrongPassword => Message::new("sign-in-wrong-password").said(oauth),
            Self::TooMany(seconds) => {
                Message::new("sign-in-too-many").said_with_count(oauth, seconds)
            }
            Self::Occupied(user) => {
                Message::new("sign-in-occupied").said_of(oauth, &[("user", &user.username)])
            }
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Expired => StatusCode::FORBIDDEN,
            Self::WrongPassword => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Occupied(_) => StatusCode::CONFLICT,
        }
    }
}

#[handler]
pub(super) async fn show(http: &Request, Data(oauth): Data<&OAuth>) -> Response {
    match oauth.bundled_accounts().session(http).await {
        Ok(Some(session)) if switch(http).is_some() => {
            form(oauth, http, ("", None), Some(&session.user)).await
        }
        Ok(Some(_)) => see_other(&local_path(oauth, &request::query(http))),
        Ok(None) => form(oauth, http, ("", None), None).await,
        Err(error) => failed(&error),
    }
}

#[handler]
pub(super) async fn sent(http: &Request, unread: Body, Data(oauth): Data<&OAuth>) -> Response {
    match body::form(http, unread).await {
        Ok(fields) => sign_in(oauth, http, &Params::parse(&fields))
            .await
            .unwrap_or_else(|error| failed(&error)),
        Err(fault) => unreadable_form(oauth, fault),
    }
}

async fn sign_in(oauth: &OAuth, http: &Request, fields: &Params) -> Result<Response, StoreError> {
    let username = fields.get("username").unwrap_or_default();
    if !csrf::is_ours(oauth, http, None, fields) {
        return Ok(expired(oauth, http, username).await);
    }
    let before = oauth.bundled_accounts().session(http).await?;
    let who = before.as_ref().filter(|_| switch(http).is_some()).map(|session| &session.user);
    let password = fields.get("password").unwrap_or_default();
    let server = oauth.server().asked_by(oauth.caller(http));
    let user = match server.verify_password(username, password).await {
        Ok(Some(user)) => user,
        Ok(None) => {
            return Ok(form(oauth, http, (username, Some(Problem::WrongPassword)), who).await);
        }
        Err(GuessError::TooManyGuesses { retry_after }) => {
            let problem = Some(Problem::TooMany(retry_after));
            let refused = form(oauth, http, (username, problem), who).await;
            return Ok(try_again_after(retry_after, refused));
        }
        Err(GuessError::Store(error)) => return Err(error),
    };
    let onward = see_other(&local_path(oauth, &request::query(http)));
    match &before {
        // Who is signed in has proven anew who they are.
        Some(session) if session.user.id == user.id && gives_way(session, fields) => (),
        // The button was clicked twice, or there was a second tab: the session stays, because forms hang on it.
        Some(session) if session.user.id == user.id => return Ok(onward),
        Some(session) if !gives_way(session, fields) => {
            let problem = Some(Problem::Occupied(&session.user));
            return Ok(form(oauth, http, (username, problem), Some(&session.user)).await);
        }
        _ => (),
    }
    let user_agent = http.header(header::USER_AGENT);
    let session = server.sign_in_with(before.as_ref(), user, user_agent).await?;
    let onward = oauth.cookies().session.keep(&session.secret, onward);
    Ok(remembered(oauth, &server, &session.user, onward).await)
}

/// Whether the form says that it knows who is signed in, and that this user gives way.
fn gives_way(session: &Session, fields: &Params) -> bool {
    fields.get(SWITCH) == Some(session.user.id.to_string().as_str())
}

/// Why the form is there also for who is signed in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Switch {
    /// Somebody else shall be: the consent page's "not you?".
    Another,
    /// The user has to sign in again before anything goes on.
    Again,
}

impl Switch {
    /// So that the form that comes back is there for the same.
    fn in_query(self) -> String {
        format!("&switch={}", if self == Self::Again { AGAIN } else { "1" })
    }
}

fn switch(http: &Request) -> Option<Switch> {
    let query = request::query(http);
    query.get("switch").map(|why| if why == AGAIN { Switch::Again } else { Switch::Another })
}

const SWITCH: &str = "switch_from";
/// What the address of the form says where the user has to sign in again.
pub(super) const AGAIN: &str = "again";

/// Nobody is signed in: a foreign page's form could sign somebody in as the page's owner. The form comes back, but not
/// to a foreign page, which has no cookie to bring: the answer would replace the browser's own.
async fn expired(oauth: &OAuth, http: &Request, username: &str) -> Response {
    if csrf::can_try_again(oauth, http) {
        return form(oauth, http, (username, Some(Problem::Expired)), None).await;
    }
    let (title, problem) = (Message::new("expired-title"), Message::new("expired-sign-in"));
    error_page(oauth, StatusCode::FORBIDDEN, title, problem)
}

async fn form(
    oauth: &OAuth,
    http: &Request,
    (username, problem): (&str, Option<Problem<'_>>),
    signed_in: Option<&User>,
) -> Response {
    let token = FormToken::new(oauth, http, None);
    let next = local_path(oauth, &request::query(http));
    let asks = oauth.asking_client(&next).await;
    let client = asks.unwrap_or_else(|error| {
        tracing::warn!(%error, "the login page does not say which application asks");
        None
    });
    let is_again = switch(http) == Some(Switch::Again);
    let gives_way = signed_in.map(|user| HiddenField { name: SWITCH, value: user.id.to_string() });
    let context = Context {
        form_action: format!(
            "{}?next={}{}",
            oauth.place().asked_for(http),
            byte_serialize(next.as_bytes()).collect::<String>(),
            switch(http).map(Switch::in_query).unwrap_or_default()
        ),
        form: [token.field()].into_iter().chain(gives_way).collect(),
        username,
        problem: problem.map(|problem| problem.said(oauth)),
        signed_in: signed_in
            .filter(|_| !is_again)
            .map(|user| SignedIn { username: &user.username, next: &next }),
        again: signed_in.filter(|_| is_again).map(|user| user.username.as_str()),
        client_name: client.map(|client| client.name().to_owned()),
    };
    let status = problem.map_or(StatusCode::OK, Problem::status);
    let rendered =
        Page::new("accounts/login", &context).status(status).leads_to_a_client().render(oauth);
    token.keep(oauth, rendered)
}
