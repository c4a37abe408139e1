//! One file for each of the RFCs' error registries: status, headers, body.

pub(crate) mod authorization;
pub(crate) mod bearer;
pub(crate) mod page;
pub(crate) mod refusal;
pub(crate) mod token;

use oauth_core::StoreError;
use poem::{
    Response,
    http::{HeaderName, HeaderValue, StatusCode, header},
};

use crate::refusals;

/// The answer to a failure of ours: it says nothing of the cause, which is for the log.
pub(crate) fn failure() -> Response {
    let body = "The server failed to answer this request. Try again later.";
    let mut response = Response::builder()
        .status(StatusCode::INTERNAL_SERVER_ERROR)
        .content_type("text/plain; charset=utf-8")
        .body(body);
    response.set_data(Failure);
    response.set_data(Own);
    response
}

/// Marks the plain answer to a failure or a wrong address: [`OAuth::middleware`](crate::OAuth::middleware) makes a page of
/// it where a browser asked.
#[derive(Clone, Copy)]
pub(crate) struct Failure;

/// Marks an answer that is the provider's own, and not its application's.
#[derive(Clone, Copy)]
pub(crate) struct Own;

/// Marks a redirect that carries a refusal: of these, too, not each has a line of the log.
#[derive(Clone, Copy)]
pub(crate) struct Refused;

/// Says in the log why a request fails: what is the database's at the level `warn`, what is ours at `error`.
pub(crate) fn tell(cause: &StoreError) {
    if cause.is_unavailable() {
        if refusals::admits("cause of a 503") {
            tracing::warn!(%cause, "a request cannot be answered at the moment");
        }
    } else if refusals::admits("cause of a 500") {
        tracing::error!(%cause, "a request failed");
    }
}

/// The same as [`failure`], with the cause in the log: 503 where the database cannot be had for now, and 500 where we are
/// at fault.
pub(crate) fn failed(cause: &StoreError) -> Response {
    tell(cause);
    if !cause.is_unavailable() {
        return failure();
    }
    let mut response = failure();
    response.set_status(StatusCode::SERVICE_UNAVAILABLE);
    try_again(response)
}

/// Says when (RFC 9110 §10.2.3): with the database, service is back within two seconds.
pub(crate) fn try_again(mut response: Response) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
    response
}

/// The same in as many seconds.
pub(crate) fn try_again_after(seconds: i64, mut response: Response) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Seconds.
pub(crate) const RETRY_AFTER: &str = "2";

/// 303: the browser goes on with GET, and takes nothing of the form along (RFC 9700 §4.12).
pub(crate) fn see_other(location: &str) -> Response {
    let mut response = Response::builder().status(StatusCode::SEE_OTHER).finish();
    match HeaderValue::from_str(location) {
        Ok(location) => {
            response.headers_mut().insert(header::LOCATION, location);
            no_store(response)
        }
        Err(_) => failure(),
    }
}

/// 405, with what would be allowed (RFC 9110 §15.5.6).
pub(crate) fn method_not_allowed(allow: &'static str, response: Response) -> Response {
    let mut response = no_store(response);
    response.set_status(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    response
}

/// What carries a secret or depends on a session is nobody's to keep; nor may its URL travel on.
pub(crate) fn no_store(mut response: Response) -> Response {
    response.set_data(Own);
    kept_by_nobody(response)
}

/// The same of an answer of the application's.
pub(crate) fn kept_by_nobody(mut response: Response) -> Response {
    let always: [(HeaderName, &'static str); 4] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in always {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The answer of an extractor that refuses a request: poem's error forgets what the answer is marked with.
pub(crate) fn as_error(answer: Response) -> poem::Error {
    let is_failure = answer.data::<Failure>().is_some();
    let mut error = poem::Error::from_response(answer);
    error.set_data(Own);
    if is_failure {
        error.set_data(Failure);
    }
    error
}

/// Says that the answer depends on this header of the request, too (RFC 9110 §12.5.5).
pub(crate) fn varies_by(mut response: Response, header: &'static str) -> Response {
    response.headers_mut().append(header::VARY, HeaderValue::from_static(header));
    response
}

/// A quoted string of a challenge (RFC 9110 §5.6.4): what would end it early is left out.
pub(crate) fn quoted(text: &str) -> String {
    text.chars().filter(|&c| c == ' ' || c.is_ascii_graphic() && c != '"' && c != '\\').collect()
}
