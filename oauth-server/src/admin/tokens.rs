//! Access tokens.

use oauth_core::admin::{AccessTokenRecord, IssuedFilter, IssuedId};
use serde_json::{Value, json};

use super::{
    confirm, links,
    list::Asked,
    names::Names,
    refusal::{Answered, Refusal},
    shown::moment,
    visit::{Visit, found, key},
};

pub(super) async fn answer(visit: &Visit<'_>, path: &[&str]) -> Answered {
    match path {
        [] => list(visit).await,
        [id] => show(visit, key(id)?).await,
        [id, "revoke"] => revoke(visit, key(id)?).await,
        _ => Err(Refusal::Missing),
    }
}

fn path(id: IssuedId) -> String {
    format!("/tokens/{id}/")
}

/// All of them, those of a family, or the one whose whole value was sent.
async fn list(visit: &Visit<'_>) -> Answered {
    let asked = Asked::new(visit, &[]);
    let filter = match (visit.looked_for(), asked.key("family")) {
        (Some(value), _) => IssuedFilter::Value(value),
        (None, Some(family)) => IssuedFilter::OfFamily(family),
        (None, None) => IssuedFilter::All,
    };
    let page = visit.admin.access_tokens(filter, asked.after()).await?;
    let subjects = page.rows.iter().map(|token| token.subject.as_deref()).collect();
    let names = Names::of(visit.oauth, subjects).await?;
    let rows = page.rows.iter().map(|token| shown(visit, token, &names));
    Ok(visit.page("admin/tokens/list", asked.context(&page, rows)))
}

async fn show(visit: &Visit<'_>, id: IssuedId) -> Answered {
    visit.only_shows()?;
    let token = found(visit.admin.access_token(id).await?)?;
    let names = Names::of(visit.oauth, vec![token.subject.as_deref()]).await?;
    let context = json!({ "token": shown(visit, &token, &names) });
    Ok(visit.page("admin/tokens/record", context))
}

async fn revoke(visit: &Visit<'_>, id: IssuedId) -> Answered {
    let token = found(visit.admin.access_token(id).await?)?;
    if visit.sent.is_none() {
        return Ok(confirm::ask(visit, "revoke-token", &token.prefix, &path(id)));
    }
    visit.admin.revoke_access_token(id).await?;
    Ok(visit.done(&path(id), "revoked"))
}

/// A row of a table, and the facts of a record.
pub(super) fn shown(visit: &Visit<'_>, token: &AccessTokenRecord, names: &Names) -> Value {
    json!({
        "href": visit.address(&path(token.id)),
        "id": token.id.to_string(),
        "prefix": token.prefix,
        "client": token.client.name,
        "client_href": links::to_client(visit, &token.client),
        "user": token.subject.as_deref().map(|subject| names.name(subject)),
        "scopes": token.scopes.iter().collect::<Vec<_>>(),
        "created": moment(token.created_at),
        "expires": token.expires_at.map(moment),
        "revoked": token.revoked_at.map(moment),
        "family": token.family,
        "family_href": visit.address(&links::family(token.family)),
        "state": token.state.as_str(),
    })
}
