//! What its users see: one page, with one button.

use std::sync::Arc;

use cookie::{Cookie, SameSite, time::Duration};
use oauth_server::{OAuth, Page};
use poem::{
    IntoResponse, Response, handler,
    http::{HeaderMap, StatusCode, header},
    web::{Data, Query, Redirect},
};
use serde_json::json;

use super::{
    RelyingParty,
    logins::Login,
    provider::{Answer, LoginError, Pending, random},
};

/// Who is logged in, or the button that does it.
#[handler]
pub(super) fn home(
    Data(oauth): Data<&OAuth>,
    Data(this): Data<&Arc<RelyingParty>>,
    headers: &HeaderMap,
) -> Response {
    let login = presented(headers, LOGIN).and_then(|name| this.logins.find(&name));
    page(oauth, this, login, None)
}

/// Sends the browser to the provider.
#[handler]
pub(super) async fn log_in(
    Data(oauth): Data<&OAuth>,
    Data(this): Data<&Arc<RelyingParty>>,
) -> Response {
    let pending = Pending { state: random(), nonce: random(), code_verifier: random() };
    let Pending { state, nonce, code_verifier } = &pending;
    let kept = format!("{state}.{nonce}.{code_verifier}");
    match this.provider.authorization(&pending).await {
        Ok(url) => with_cookie(this, (PENDING, &kept), TEN_MINUTES, Redirect::see_other(url)),
        Err(error) => refused(oauth, this, &error),
    }
}

/// Where the provider sends it back to.
#[handler]
pub(super) async fn callback(
    Data(oauth): Data<&OAuth>,
    Data(this): Data<&Arc<RelyingParty>>,
    Query(answer): Query<Answer>,
    headers: &HeaderMap,
) -> Response {
    let pending = presented(headers, PENDING).and_then(|kept| {
        let mut parts = kept.split('.').map(str::to_owned);
        let (state, nonce) = (parts.next()?, parts.next()?);
        Some(Pending { state, nonce, code_verifier: parts.next()? })
    });
    match this.provider.login(answer, pending).await {
        Ok(login) => {
            // Another name each time: nobody can have given this browser one before.
            let name = this.logins.begin(login);
            let onward = Redirect::see_other(&this.base);
            let onward = with_cookie(this, (LOGIN, &name), UNTIL_CLOSED, onward);
            with_cookie(this, (PENDING, ""), NOW, onward)
        }
        Err(error) => refused(oauth, this, &error),
    }
}

/// Logs out here, and at the provider.
#[handler]
pub(super) async fn log_out(Data(this): Data<&Arc<RelyingParty>>, headers: &HeaderMap) -> Response {
    let login = presented(headers, LOGIN).and_then(|name| this.logins.end(&name));
    let onward = match login {
        Some(login) => this.provider.end_session(&login.id_token).await,
        None => None,
    };
    let onward = onward.map_or_else(|| this.base.clone(), String::from);
    with_cookie(this, (LOGIN, ""), NOW, Redirect::see_other(onward))
}

fn page(
    oauth: &OAuth,
    this: &RelyingParty,
    login: Option<Login>,
    problem: Option<&LoginError>,
) -> Response {
    let user = login.map(
        |Login { user, .. }| json!({ "sub": user.sub, "name": user.name, "email": user.email }),
    );
    let problem = problem.map(ToString::to_string);
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let context = json!({ "base": this.base, "user": user, "problem": problem });
    Page::new("relying_party", &context).language("en").status(status).render(oauth)
}

fn refused(oauth: &OAuth, this: &RelyingParty, error: &LoginError) -> Response {
    tracing::warn!(error = ?error, "nobody logged in at the relying party");
    page(oauth, this, None, Some(error))
}

/// What the browser has kept under a name.
fn presented(headers: &HeaderMap, name: &str) -> Option<String> {
    let headers = headers.get_all(header::COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut cookies = headers.flat_map(Cookie::split_parse).filter_map(Result::ok);
    cookies.find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

/// Has the browser keep something for so long.
fn with_cookie(
    this: &RelyingParty,
    (name, value): (&'static str, &str),
    age: Option<Duration>,
    response: impl IntoResponse,
) -> Response {
    // Lax: it must come along when the provider sends the browser here, and not with a form of another site.
    let mut cookie = Cookie::build((name, value))
        .path(this.base.trim_end_matches('/'))
        .http_only(true)
        .secure(this.is_secure)
        .same_site(SameSite::Lax)
        .build();
    cookie.set_max_age(age);
    response.with_header(header::SET_COOKIE, cookie.to_string()).into_response()
}

const PENDING: &str = "relying_party_pending";
const LOGIN: &str = "relying_party_login";

const TEN_MINUTES: Option<Duration> = Some(Duration::minutes(10));
const UNTIL_CLOSED: Option<Duration> = None;
const NOW: Option<Duration> = Some(Duration::ZERO);
