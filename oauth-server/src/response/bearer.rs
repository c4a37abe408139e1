//! A guard's refusal: RFC 6750 §3. The details stand in the challenge, and again as JSON in the body.

use oauth_core::{BearerError, Settings};
use poem::{
    IntoResponse, Response,
    http::{HeaderValue, StatusCode, header},
    web::Json,
};
use serde_json::json;

use super::{no_store, quoted};

pub(crate) fn refusal(error: &BearerError, settings: &Settings) -> Response {
    if let BearerError::Server(cause) = error {
        tracing::error!(%cause, "a guard failed");
    }
    let body = match error.code() {
        Some(code) => json!({ "error": code, "error_description": error.description() }),
        None => json!({ "message": error.description() }),
    };
    let mut response = no_store(Json(body).with_status(status(error)).into_response());
    let is_ours = matches!(error, BearerError::Server(_));
    if let (false, Ok(challenge)) = (is_ours, HeaderValue::from_str(&challenge(error, settings))) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn status(error: &BearerError) -> StatusCode {
    match error {
        BearerError::MissingToken | BearerError::InvalidToken(_) => StatusCode::UNAUTHORIZED,
        BearerError::InvalidRequest(_) => StatusCode::BAD_REQUEST,
        BearerError::InsufficientScope(_) => StatusCode::FORBIDDEN,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn challenge(error: &BearerError, settings: &Settings) -> String {
    let mut challenge = format!("Bearer realm=\"{}\"", quoted(&settings.realm));
    if let Some(code) = error.code() {
        challenge +=
            &format!(", error=\"{code}\", error_description=\"{}\"", quoted(error.description()));
    }
    if let BearerError::InsufficientScope(required) = error {
        challenge += &format!(", scope=\"{required}\"");
    }
    challenge
}
