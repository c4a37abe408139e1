//! The browser's session cookie. A row is made only when a form needs one.

use oauth_core::{AuthorizationServer, Session, Settings, StoreError};
use poem::{
    Request, Response,
    http::header::{COOKIE, SET_COOKIE},
};

/// The session of this request, if it has a live one.
pub(crate) async fn current(
    server: &AuthorizationServer,
    request: &Request,
) -> Result<Option<Session>, StoreError> {
    match presented(server.settings(), request) {
        Some(secret) => server.session(&secret).await,
        None => Ok(None),
    }
}

/// The session of this request, or a new one that [`keep`] must give to the browser.
pub(crate) async fn for_form(
    server: &AuthorizationServer,
    request: &Request,
) -> Result<Session, StoreError> {
    match current(server, request).await? {
        Some(session) => Ok(session),
        None => server.start_session().await,
    }
}

/// Has the browser keep the session.
pub(crate) fn keep(settings: &Settings, session: &Session, response: Response) -> Response {
    with_cookie(settings, session.secret.expose(), "", response)
}

/// Has the browser forget its session.
pub(crate) fn forget(settings: &Settings, response: Response) -> Response {
    with_cookie(settings, "", "; Max-Age=0", response)
}

/// Whether the form was made for this session.
pub(crate) fn accepts(session: Option<&Session>, csrf_token: Option<&str>) -> bool {
    session.zip(csrf_token).is_some_and(|(session, token)| session.accepts(token))
}

fn presented(settings: &Settings, request: &Request) -> Option<String> {
    // By bytes: another application's cookie on this host may hold what is no text.
    let headers = request.headers().get_all(COOKIE).iter();
    let mut cookies = headers.flat_map(|value| value.as_bytes().split(|&byte| byte == b';'));
    let value = cookies.find_map(|cookie| {
        cookie.trim_ascii().strip_prefix(name(settings).as_bytes())?.strip_prefix(b"=")
    })?;
    String::from_utf8(value.to_vec()).ok()
}

/// `SameSite=Lax`, because a browser that comes from a client's site must be known at the authorization endpoint.
fn with_cookie(settings: &Settings, value: &str, age: &str, mut response: Response) -> Response {
    let secure = if settings.ssl_only { "; Secure" } else { "" };
    let cookie = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", name(settings));
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// The prefix has browsers refuse the cookie from anywhere but this host over TLS (RFC 6265bis §4.1.3.2).
pub(crate) fn name(settings: &Settings) -> &'static str {
    if settings.ssl_only { "__Host-oauth_session" } else { "oauth_session" }
}
