//! Clients: what they are registered with, and what was issued to them.

mod form;
mod issue;
mod openid;
mod secrets;

use oauth_core::{
    Client, NewClient, Registered, RegisteredBy, RequireState, Secret, Timestamp,
    admin::{AuditFilter, ClientFilter, Kind},
};
use serde_json::{Value, json};

use super::{
    audit, confirm, families,
    issued::Issued,
    links::client as path,
    list::{Asked, Which},
    names::Names,
    once,
    refusal::{Answered, Refusal},
    shown::moment,
    visit::{Visit, found, key},
};

pub(super) async fn answer(visit: &Visit<'_>, path: &[&str]) -> Answered {
    match path {
        [] => list(visit).await,
        ["new"] => create(visit).await,
        [id] => show(visit, &client(visit, id).await?).await,
        [id, "edit"] => change(visit, &client(visit, id).await?).await,
        [id, "issue-token"] => issue::token(visit, &client(visit, id).await?).await,
        [id, "issue-code"] => issue::code(visit, &client(visit, id).await?).await,
        [id, "rotate-secret"] => secrets::rotate(visit, &client(visit, id).await?).await,
        [id, "secrets", secret, "end"] => {
            secrets::end(visit, &client(visit, id).await?, secret).await
        }
        [id, "disable"] => set_disabled(visit, &client(visit, id).await?, true).await,
        [id, "enable"] => set_disabled(visit, &client(visit, id).await?, false).await,
        [id, "delete"] => delete(visit, &client(visit, id).await?).await,
        _ => Err(Refusal::Missing),
    }
}

async fn client(visit: &Visit<'_>, id: &str) -> Result<Client, Refusal> {
    found(visit.admin.client(key(id)?).await?)
}

async fn list(visit: &Visit<'_>) -> Answered {
    visit.only_shows()?;
    let asked = Asked::new(
        visit,
        &[
            Which::Have("name"),
            Which::Have("client_id"),
            Which::Are("enabled"),
            Which::Are("disabled"),
            Which::Are("confidential"),
            Which::Are("public"),
            Which::Are("by_staff"),
            Which::Are("by_itself"),
            Which::Are("by_document"),
        ],
    );
    let filter = match asked.filter() {
        ("name", text) => ClientFilter::NameBegins(text.to_owned()),
        ("client_id", text) => ClientFilter::ClientId(text.to_owned()),
        ("enabled", _) => ClientFilter::Enabled,
        ("disabled", _) => ClientFilter::Disabled,
        ("confidential", _) => ClientFilter::Confidential,
        ("public", _) => ClientFilter::Public,
        ("by_staff", _) => ClientFilter::RegisteredBy(RegisteredBy::Staff),
        ("by_itself", _) => ClientFilter::RegisteredBy(RegisteredBy::Dynamic),
        ("by_document", _) => ClientFilter::RegisteredBy(RegisteredBy::Document),
        _ => ClientFilter::All,
    };
    let page = visit.admin.clients(filter, asked.after()).await?;
    let rows = page.rows.iter().map(|client| shown(visit, client));
    Ok(visit.page("admin/clients/list", asked.context(&page, rows)))
}

async fn create(visit: &Visit<'_>) -> Answered {
    let context = json!({ "client": null, "back": visit.address("/clients/") });
    let mut form = form::form(visit, None, context).await?;
    let new = form::read(visit, &mut form, None).await?;
    let Registered { client, secret, .. } =
        form.saved(visit, visit.admin.create_client(new).await)?;
    let id = Secret::from(client.client_id.as_str());
    let secret = secret.as_ref().map(|secret| ("client_secret", secret));
    let secrets: Vec<_> = [("client_id", &id)].into_iter().chain(secret).collect();
    Ok(once::show(visit, "client", client.name(), &secrets, &path(client.id)))
}

async fn change(visit: &Visit<'_>, client: &Client) -> Answered {
    let back = visit.address(&path(client.id));
    let context = json!({ "client": { "name": client.name() }, "back": back });
    let form = form::form(visit, Some(client), context).await?;
    let mut form = form.of_version(visit, client.version.to_string());
    let new = form::read(visit, &mut form, Some(client)).await?;
    let new = NewClient { client_id: Some(client.client_id.clone()), ..new };
    let version = form.version().parse().unwrap_or_default();
    let updated = visit.admin.update_client(client.id, version, new).await;
    let Registered { client, secret, .. } = form.saved(visit, updated)?;
    let Some(secret) = secret else { return Ok(visit.done(&path(client.id), "saved")) };
    let secrets = [("client_secret", &secret)];
    Ok(once::show(visit, "secret", client.name(), &secrets, &path(client.id)))
}

