//! A guard's refusal: RFC 6750 §3. The details stand in the challenge, and again in the body: as JSON, or for a browser as
//! the page `restricted`. An application may have another body for programs.

use oauth_core::BearerError;
use poem::{
    Response,
    http::{HeaderValue, StatusCode, header},
};
use serde_json::json;

use super::{no_store, quoted, tell, try_again, varies_by};
use crate::{
    GuardRefusal, OAuth, Page,
    locale::{Message, prefers_html},
    presentation::Refusal,
};

pub(crate) fn refused(refusal: &Refusal, oauth: &OAuth) -> poem::Error {
    match refusal {
        Refusal::Bearer(error) => self::refusal(error, oauth),
        Refusal::Unreadable(fault) => {
            let error = BearerError::InvalidRequest(fault.description().into());
            let refusal = GuardRefusal::new(&error, fault.status());
            let response = fault.mark(response(&error, &refusal, oauth));
            as_error(response, refusal)
        }
    }
}

pub(crate) fn refusal(error: &BearerError, oauth: &OAuth) -> poem::Error {
    let refusal = GuardRefusal::new(error, status(error));
    as_error(response(error, &refusal, oauth), refusal)
}

fn as_error(response: Response, refusal: GuardRefusal) -> poem::Error {
    let mut error = super::as_error(response);
    error.set_data(refusal);
    error
}

/// The body is for who reads it; status and headers are the same whatever body it is.
fn response(error: &BearerError, refusal: &GuardRefusal, oauth: &OAuth) -> Response {
    let body = if prefers_html() { page(error, oauth) } else { no_store(oauth.refusal(refusal)) };
    let mut response = varies_by(body, "Accept");
    response.set_status(refusal.status);
    if let BearerError::Server(cause) = error {
        tell(cause);
        return if cause.is_unavailable() { try_again(response) } else { response };
    }
    if let Ok(challenge) = HeaderValue::from_str(&challenge(error, &oauth.settings().realm)) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// The problem for who opened the address, and the code and its description for who develops the client.
fn page(error: &BearerError, oauth: &OAuth) -> Response {
    let problem = match error {
        BearerError::MissingToken => Message::new("restricted-missing-token"),
        BearerError::InvalidToken(_) => Message::new("restricted-invalid-token"),
        BearerError::InvalidRequest(_) => Message::new("restricted-invalid-request"),
        BearerError::InsufficientScope(_) => Message::new("restricted-insufficient-scope"),
        BearerError::Server(cause) if cause.is_unavailable() => Message::new("unavailable-text"),
        _ => Message::new("failure-text"),
    };
    let context = json!({
        "problem": problem.said(oauth),
        "error": error.code(),
        "description": error.description(),
    });
    Page::new("restricted", &context).render(oauth)
}

fn status(error: &BearerError) -> StatusCode {
    match error {
        BearerError::MissingToken | BearerError::InvalidToken(_) => StatusCode::UNAUTHORIZED,
        BearerError::InvalidRequest(_) => StatusCode::BAD_REQUEST,
        BearerError::InsufficientScope(_) => StatusCode::FORBIDDEN,
        BearerError::Server(cause) if cause.is_unavailable() => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn challenge(error: &BearerError, realm: &str) -> String {
    let mut challenge = format!("Bearer realm=\"{}\"", quoted(realm));
    if let Some(code) = error.code() {
        challenge +=
            &format!(", error=\"{code}\", error_description=\"{}\"", quoted(error.description()));
    }
    if let BearerError::InsufficientScope(required) = error {
        challenge += &format!(", scope=\"{required}\"");
    }
    challenge
}
