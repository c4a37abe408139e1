//! Scopes: what can be granted, and what users are told of it.

use oauth_core::{
    NewScope,
    admin::{AdminError, AuditFilter, Kind as Record, ScopeChange, ScopeFilter, ScopeRecord},
};
use serde_json::{Value, json};

use super::{
    audit, confirm,
    form::{Field, Form, Kind},
    list::{Asked, Which},
    refusal::{Answered, Refusal},
    sent::Sent,
    visit::{Visit, found, key},
};

const FIELDS: [Field; 4] = [
    Field::new("name", Kind::Line),
    Field::new("title", Kind::Line),
    Field::new("description", Kind::Lines),
    Field::new("is_enabled", Kind::Check),
];

pub(super) async fn answer(visit: &Visit<'_>, path: &[&str]) -> Answered {
    match path {
        [] => list(visit).await,
        ["new"] => create(visit).await,
        [id] => change(visit, &scope(visit, id).await?).await,
        [id, "delete"] => delete(visit, &scope(visit, id).await?).await,
        _ => Err(Refusal::Missing),
    }
}

fn path(id: i64) -> String {
    format!("/scopes/{id}/")
}

async fn scope(visit: &Visit<'_>, id: &str) -> Result<ScopeRecord, Refusal> {
    found(visit.admin.scope(key(id)?).await?)
}

async fn list(visit: &Visit<'_>) -> Answered {
    visit.only_shows()?;
    let choices = [Which::Have("name"), Which::Are("enabled"), Which::Are("disabled")];
    let asked = Asked::new(visit, &choices);
    let filter = match asked.filter() {
        ("name", text) => ScopeFilter::NameBegins(text.to_owned()),
        ("enabled", _) => ScopeFilter::Enabled,
        ("disabled", _) => ScopeFilter::Disabled,
        _ => ScopeFilter::All,
    };
    let page = visit.admin.scopes(filter, asked.after()).await?;
    let rows = page.rows.iter().map(|scope| shown(visit, scope));
    Ok(visit.page("admin/scopes/list", asked.context(&page, rows)))
}

async fn create(visit: &Visit<'_>) -> Answered {
    let context = json!({ "scope": null, "history": [], "back": visit.address("/scopes/") });
    let sent = visit.sent.clone().unwrap_or_default();
    let mut form = Form::new("admin/scopes/form", &FIELDS, sent, context);
    if visit.sent.is_none() {
        return form.page(visit);
    }
    form.check_text();
    if !form.is_right() {
        return form.wrong_page(visit);
    }
    let new = NewScope {
        name: form.sent.text("name").to_owned(),
        title: form.sent.text("title").to_owned(),
        description: form.sent.text("description").to_owned(),
    };
    match visit.admin.create_scope(new).await {
        Ok(scope) => Ok(visit.done(&path(scope.id), "created")),
        Err(error) => form.refused(visit, error),
    }
}

async fn change(visit: &Visit<'_>, scope: &ScopeRecord) -> Answered {
    let history = visit.admin.audit(AuditFilter::Of(Record::Scope, scope.id), None).await?;
    let context = json!({
        "scope": shown(visit, scope),
        "history": history.rows.iter().map(|it| audit::shown(visit, it)).collect::<Vec<_>>(),
        "back": visit.address("/scopes/"),
    });
    let begun = Sent::default()
        .with("title", &scope.title)
        .with("description", &scope.description)
        .with_check("is_enabled", scope.is_enabled);
    let version = begun.fingerprint();
    let sent = visit.sent.clone().unwrap_or(begun);
    let form = Form::new("admin/scopes/form", &FIELDS, sent, context);
    let mut form = form.of_version(visit, version.clone());
    if visit.sent.is_none() {
        return form.page(visit);
    }
    form.check_text();
    if !form.is_right() {
        return form.wrong_page(visit);
    }
    if form.version() != version {
        return form.refused(visit, AdminError::Conflict);
    }
    let change = ScopeChange {
        title: form.sent.text("title").to_owned(),
        description: form.sent.text("description").to_owned(),
        is_enabled: form.sent.is_on("is_enabled"),
    };
    match visit.admin.update_scope(scope.id, change).await {
        Ok(scope) => Ok(visit.done(&path(scope.id), "saved")),
        Err(error) => form.refused(visit, error),
    }
}

async fn delete(visit: &Visit<'_>, scope: &ScopeRecord) -> Answered {
    if visit.sent.is_none() {
        return Ok(confirm::ask(visit, "delete-scope", &scope.name, &path(scope.id)));
    }
    visit.admin.delete_scope(scope.id).await?;
    Ok(visit.done("/scopes/", "deleted"))
}

fn shown(visit: &Visit<'_>, scope: &ScopeRecord) -> Value {
    json!({
        "href": visit.address(&path(scope.id)),
        "name": scope.name,
        "title": scope.title,
        "description": scope.description,
        "state": if scope.is_enabled { "enabled" } else { "disabled" },
    })
}
