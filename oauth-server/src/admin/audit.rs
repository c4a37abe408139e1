//! The audit trail: who changed what, when.

use oauth_core::admin::{AuditFilter, AuditRecord};
use serde_json::{Value, json};

use super::{
    list::{Asked, Which},
    refusal::{Answered, Refusal},
    shown::moment,
    visit::Visit,
};

pub(super) async fn answer(visit: &Visit<'_>, path: &[&str]) -> Answered {
    match path {
        [] => list(visit).await,
        _ => Err(Refusal::Missing),
    }
}

async fn list(visit: &Visit<'_>) -> Answered {
    visit.only_shows()?;
    let asked = Asked::new(visit, &[Which::Have("actor")]);
    let filter = match asked.filter() {
        ("actor", subject) => AuditFilter::By(subject.to_owned()),
        _ => AuditFilter::All,
    };
    let page = visit.admin.audit(filter, asked.after()).await?;
    let rows = page.rows.iter().map(|entry| shown(visit, entry));
    Ok(visit.page("admin/audit/list", asked.context(&page, rows)))
}

/// A row of a table. The record may be gone, but its name stays; of a user who was forgotten there are only keys.
pub(super) fn shown(visit: &Visit<'_>, entry: &AuditRecord) -> Value {
    let is_forgotten =
        entry.kind == "user" && (entry.record_name.is_empty() || entry.record_id == 0);
    let section = match entry.kind.as_str() {
        "client" => Some("clients"),
        "scope" => Some("scopes"),
        "user" if visit.oauth.has_bundled_users() && !is_forgotten => Some("users"),
        "authorization_code" | "access_token" | "family" => Some("families"),
        _ => None,
    };
    let href = section.map(|section| visit.address(&format!("/{section}/{}/", entry.record_id)));
    let or_key = |name: &str, key: String| if name.is_empty() { key } else { name.to_owned() };
    json!({
        "at": moment(entry.at),
        "who": or_key(&entry.actor_name, entry.actor.clone()),
        "subject": entry.actor,
        "action": entry.action,
        "kind": entry.kind,
        "record": or_key(&entry.record_name, entry.record_id.to_string()),
        "href": href,
        "changes": entry.changes,
        "address": entry.address,
        "request": entry.request_id,
    })
}
