//! Families: an authorization each, and what hangs on it.

use oauth_core::admin::{FamilyFilter, FamilyRecord};
use serde_json::{Value, json};

use super::{
    confirm,
    issued::Issued,
    links::{self, family as path},
    list::{Asked, Which},
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

async fn list(visit: &Visit<'_>) -> Answered {
    visit.only_shows()?;
    let choices = [Which::Have("subject"), Which::Are("revoked")];
    let asked = Asked::new(visit, &choices);
    let filter = match (asked.filter(), asked.key("client")) {
        (("subject", text), _) => FamilyFilter::OfSubject(text.to_owned()),
        (("revoked", _), _) => FamilyFilter::Revoked,
        (_, Some(client)) => FamilyFilter::OfClient(client),
        _ => FamilyFilter::All,
    };
    let page = visit.admin.families(filter, asked.after()).await?;
    let subjects = page.rows.iter().map(|family| family.subject.as_deref()).collect();
    let names = Names::of(visit.oauth, subjects).await?;
    let rows = page.rows.iter().map(|family| shown(visit, family, &names));
    Ok(visit.page("admin/families/list", asked.context(&page, rows)))
}

async fn show(visit: &Visit<'_>, id: i64) -> Answered {
    visit.only_shows()?;
    let details = found(visit.admin.family(id).await?)?;
    let subject = details.family.subject.as_deref();
    let names = Names::of(visit.oauth, vec![subject]).await?;
    let codes = details.codes.rows.iter().map(|it| Issued::Code.shown(visit, it, &names));
    let tokens = details.access_tokens.rows.iter().map(|it| Issued::Token.shown(visit, it, &names));
    let refresh_tokens = details.refresh_tokens.rows.iter().map(|token| {
        json!({
            "prefix": token.prefix,
            "id": token.id.to_string(),
            "created": moment(token.created_at),
            "expires": token.expires_at.map(moment),
            "state": token.state.as_str(),
        })
    });
    let context = json!({
        "family": shown(visit, &details.family, &names),
        "codes": codes.collect::<Vec<_>>(),
        "tokens": tokens.collect::<Vec<_>>(),
        "refresh_tokens": refresh_tokens.collect::<Vec<_>>(),
    });
    Ok(visit.page("admin/families/record", context))
}

async fn revoke(visit: &Visit<'_>, id: i64) -> Answered {
    let family = found(visit.admin.family(id).await?)?.family;
    if visit.sent.is_none() {
        return Ok(confirm::ask(visit, "revoke-family", &family.client.name, &path(id)));
    }
    visit.admin.revoke_family(id).await?;
    Ok(visit.done(&path(id), "revoked"))
}

/// A row of a table, and the facts of a record.
pub(super) fn shown(visit: &Visit<'_>, family: &FamilyRecord, names: &Names) -> Value {
    json!({
        "href": visit.address(&path(family.id)),
        "id": family.id,
        "client": family.client.name,
        "client_href": links::to_client(visit, &family.client),
        "user": family.subject.as_deref().map(|subject| names.name(subject)),
        "scopes": family.scopes.iter().collect::<Vec<_>>(),
        "resources": visit.addresses(&family.resources),
        "created": moment(family.created_at),
        "last_used": family.last_used_at.map(moment),
        "expires": family.expires_at.map(moment),
        "revoked": family.revoked_at.map(moment),
        "state": family.state.as_str(),
    })
}
