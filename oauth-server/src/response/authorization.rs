//! What the authorization endpoint answers: RFC 6749 §4.1.2 and §4.1.2.1.

use oauth_core::{AuthorizationError, PageFault};
use poem::{Response, http::StatusCode};
use serde_json::json;

use super::see_other;
use crate::{AuthorizationPage, OAuth, Page};

/// A refusal: at the client, or on a page where nothing may be sent there.
pub(crate) fn refusal(
    error: AuthorizationError,
    oauth: &OAuth,
    page: &AuthorizationPage,
) -> Response {
    match error {
        AuthorizationError::Client { location, code, description } => {
            tracing::info!(error = code.as_str(), %description, "an authorization request is refused at the client");
            see_other(&location)
        }
        AuthorizationError::Page(fault) => on_page(&fault, oauth, page),
        AuthorizationError::Server(cause) => {
            tracing::error!(%cause, "the authorization endpoint failed");
            failed(oauth)
        }
        _ => failed(oauth),
    }
}

/// The embedder's page, as in djoauth2; or one of ours that names the fault.
fn on_page(fault: &PageFault, oauth: &OAuth, page: &AuthorizationPage) -> Response {
    tracing::info!(%fault, "an authorization request cannot be answered by redirect");
    match page.missing_redirect_uri {
        Some(uri) => see_other(uri),
        None => error_page(
            oauth,
            StatusCode::BAD_REQUEST,
            "This link does not work",
            &fault.to_string(),
        ),
    }
}

fn failed(oauth: &OAuth) -> Response {
    error_page(
        oauth,
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong",
        "Try again in a moment.",
    )
}

/// A page that says what is wrong, and that nothing was granted.
pub(crate) fn error_page(
    oauth: &OAuth,
    status: StatusCode,
    title: &str,
    problem: &str,
) -> Response {
    let context = json!({ "title": title, "problem": problem });
    Page::new("authorize_error", &context).status(status).render(oauth)
}
