//! Scopes: what can be granted, and what users are told of it.

use oauth_core::{
    InvalidScope, NewScope, Resource, Scopes,
    admin::{self, ScopeChange, ScopeFilter, ScopeRecord},
};
use serde_json::{Value, json};

use super::{
    confirm,
    field::{Field, Kind},
    form::Form,
    list::{Asked, Which},
    record::Records,
    refusal::{Answered, Refusal},
    sent::Sent,
    visit::{Visit, found, key},
};

const SCOPES: Records = Records {
    kind: admin::Kind::Scope,
    name: "scope",
    path: "/scopes/",
    template: "admin/scopes/form",
};

const FIELDS: [Field; 6] = [
    Field::new("name", Kind::Line),
    Field::new("title", Kind::Line),
    Field::new("description", Kind::Lines),
    Field::new("resource", Kind::Line),
    Field::new("implies", Kind::Line),
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
    let mut form = SCOPES.created(visit, &FIELDS)?;
    let (resource, implies) = placed(visit, &mut form)?;
    let new = NewScope {
        name: form.sent.text("name").to_owned(),
        title: form.sent.text("title").to_owned(),
        description: form.sent.text("description").to_owned(),
        resource,
        implies,
    };
    let scope = form.saved(visit, visit.admin.create_scope(new).await)?;
    Ok(visit.done(&SCOPES.path(scope.id), "created"))
}

async fn change(visit: &Visit<'_>, scope: &ScopeRecord) -> Answered {
    let begun = Sent::default()
        .with("title", &scope.title)
        .with("description", &scope.description)
        .with("resource", scope.resource.as_deref().unwrap_or_default())
        .with("implies", scope.implies.to_string())
        .with_check("is_enabled", scope.is_enabled);
    let record = (scope.id, shown(visit, scope));
    let mut form = SCOPES.changed(visit, &FIELDS, record, begun).await?;
    let (resource, implies) = placed(visit, &mut form)?;
    let change = ScopeChange {
        title: form.sent.text("title").to_owned(),
        description: form.sent.text("description").to_owned(),
        is_enabled: form.sent.is_on("is_enabled"),
        resource,
        implies,
    };
    let scope = form.saved(visit, visit.admin.update_scope(scope.id, change).await)?;
    Ok(visit.done(&SCOPES.path(scope.id), "saved"))
}

/// Where a scope belongs, and what it implies.
fn placed(visit: &Visit<'_>, form: &mut Form<'_>) -> Result<(Option<Resource>, Scopes), Refusal> {
    let resource = form.sent.optional("resource").map(|it| visit.oauth.server().resource_at(&it));
    let resource = resource.transpose().unwrap_or_else(|problem| {
        form.wrong("resource", problem.to_string());
        None
    });
    let implies = form.sent.text("implies").parse().unwrap_or_else(|problem: InvalidScope| {
        form.wrong("implies", problem.to_string());
        Scopes::default()
    });
    form.judged(visit)?;
    Ok((resource, implies))
}

async fn delete(visit: &Visit<'_>, scope: &ScopeRecord) -> Answered {
    if visit.sent.is_none() {
        return Ok(confirm::ask(visit, "delete-scope", &scope.name, &SCOPES.path(scope.id)));
    }
    visit.admin.delete_scope(scope.id).await?;
    Ok(visit.done(SCOPES.path, "deleted"))
}

fn shown(visit: &Visit<'_>, scope: &ScopeRecord) -> Value {
    json!({
        "href": visit.address(&SCOPES.path(scope.id)),
        "name": scope.name,
        "title": scope.title,
        "description": scope.description,
        "resource": scope.resource,
        "state": if scope.is_enabled { "enabled" } else { "disabled" },
    })
}
