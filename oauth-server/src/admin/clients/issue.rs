//! A token or a code, issued by hand.

use oauth_core::{
    Client, Scopes,
    admin::{NewAccessToken, NewAuthorizationCode},
};
use serde_json::json;

use super::form::read_lifetime;
use crate::admin::{
    field::{Choice, Field, Kind},
    form::Form,
    links::client as path,
    once,
    refusal::{Answered, Refusal},
    sent::Sent,
    visit::Visit,
};

const OF_TOKEN: [Field; 3] = [
    Field::new("subject", Kind::Line),
    Field::new("scopes", Kind::Choice),
    Field::new("lifetime", Kind::Line),
];

const OF_CODE: [Field; 4] = [
    Field::new("subject", Kind::Line),
    Field::new("scopes", Kind::Choice),
    Field::new("redirect_uri", Kind::Choice),
    Field::new("code_challenge", Kind::Line),
];

pub(super) async fn token(visit: &Visit<'_>, client: &Client) -> Answered {
    let mut form = form(visit, client, "token", &OF_TOKEN).await?;
    form.taken_in(visit)?;
    form.check_user(visit, "subject").await?;
    let lifetime = read_lifetime(&mut form, "lifetime");
    form.judged(visit)?;
    let new = NewAccessToken {
        client: client.id,
        subject: form.sent.optional("subject"),
        scopes: form.sent.all("scopes").collect(),
        lifetime,
    };
    let issued = form.saved(visit, visit.admin.issue_access_token(new).await)?;
    let secrets = [("access_token", &issued.secret)];
    Ok(once::show(visit, "token", client.name(), &secrets, &path(client.id)))
}

pub(super) async fn code(visit: &Visit<'_>, client: &Client) -> Answered {
    let mut form = form(visit, client, "code", &OF_CODE).await?;
    let registered = client.metadata.redirect_uris.iter();
    form.offer("redirect_uri", registered.map(|uri| Choice::named(uri)).collect());
    form.taken_in(visit)?;
    form.check_user(visit, "subject").await?;
    if form.sent.text("subject").is_empty() {
        form.wrong("subject", "must not be empty");
    }
    form.judged(visit)?;
    let new = NewAuthorizationCode {
        client: client.id,
        subject: form.sent.text("subject").to_owned(),
        scopes: form.sent.all("scopes").collect(),
        redirect_uri: form.sent.optional("redirect_uri"),
        code_challenge: form.sent.optional("code_challenge"),
    };
    let issued = form.saved(visit, visit.admin.issue_authorization_code(new).await)?;
    let secrets = [("code", &issued.secret)];
    Ok(once::show(visit, "code", client.name(), &secrets, &path(client.id)))
}

async fn form(
    visit: &Visit<'_>,
    client: &Client,
    issued: &str,
    fields: &'static [Field],
) -> Result<Form<'static>, Refusal> {
    let only = match &client.metadata.redirect_uris[..] {
        [only] => Some(only.as_str()),
        _ => None,
    };
    let begun = || Sent::default().with_each("redirect_uri", only.into_iter());
    let context = json!({
        "client": { "name": client.name(), "require_pkce": client.require_pkce },
        "issued": issued,
        "back": visit.address(&path(client.id)),
    });
    let sent = visit.sent.clone().unwrap_or_else(begun);
    let mut form = Form::new("admin/clients/issue", fields, sent, context);
    let scopes = if client.any_scope {
        visit.oauth.server().scopes().await?
    } else {
        client.metadata.scope.clone()
    };
    let own = (issued == "token").then_some(&client.client_credentials_scopes);
    let scopes: Scopes = scopes.iter().chain(own.into_iter().flat_map(Scopes::iter)).collect();
    form.offer("scopes", scopes.iter().map(Choice::named).collect());
    Ok(form)
}
