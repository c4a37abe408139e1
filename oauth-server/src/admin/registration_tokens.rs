//! Initial access tokens, with which clients register themselves: RFC 7591 §3.

use oauth_core::{Timestamp, admin::RegistrationToken};
use serde_json::{Value, json};

use super::{
    confirm,
    field::{Field, Kind},
    form::Form,
    list::Asked,
    names::Names,
    once,
    refusal::{Answered, Refusal},
    sent::Sent,
    shown::moment,
    visit::{Visit, found, key},
};

const FIELDS: [Field; 2] = [Field::new("uses", Kind::Line), Field::new("lifetime", Kind::Line)];

pub(super) async fn answer(visit: &Visit<'_>, path: &[&str]) -> Answered {
    match path {
        [] => list(visit).await,
        ["new"] => create(visit).await,
        [id, "end"] => end(visit, key(id)?).await,
        _ => Err(Refusal::Missing),
    }
}

async fn list(visit: &Visit<'_>) -> Answered {
    visit.only_shows()?;
    let asked = Asked::new(visit, &[]);
    let page = visit.admin.registration_tokens(asked.after()).await?;
    let subjects = page.rows.iter().map(|row| Some(row.issued_by.as_str())).collect();
    let names = Names::of(visit.oauth, subjects).await?;
    let now = visit.oauth.server().now();
    let rows = page.rows.iter().map(|row| shown(visit, row, &names, now));
    let mut context = asked.context(&page, rows);
    if let Some(context) = context.as_object_mut() {
        let who = visit.oauth.settings().dynamic_registration;
        context.insert("registration".to_owned(), who.as_str().into());
    }
    Ok(visit.page("admin/registration_tokens/list", context))
}

async fn create(visit: &Visit<'_>) -> Answered {
    // As the command has them.
    let begun = || Sent::default().with("uses", "1").with("lifetime", "86400");
    let context = json!({ "back": visit.address(PATH) });
    let sent = visit.sent.clone().unwrap_or_else(begun);
    let mut form = Form::new("admin/registration_tokens/form", &FIELDS, sent, context);
    form.taken_in(visit)?;
    let (uses, lifetime) = (number(&mut form, "uses"), number(&mut form, "lifetime"));
    form.judged(visit)?;
    let issued = form.saved(visit, visit.admin.issue_registration_token(uses, lifetime).await)?;
    let secrets = [("registration_token", &issued)];
    Ok(once::show(visit, "registration_token", "", &secrets, PATH))
}

async fn end(visit: &Visit<'_>, id: i64) -> Answered {
    let token = found(visit.admin.registration_token(id).await?)?;
    if visit.sent.is_none() {
        return Ok(confirm::ask(visit, "end-registration-token", &token.prefix, PATH));
    }
    visit.admin.end_registration_token(id).await?;
    Ok(visit.done(PATH, "revoked"))
}

/// What is out of its range is for the verb to say.
fn number(form: &mut Form<'_>, name: &'static str) -> i64 {
    let number = form.sent.text(name).parse().ok();
    if number.is_none() {
        form.wrong(name, "must be a whole number");
    }
    number.unwrap_or_default()
}

fn shown(visit: &Visit<'_>, token: &RegistrationToken, names: &Names, now: Timestamp) -> Value {
    let state = match token {
        _ if token.expires_at <= now => "expired",
        _ if token.uses_left < 1 => "used_up",
        _ => "live",
    };
    json!({
        "id": token.id,
        "end": visit.address(&format!("{PATH}{}/end/", token.id)),
        "prefix": token.prefix,
        "created": moment(token.created_at),
        "issued_by": names.name(&token.issued_by),
        "expires": moment(token.expires_at),
        "uses_left": token.uses_left,
        "state": state,
    })
}

const PATH: &str = "/registration_tokens/";
