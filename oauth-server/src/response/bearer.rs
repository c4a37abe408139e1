//! A guard's refusal: RFC 6750 §3. The details stand in the challenge, and again in the body: as JSON, or for a browser as
//! the page `restricted`. An application may have another body for programs.

use oauth_core::{BearerError, RequiredSignIn, Resource, Scopes};
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

/// Whose guard refuses.
pub(crate) trait Voice {
    /// The realm of its challenges.
    fn realm(&self) -> &str;

    /// The body, which is for who reads it; status and headers are the same whatever body it is.
    fn body(&self, error: &BearerError, refusal: &GuardRefusal) -> Response;
}

impl Voice for OAuth {
    fn realm(&self) -> &str {
        &self.settings().realm
    }

    fn body(&self, error: &BearerError, refusal: &GuardRefusal) -> Response {
        let body = if prefers_html() { page(error, self) } else { no_store(self.refusal(refusal)) };
        varies_by(body, "Accept")
    }
}

/// What the guard that refuses wanted, for a client that has yet to learn it. Of the server's own API nothing is said: its
/// challenge is RFC 6750's alone.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wanted<'a> {
    /// The resource that the token must be for.
    pub(crate) resource: Option<&'a Resource>,
    /// All scopes that it must have, or the first of the alternatives.
    pub(crate) scopes: Option<&'a Scopes>,
}

pub(crate) fn refused(refusal: &Refusal, voice: &impl Voice, wanted: Wanted<'_>) -> poem::Error {
    match refusal {
        Refusal::Bearer(error) => self::refusal(error, voice, wanted),
        Refusal::Unreadable(fault) => {
            let error = BearerError::InvalidRequest(fault.description().into());
            let refusal = GuardRefusal::new(&error, fault.status());
            let response = fault.mark(response(&error, &refusal, voice, wanted));
            as_error(response, refusal)
        }
    }
}

pub(crate) fn refusal(error: &BearerError, voice: &impl Voice, wanted: Wanted<'_>) -> poem::Error {
    let refusal = GuardRefusal::new(error, status(error));
    as_error(response(error, &refusal, voice, wanted), refusal)
}

fn as_error(response: Response, refusal: GuardRefusal) -> poem::Error {
    let mut error = super::as_error(response);
    error.set_data(refusal);
    error
}

fn response(
    error: &BearerError,
    refusal: &GuardRefusal,
    voice: &impl Voice,
    wanted: Wanted<'_>,
) -> Response {
    let mut response = voice.body(error, refusal);
    response.set_status(refusal.status);
    if let BearerError::Server(cause) = error {
        tell(cause);
        return if cause.is_unavailable() { try_again(response) } else { response };
    }
    if let Ok(challenge) = HeaderValue::from_str(&challenge(error, voice.realm(), wanted)) {
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
        BearerError::InsufficientUserAuthentication(_) => Message::new("restricted-sign-in"),
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
        BearerError::MissingToken
        | BearerError::InvalidToken(_)
        | BearerError::InsufficientUserAuthentication(_) => StatusCode::UNAUTHORIZED,
        BearerError::InvalidRequest(_) => StatusCode::BAD_REQUEST,
        BearerError::InsufficientScope(_) => StatusCode::FORBIDDEN,
        BearerError::Server(cause) if cause.is_unavailable() => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn challenge(error: &BearerError, realm: &str, wanted: Wanted<'_>) -> String {
    let mut challenge = format!("Bearer realm=\"{}\"", quoted(realm));
    if let Some(code) = error.code() {
        challenge +=
            &format!(", error=\"{code}\", error_description=\"{}\"", quoted(error.description()));
    }
    if let BearerError::InsufficientUserAuthentication(RequiredSignIn { acr_values, max_age }) =
        error
    {
        if !acr_values.is_empty() {
            challenge += &format!(", acr_values=\"{}\"", quoted(&acr_values.join(" ")));
        }
        challenge += &max_age.map(|most| format!(", max_age=\"{most}\"")).unwrap_or_default();
    }
    let metadata = wanted.resource.and_then(Resource::metadata_url);
    let scopes = match error {
        BearerError::InsufficientScope(required) => Some(required),
        _ => wanted.scopes.filter(|scopes| metadata.is_some() && !scopes.is_empty()),
    };
    if let Some(scopes) = scopes {
        challenge += &format!(", scope=\"{scopes}\"");
    }
    if let Some(metadata) = metadata {
        challenge += &format!(", resource_metadata=\"{}\"", quoted(&metadata)); // RFC 9728 §5.1
    }
    challenge
}
