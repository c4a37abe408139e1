//! The first page: what there is, and what was changed lately.

use oauth_core::admin::AuditFilter;
use serde_json::json;

use super::{audit, refusal::Answered, visit::Visit};

pub(super) async fn show(visit: &Visit<'_>) -> Answered {
    visit.only_shows()?;
    let history = visit.admin.audit(AuditFilter::All, None).await?;
    let newest = history.rows.iter().take(10).map(|entry| audit::shown(visit, entry));
    Ok(visit.page("admin/index", json!({ "history": newest.collect::<Vec<_>>() })))
}
