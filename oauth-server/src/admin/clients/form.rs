//! The form of a client.

use oauth_core::{Client, ClientSecret, GrantType, Lifetime, NewClient, RequireState, Scopes};
use serde_json::Value;

use super::openid;
use crate::admin::{
    field::{Choice, Field, Kind},
    form::Form,
    refusal::Refusal,
    sent::Sent,
    visit::Visit,
};

const FIELDS: [Field; 26] = [
    Field::new("name", Kind::Line),
    Field::new("client_id", Kind::Line),
    Field::new("kind", Kind::Choice),
    Field::new("description", Kind::Lines),
    Field::new("redirect_uris", Kind::Lines),
    Field::new("grant_types", Kind::Choice),
    Field::new("scopes", Kind::Choice),
    Field::new("any_scope", Kind::Check),
    Field::new(OWN_SCOPES, Kind::Choice),
    Field::new("default_scopes", Kind::Line),
    Field::new("access_token_lifetime", Kind::Line),
    Field::new("refresh_token_lifetime", Kind::Line),
    Field::new("require_pkce", Kind::Check),
    Field::new("require_state", Kind::Choice),
    Field::new("skip_consent", Kind::Check),
    Field::new("fragment_supported", Kind::Check),
    Field::new("application_type", Kind::Choice),
    Field::new("require_pushed_authorization_requests", Kind::Check),
    Field::new("cors_origins", Kind::Lines),
    Field::new("introspects", Kind::Lines),
    Field::new("owner", Kind::Line),
    Field::new("acts_as_owner", Kind::Check),
    Field::new("client_uri", Kind::Line),
    Field::new("logo_uri", Kind::Line),
    Field::new("policy_uri", Kind::Line),
    Field::new("tos_uri", Kind::Line),
];

const PUSHED: &str = "require_pushed_authorization_requests";
const OWN_SCOPES: &str = "client_credentials_scopes";

pub(super) const GRANT_TYPES: [GrantType; 7] = [
    GrantType::AuthorizationCode,
    GrantType::RefreshToken,
    GrantType::ClientCredentials,
    GrantType::Password,
    GrantType::DeviceCode,
    GrantType::TokenExchange,
    GrantType::Implicit,
];

/// Those that the server serves, and those that the client lists: another program may serve them.
fn grant_types(visit: &Visit<'_>, client: Option<&Client>) -> Vec<GrantType> {
    let own = visit.oauth.server().own_grants().map(|name| GrantType::Extension(name.to_owned()));
    let mut offered: Vec<_> = GRANT_TYPES.into_iter().chain(own).collect();
    for listed in client.iter().flat_map(|client| &client.metadata.grant_types) {
        if !offered.contains(listed) {
            offered.push(listed.clone());
        }
    }
    offered
}

/// The form as it was sent, or as it begins: for a new client, or one that is there.
pub(super) async fn form(
    visit: &Visit<'_>,
    client: Option<&Client>,
    context: Value,
) -> Result<Form<'static>, Refusal> {
    let begun = || begun(&client.map_or_else(|| NewClient::new(""), NewClient::from));
    let sent = visit.sent.clone().unwrap_or_else(begun);
    let mut form = Form::new("admin/clients/form", &FIELDS, sent, context);
    if visit.oauth.settings().openid {
        form = form.and(&openid::FIELDS);
        openid::offer(&mut form);
    }
    let may_be_public =
        visit.oauth.settings().public_clients || client.is_some_and(|it| it.is_public);
    form.offer(
        "kind",
        choices(["confidential"].into_iter().chain(may_be_public.then_some("public"))),
    );
    form.offer("grant_types", choices(grant_types(visit, client).iter().map(GrantType::as_str)));
    form.offer("application_type", choices(["web", "native"]));
    form.offer("require_state", choices(["server", "always", "unless_pkce", "never"]));
    if !visit.admin.actor().is_superuser {
        form.lock("skip_consent");
        if client.is_some_and(|client| client.skip_consent) {
            ["redirect_uris", "kind"].into_iter().for_each(|name| form.lock(name));
        }
    }
    let known = visit.oauth.server().scopes().await?;
    // What the client lists and the server does not know any more can be kept off here, and is refused if it stays.
    let offered = |listed: Option<&Scopes>| -> Vec<Choice> {
        let listed = listed.into_iter().flat_map(Scopes::iter);
        let all: Scopes = known.iter().chain(listed).collect();
        all.iter().map(Choice::named).collect()
    };
    form.offer("scopes", offered(client.map(|client| &client.metadata.scope)));
    form.offer(OWN_SCOPES, offered(client.map(|client| &client.client_credentials_scopes)));
    Ok(form)
}

pub(super) fn choices<'v>(values: impl IntoIterator<Item = &'v str>) -> Vec<Choice> {
    values.into_iter().map(|value| Choice { value: value.to_owned(), label: None }).collect()
}

