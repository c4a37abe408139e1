//! Logouts that clients have still to be told of.

use oauth_core::admin::LogoutDeliveryRecord;
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
        [id, "try"] => hurry(visit, key(id)?).await,
        [id, "drop"] => drop_it(visit, key(id)?).await,
        _ => Err(Refusal::Missing),
    }
}

async fn list(visit: &Visit<'_>) -> Answered {
    visit.only_shows()?;
    let asked = Asked::new(visit, &[]);
    let page = visit.admin.logout_deliveries(asked.after()).await?;
    let subjects = page.rows.iter().map(|row| Some(row.subject.as_str())).collect();
    let names = Names::of(visit.oauth, subjects).await?;
    let rows = page.rows.iter().map(|row| shown(visit, row, &names));
    Ok(visit.page("admin/logouts/list", asked.context(&page, rows)))
}

async fn hurry(visit: &Visit<'_>, id: i64) -> Answered {
    let delivery = found(visit.admin.logout_delivery(id).await?)?;
    if visit.sent.is_none() {
        return Ok(confirm::ask(visit, "try-logout", &delivery.client.name, PATH));
    }
    visit.admin.hurry_logout_delivery(id).await?;
    Ok(visit.done(PATH, "tried"))
}

async fn drop_it(visit: &Visit<'_>, id: i64) -> Answered {
    let delivery = found(visit.admin.logout_delivery(id).await?)?;
    if visit.sent.is_none() {
        return Ok(confirm::ask(visit, "drop-logout", &delivery.client.name, PATH));
    }
    visit.admin.drop_logout_delivery(id).await?;
    Ok(visit.done(PATH, "dropped"))
}

fn shown(visit: &Visit<'_>, delivery: &LogoutDeliveryRecord, names: &Names) -> Value {
    json!({
        "id": delivery.id,
        "href": visit.address(&format!("{PATH}{}/", delivery.id)),
        "client": delivery.client.name,
        "client_href": links::to_client(visit, &delivery.client),
        "user": names.name(&delivery.subject),
        "created": moment(delivery.created_at),
        "attempts": delivery.attempts,
        "last_error": delivery.last_error,
        // What staff want now is due since ever.
        "due": (delivery.due_at >= delivery.created_at).then(|| moment(delivery.due_at)),
    })
}

const PATH: &str = "/logouts/";
