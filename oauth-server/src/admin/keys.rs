//! The keys that the server signs with: there are some where OpenID Connect is on.

use oauth_core::SigningKeyRecord;
use serde_json::{Value, json};

use super::{
    confirm,
    refusal::{Answered, Refusal},
    shown::moment,
    visit::Visit,
};

pub(super) async fn answer(visit: &Visit<'_>, path: &[&str]) -> Answered {
    if !visit.oauth.settings().openid {
        return Err(Refusal::Missing);
    }
    match path {
        [] => list(visit).await,
        ["rotate"] => rotate(visit, Rotation::InTime).await,
        ["rotate-at-once"] => rotate(visit, Rotation::AtOnce).await,
        _ => Err(Refusal::Missing),
    }
}

/// When the new keys sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rotation {
    /// When clients have them.
    InTime,
    /// Now, and the old ones are worth nothing.
    AtOnce,
}

async fn list(visit: &Visit<'_>) -> Answered {
    visit.only_shows()?;
    let keys = visit.admin.signing_keys().await?;
    let context = json!({
        "rows": keys.iter().map(shown).collect::<Vec<_>>(),
        "published_at": visit.oauth.url(|addresses| &addresses.keys),
        "may_change": visit.admin.may_change_signing_keys().is_ok(),
    });
    Ok(visit.page("admin/keys/list", context))
}

async fn rotate(visit: &Visit<'_>, rotation: Rotation) -> Answered {
    visit.admin.may_change_signing_keys()?;
    let at_once = rotation == Rotation::AtOnce;
    let (question, done) =
        if at_once { ("rotate-keys-at-once", "withdrawn") } else { ("rotate-keys", "published") };
    if visit.sent.is_none() {
        let keys = visit.admin.signing_keys().await?;
        let mut algorithms: Vec<_> = keys.iter().map(|key| key.algorithm.as_str()).collect();
        algorithms.dedup();
        return Ok(confirm::ask(visit, question, &algorithms.join(", "), PATH));
    }
    let made = visit.admin.rotate_signing_keys(at_once).await?;
    Ok(visit.done(PATH, if made.is_empty() { "waiting" } else { done }))
}

fn shown(key: &SigningKeyRecord) -> Value {
    json!({
        "kid": key.kid,
        "algorithm": key.algorithm.as_str(),
        "created": moment(key.created_at),
        "signs_from": moment(key.signs_from),
        "published_until": key.over_at.map(moment),
        "state": key.state.as_str(),
    })
}

const PATH: &str = "/keys/";