/// What a browser would send that changed nothing.
fn begun(client: &NewClient) -> Sent {
    let is_public = matches!(client.secret, ClientSecret::None);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    openid::begun(Sent::default(), &client.openid)
        .with("name", &client.name)
        .with("kind", if is_public { "public" } else { "confidential" })
        .with("description", &client.description)
        .with("redirect_uris", client.redirect_uris.join("\n"))
        .with_each("grant_types", client.grant_types.iter().map(GrantType::as_str))
        .with_each("scopes", client.scopes.iter())
        .with_check("any_scope", client.any_scope)
        .with_each(OWN_SCOPES, client.client_credentials_scopes.iter())
        .with("default_scopes", client.default_scopes.to_string())
        .with("access_token_lifetime", lifetime(client.access_token_lifetime))
        .with("refresh_token_lifetime", lifetime(client.refresh_token_lifetime))
        .with_check("require_pkce", client.require_pkce != Some(false))
        .with("require_state", client.require_state.map_or("server", RequireState::as_str))
        .with_check("skip_consent", client.skip_consent)
        .with_check("fragment_supported", client.fragment_supported)
        .with("application_type", client.application_type.as_str())
        .with_check(PUSHED, client.require_pushed_authorization_requests)
        .with("cors_origins", client.cors_origins.join("\n"))
        .with("introspects", client.introspects.join("\n"))
        .with("owner", text(&client.owner))
        .with_check("acts_as_owner", client.acts_as_owner)
        .with("client_uri", text(&client.client_uri))
        .with("logo_uri", text(&client.logo_uri))
        .with("policy_uri", text(&client.policy_uri))
        .with("tos_uri", text(&client.tos_uri))
}

/// The client that the form describes, in place of one that is there or of none; where it describes none, it is shown once
/// more.
pub(super) async fn read(
    visit: &Visit<'_>,
    form: &mut Form<'_>,
    client: Option<&Client>,
) -> Result<NewClient, Refusal> {
    form.taken_in(visit)?;
    let mut openid = client.map(|client| client.metadata.openid.clone()).unwrap_or_default();
    if visit.oauth.settings().openid {
        openid = openid::described(form, &openid);
    }
    let client = NewClient { openid, ..described(form) };
    form.check_user(visit, "owner").await?;
    form.judged(visit)?;
    Ok(client)
}

/// The same; what cannot be read is said in the form.
fn described(form: &mut Form<'_>) -> NewClient {
    let default_scopes = form.sent.text("default_scopes").parse::<Scopes>();
    if let Err(problem) = &default_scopes {
        form.wrong("default_scopes", problem.to_string());
    }
    let (access, refresh) = (
        read_lifetime(form, "access_token_lifetime"),
        read_lifetime(form, "refresh_token_lifetime"),
    );
    if form.sent.all("kind").count() != 1 {
        form.wrong("kind", "must be one of these");
    }
    let sent = &form.sent;
    let is_public = sent.raw("kind") == "public";
    NewClient {
        client_id: sent.optional("client_id"),
        description: lines(sent.text("description")),
        client_uri: sent.optional("client_uri"),
        logo_uri: sent.optional("logo_uri"),
        policy_uri: sent.optional("policy_uri"),
        tos_uri: sent.optional("tos_uri"),
        secret: if is_public { ClientSecret::None } else { ClientSecret::Generated },
        redirect_uris: words(sent, "redirect_uris"),
        grant_types: sent.all("grant_types").map(grant_type).collect(),
        scopes: sent.all("scopes").collect(),
        any_scope: sent.is_on("any_scope"),
        client_credentials_scopes: sent.all(OWN_SCOPES).collect(),
        default_scopes: default_scopes.unwrap_or_default(),
        access_token_lifetime: access,
        refresh_token_lifetime: refresh,
        owner: sent.optional("owner"),
        acts_as_owner: sent.is_on("acts_as_owner"),
        skip_consent: sent.is_on("skip_consent"),
        require_pkce: Some(sent.is_on("require_pkce")),
        require_state: sent.raw("require_state").parse().ok(),
        fragment_supported: sent.is_on("fragment_supported"),
        application_type: sent.raw("application_type").parse().unwrap_or_default(),
        require_pushed_authorization_requests: sent.is_on(PUSHED),
        cors_origins: words(sent, "cors_origins"),
        introspects: words(sent, "introspects"),
        ..NewClient::new(sent.text("name"))
    }
}

pub(super) fn words(sent: &Sent, name: &str) -> Vec<String> {
    sent.text(name).split_whitespace().map(str::to_owned).collect()
}

/// One that only another program knows stays as it is.
fn grant_type(name: &str) -> GrantType {
    name.parse().unwrap_or_else(|_| GrantType::Extension(name.to_owned()))
}

/// Seconds, the word `never`, or nothing.
pub(super) fn read_lifetime(form: &mut Form<'_>, name: &str) -> Option<Lifetime> {
    match form.sent.text(name) {
        "" => None,
        text if text.eq_ignore_ascii_case("never") => Some(Lifetime::Never),
        text => {
            let seconds = text.parse().ok();
            if seconds.is_none() {
                form.wrong(name, "must be a number of seconds, or the word never");
            }
            seconds.map(Lifetime::Seconds)
        }
    }
}

/// The same, as it is typed.
pub(super) fn lifetime(lifetime: Option<Lifetime>) -> String {
    match lifetime {
        None => String::new(),
        Some(Lifetime::Seconds(seconds)) => seconds.to_string(),
        Some(Lifetime::Never) => "never".to_owned(),
    }
}

/// Browsers end lines with CRLF.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}
