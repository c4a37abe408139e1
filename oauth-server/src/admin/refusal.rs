//! Why the admin site does not do what was asked.

use poem::{Response, http::StatusCode};
use serde_json::json;

use super::visit::Visit;
use crate::response::method_not_allowed;

/// What a page of the admin site gives.
pub(super) type Answered = Result<Response, Refusal>;

/// Why there is no such page, or nothing was changed.
#[derive(Debug)]
pub(super) enum Refusal {
    /// There is no such address, or no such record.
    Missing,
    /// The address only shows something.
    NothingToSend,
    /// The form was not made for this session.
    Expired,
    /// The body is no form, or too large.
    Unreadable,
}

impl Refusal {
    /// The page that says so.
    pub(super) fn answer(&self, visit: &Visit<'_>) -> Response {
        let (problem, status) = match self {
            Self::Missing => ("missing", StatusCode::NOT_FOUND),
            Self::Expired => ("expired", StatusCode::FORBIDDEN),
            Self::Unreadable => ("unreadable", StatusCode::BAD_REQUEST),
            Self::NothingToSend => return method_not_allowed("GET, HEAD", Response::default()),
        };
        visit.page_with_status("admin/refusal", json!({ "problem": problem }), status)
    }
}
