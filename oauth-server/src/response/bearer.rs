//! A guard's refusal: RFC 6750 §3. The details stand in the challenge, and again in the body: as JSON, or for a browser as
//! the page `restricted`.

use oauth_core::BearerError;
use poem::{
    IntoResponse, Response,
    http::{HeaderValue, StatusCode, header},
    web::Json,
};
use serde_json::json;

use super::{no_store, quoted, tell, try_again, varies_by};
use crate::{
    OAuth, Page,
    locale::{Message, prefers_html},
    presentation::Refusal,
};

pub(crate) fn refused(refusal: &Refusal, oauth: &OAuth) -> Response {
    match refusal {
        Refusal::Bearer(error) => self::refusal(error, oauth),
        Refusal::Unreadable(fault) => {
            let error = BearerError::InvalidRequest(fault.description().into());
            fault.mark(self::refusal(&error, oauth))
        }
    }
}

pub(crate) fn refusal(error: &BearerError, oauth: &OAuth) -> Response {
    let body = if prefers_html() { page(error, oauth) } else { json(error) };
    let mut response = varies_by(body, "Accept");
    if let BearerError::Server(cause) = error {
        tell(cause);
        return if cause.is_unavailable() { try_again(response) } else { response };
    }
    if let Ok(challenge) = HeaderValue::from_str(&challenge(error, &oauth.settings().realm)) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn json(error: &BearerError) -> Response {
    let body = match error.code() {
        Some(code) => json!({ "error": code, "error_description": error.description() }),
        None => json!({ "message": error.description() }),
    };
    no_store(Json(body).with_status(status(error)).into_response())
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
    Page::new("restricted", &context).status(status(error)).render(oauth)
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