async fn set_disabled(visit: &Visit<'_>, client: &Client, disabled: bool) -> Answered {
    let (question, done) =
        if disabled { ("disable-client", "disabled") } else { ("enable-client", "enabled") };
    if visit.sent.is_none() {
        return Ok(confirm::ask(visit, question, client.name(), &path(client.id)));
    }
    visit.admin.set_client_disabled(client.id, disabled).await?;
    Ok(visit.done(&path(client.id), done))
}

async fn delete(visit: &Visit<'_>, client: &Client) -> Answered {
    if visit.sent.is_none() {
        return Ok(confirm::ask(visit, "delete-client", client.name(), &path(client.id)));
    }
    visit.admin.delete_client(client.id).await?;
    Ok(visit.done("/clients/", "deleted"))
}

async fn show(visit: &Visit<'_>, client: &Client) -> Answered {
    visit.only_shows()?;
    let issued = visit.admin.issued_to_client(client.id).await?;
    let history = visit.admin.audit(AuditFilter::Of(Kind::Client, client.id), None).await?;
    let subjects = issued.families.iter().map(|family| family.subject.as_deref());
    let owner = client.owner.as_deref();
    let names = Names::of(visit.oauth, subjects.chain([owner]).collect()).await?;
    let unused_until = visit.admin.unused_client_ends_at(client.id).await?;
    let context = json!({
        "client": details(visit, client, owner.map(|owner| names.name(owner)), unused_until),
        "here": visit.here(),
        "families": issued.families.iter().map(|it| families::shown(visit, it, &names)).collect::<Vec<_>>(),
        "codes": issued.codes.iter().map(|it| Issued::Code.shown(visit, it, &names)).collect::<Vec<_>>(),
        "tokens": issued.access_tokens.iter().map(|it| Issued::Token.shown(visit, it, &names)).collect::<Vec<_>>(),
        "history": history.rows.iter().map(|it| audit::shown(visit, it)).collect::<Vec<_>>(),
    });
    Ok(visit.page("admin/clients/record", context))
}

/// A row of the list.
fn shown(visit: &Visit<'_>, client: &Client) -> Value {
    json!({
        "href": visit.address(&path(client.id)),
        "id": client.id,
        "name": client.name(),
        "client_id": client.client_id,
        "is_public": client.is_public,
        "registered_by": client.registered_by.as_str(),
        "any_scope": client.any_scope,
        "scopes": client.metadata.scope.iter().collect::<Vec<_>>(),
        "client_credentials_scopes": client.client_credentials_scopes.iter().collect::<Vec<_>>(),
        "state": if client.disabled_at.is_some() { "disabled" } else { "enabled" },
        "created": moment(client.created_at),
    })
}

/// All of it, but for what an attacker would guess its secret against.
fn details(
    visit: &Visit<'_>,
    client: &Client,
    owner: Option<&str>,
    unused_until: Option<Timestamp>,
) -> Value {
    let registration = NewClient::from(client);
    let mut shown = shown(visit, client);
    let more = json!({
        "unused_until": unused_until.map(moment),
        "is_disabled": client.disabled_at.is_some(),
        "may_change_secrets": !client.is_public && visit.admin.may_change_client_secrets(client).is_ok(),
        "secrets": secrets::shown(visit, client),
        "description": client.description,
        "redirect_uris": registration.redirect_uris,
        "grant_types": registration.grant_types.iter().map(oauth_core::GrantType::as_str).collect::<Vec<_>>(),
        "default_scopes": client.default_scopes.iter().collect::<Vec<_>>(),
        "access_token_lifetime": form::lifetime(registration.access_token_lifetime),
        "refresh_token_lifetime": form::lifetime(registration.refresh_token_lifetime),
        "require_pkce": client.require_pkce,
        "require_state": registration.require_state.map_or("server", RequireState::as_str),
        "skip_consent": client.skip_consent,
        "fragment_supported": client.fragment_supported,
        "application_type": client.metadata.application_type.as_str(),
        "require_pushed_authorization_requests": registration.require_pushed_authorization_requests,
        "cors_origins": registration.cors_origins,
        "introspects": registration.introspects,
        "owner": owner,
        "acts_as_owner": client.acts_as_owner,
        "client_uri": registration.client_uri,
        "logo_uri": registration.logo_uri,
        "policy_uri": registration.policy_uri,
        "tos_uri": registration.tos_uri,
        "openid": openid::shown(&registration.openid),
    });
    if let (Some(shown), Value::Object(more)) = (shown.as_object_mut(), more) {
        shown.extend(more);
    }
    shown
}
