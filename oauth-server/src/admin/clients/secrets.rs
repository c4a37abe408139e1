//! The secrets of a client: another one, beside which the old one may go on for a while, and the end of one.

use oauth_core::Client;
use serde_json::{Value, json};

use crate::admin::{
    confirm,
    field::{Field, Kind},
    form::Form,
    links::client as path,
    once,
    refusal::Answered,
    sent::Sent,
    shown::moment,
    visit::{Visit, found, key},
};

const FIELDS: [Field; 1] = [Field::new("old_ends_in", Kind::Line)];

pub(super) async fn rotate(visit: &Visit<'_>, client: &Client) -> Answered {
    visit.admin.may_change_client_secrets(client)?;
    let back = path(client.id);
    let context = json!({
        "client": { "name": client.name() },
        "secrets": shown(visit, client),
        "back": visit.address(&back),
    });
    let sent = visit.sent.clone().unwrap_or_else(|| Sent::default().with("old_ends_in", A_DAY));
    let mut form = Form::new("admin/clients/rotate", &FIELDS, sent, context);
    form.taken_in(visit)?;
    let Ok(old_ends_in) = form.sent.text("old_ends_in").parse() else {
        form.wrong("old_ends_in", "must be a number of seconds");
        return Err(form.wrong_page(visit));
    };
    form.judged(visit)?;
    let rotated = visit.admin.rotate_client_secret(client.id, old_ends_in);
    let secret = form.saved(visit, rotated.await)?;
    let secrets = [("client_secret", &secret)];
    Ok(once::show(visit, "secret", client.name(), &secrets, &back))
}

pub(super) async fn end(visit: &Visit<'_>, client: &Client, id: &str) -> Answered {
    visit.admin.may_change_client_secrets(client)?;
    let (id, back) = (key(id)?, path(client.id));
    let secret = found(client.secrets.iter().find(|secret| secret.id == id))?;
    if visit.sent.is_none() {
        return Ok(confirm::ask(visit, "end-secret", &secret.prefix, &back));
    }
    visit.admin.end_client_secret(client.id, id).await?;
    Ok(visit.done(&back, "ended"))
}

/// Those that are good, each known by what it holds. The only one is not ended but rotated.
pub(super) fn shown(visit: &Visit<'_>, client: &Client) -> Vec<Value> {
    let may_end = client.secrets.len() > 1 && visit.admin.may_change_client_secrets(client).is_ok();
    let end = |id| visit.address(&format!("{}secrets/{id}/end/", path(client.id)));
    let secrets = client.secrets.iter().map(|secret| {
        json!({
            "id": secret.id,
            "prefix": secret.prefix,
            "created": moment(secret.created_at),
            "expires": secret.expires_at.map(moment),
            "end": may_end.then(|| end(secret.id)),
        })
    });
    secrets.collect()
}

const A_DAY: &str = "86400";
