//! Authorization codes.

use oauth_core::admin::{AuthorizationCodeRecord, IssuedFilter, IssuedId};
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
    format!("/codes/{id}/")
}

/// All of them, those of a family, or the one whose whole value was sent.
async fn list(visit: &Visit<'_>) -> Answered {
    let asked = Asked::new(visit, &[]);
    let filter = match (visit.looked_for(), asked.key("family")) {
        (Some(value), _) => IssuedFilter::Value(value),
        (None, Some(family)) => IssuedFilter::OfFamily(family),
        (None, None) => IssuedFilter::All,
    };
    let page = visit.admin.authorization_codes(filter, asked.after()).await?;
    let subjects = page.rows.iter().map(|code| code.subject.as_deref()).collect();
    let names = Names::of(visit.oauth, subjects).await?;
    let rows = page.rows.iter().map(|code| shown(visit, code, &names));
    Ok(visit.page("admin/codes/list", asked.context(&page, rows)))
}

async fn show(visit: &Visit<'_>, id: IssuedId) -> Answered {
    visit.only_shows()?;
    let code = found(visit.admin.authorization_code(id).await?)?;
    let names = Names::of(visit.oauth, vec![code.subject.as_deref()]).await?;
    let context = json!({ "code": shown(visit, &code, &names) });
    Ok(visit.page("admin/codes/record", context))
}

async fn revoke(visit: &Visit<'_>, id: IssuedId) -> Answered {
    let code = found(visit.admin.authorization_code(id).await?)?;
    if visit.sent.is_none() {
        return Ok(confirm::ask(visit, "revoke-code", &code.prefix, &path(id)));
    }
    visit.admin.revoke_authorization_code(id).await?;
    Ok(visit.done(&path(id), "revoked"))
}

/// A row of a table, and the facts of a record.
pub(super) fn shown(visit: &Visit<'_>, code: &AuthorizationCodeRecord, names: &Names) -> Value {
    json!({
        "href": visit.address(&path(code.id)),
        "id": code.id.to_string(),
        "prefix": code.prefix,
        "client": code.client.name,
        "client_href": links::to_client(visit, &code.client),
        "user": code.subject.as_deref().map(|subject| names.name(subject)),
        "scopes": code.scopes.iter().collect::<Vec<_>>(),
        "redirect_uri": code.redirect_uri,
        "created": moment(code.created_at),
        "expires": moment(code.expires_at),
        "redeemed": code.redeemed_at.map(moment),
        "family": code.family,
        "family_href": visit.address(&links::family(code.family)),
        "state": code.state.as_str(),
    })
}
