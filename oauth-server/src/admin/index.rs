//! The first page: what there is.

use serde_json::json;

use super::{refusal::Answered, visit::Visit};

pub(super) async fn show(visit: &Visit<'_>) -> Answered {
    visit.only_shows()?;
    Ok(visit.page("admin/index", json!({})))
}
