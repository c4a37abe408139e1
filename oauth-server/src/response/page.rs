//! Refusals that a person reads.

use poem::{Response, http::StatusCode};
use serde_json::json;

use super::varies_by;
use crate::{OAuth, Page, body::Unreadable, locale::Message};

/// A page that says what is wrong.
pub(crate) fn error_page(
    oauth: &OAuth,
    status: StatusCode,
    title: Message,
    problem: Message,
) -> Response {
    let context = json!({ "title": title.said(oauth), "problem": problem.said(oauth) });
    Page::new("error", &context).status(status).render(oauth)
}

/// The browser sent something that is no form, or not one of ours.
pub(crate) fn unreadable_form(oauth: &OAuth, fault: Unreadable) -> Response {
    let (title, problem) = (Message::new("unreadable-title"), Message::new("unreadable-text"));
    fault.mark(error_page(oauth, fault.status(), title, problem))
}

/// Passwords and sessions do not cross the network in the clear.
pub(crate) fn insecure(oauth: &OAuth) -> Response {
    let (title, problem) = (Message::new("insecure-title"), Message::new("insecure-text"));
    error_page(oauth, StatusCode::BAD_REQUEST, title, problem)
}

/// What stands in place of a plain text where a browser asked: the address is wrong, the server failed, or it
/// cannot answer for now.
pub(crate) fn for_browser(oauth: &OAuth, status: StatusCode) -> Response {
    let (title, problem) = match status {
        StatusCode::NOT_FOUND => (Message::new("not-found-title"), Message::new("not-found-text")),
        StatusCode::SERVICE_UNAVAILABLE => {
            (Message::new("unavailable-title"), Message::new("unavailable-text"))
        }
        _ => (Message::new("failure-title"), Message::new("failure-text")),
    };
    varies_by(error_page(oauth, status, title, problem), "Accept")
}

/// Who is signed in, if anybody, may not see this: django-oauthost's `forbidden.html`.
pub(crate) fn forbidden(oauth: &OAuth, user: Option<&str>) -> Response {
    Page::new("forbidden", &json!({ "user": user })).status(StatusCode::FORBIDDEN).render(oauth)
}
