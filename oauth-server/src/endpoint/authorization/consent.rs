//! The page that asks the resource owner: RFC 6749 §3.1, §10.13.

use std::borrow::Cow;

use oauth_core::{AuthorizationRequest, RegisteredBy, Resources};
use poem::{Request, Response};
use serde::Serialize;
use url::form_urlencoded::byte_serialize;

use crate::{
    AuthorizationPage, OAuth, Page, ResourceOwner,
    csrf::{Browser, FormToken},
    locale::Messages,
    pages::HiddenField,
    request,
};

#[derive(Serialize)]
struct Context<'a> {
    client: Client<'a>,
    scopes: Vec<Scope<'a>>,
    resources: Vec<String>,
    user: &'a str,
    switch_user: Option<String>,
    redirect_host: Option<String>,
    redirect_on_device: bool,
    form_action: String,
    form: [HiddenField; 1],
}

#[derive(Serialize)]
pub(in crate::endpoint) struct Client<'a> {
    name: &'a str,
    description: &'a str,
    host: Option<&'a str>,
    on_device: bool,
    is_unverified: bool,
    client_uri: Option<&'a str>,
    logo_uri: Option<&'a str>,
    policy_uri: Option<&'a str>,
    tos_uri: Option<&'a str>,
}

#[derive(Serialize)]
pub(in crate::endpoint) struct Scope<'a> {
    name: &'a str,
    title: Cow<'a, str>,
    description: Cow<'a, str>,
}

impl<'a> Client<'a> {
    pub(in crate::endpoint) fn of(client: &'a oauth_core::Client) -> Self {
        let (metadata, host) = (&client.metadata, client.document_host());
        let is_unverified = client.registered_by == RegisteredBy::Dynamic;
        let is_unknown = client.registered_by != RegisteredBy::Staff;
        Self {
            name: client.name(),
            description: &client.description,
            host,
            on_device: is_unknown && client.is_answered_on_device(),
            is_unverified,
            client_uri: metadata.client_uri.as_deref(),
            // Whose page it is on would be told to a host that nobody has chosen.
            logo_uri: metadata.logo_uri.as_deref().filter(|_| !is_unknown),
            policy_uri: metadata.policy_uri.as_deref(),
            tos_uri: metadata.tos_uri.as_deref(),
        }
    }
}

impl<'a> Scope<'a> {
    pub(in crate::endpoint) fn all(
        scopes: &'a [oauth_core::Scope],
        messages: &Messages,
    ) -> Vec<Self> {
        scopes.iter().map(|scope| Self::of(scope, messages)).collect()
    }

    /// In the reader's language, where the application has translated it: a message of the scope's name, and its
    /// attribute `title`.
    fn of(scope: &'a oauth_core::Scope, messages: &Messages) -> Self {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let letters = scope.name.chars().map(|letter| if fits(letter) { letter } else { '-' });
        let key = format!("scope-{}", letters.collect::<String>());
        let own_words = scope.has_words_of_server().then(|| format!("own-{key}"));
        let translated = |attribute, text: &'a str| {
            let given = messages.translated(&key, attribute);
            let own = || messages.translated(own_words.as_deref()?, attribute);
            given.or_else(own).map_or(Cow::Borrowed(text), Cow::Owned)
        };
        Self {
            name: &scope.name,
            title: translated(Some("title"), &scope.title),
            description: translated(None, &scope.description),
        }
    }
}

/// The server's own API goes without saying.
pub(in crate::endpoint) fn resources(oauth: &OAuth, resources: &Resources) -> Vec<String> {
    let named = resources.iter().filter(|_| !resources.is_own_api());
    named.map(|resource| oauth.server().resource_address(resource)).collect()
}

pub(super) fn page(
    oauth: &OAuth,
    page: &AuthorizationPage,
    (http, browser): (&Request, &Browser),
    authorization: &AuthorizationRequest,
    owner: &ResourceOwner,
) -> Response {
    let token = FormToken::at(browser, oauth, http, Some(&owner.subject));
    let here = request::path_and_query(http, &oauth.place().asked_for(http));
    let next = byte_serialize(here.as_bytes()).collect::<String>();
    let context = Context {
        client: Client::of(authorization.client()),
        scopes: Scope::all(authorization.scopes(), oauth.pages().messages()),
        resources: resources(oauth, authorization.resources()),
        user: &owner.name,
        switch_user: oauth.users().switch_url(http, &next),
        redirect_host: authorization.redirect_uri().host(),
        redirect_on_device: authorization.redirect_uri().is_native(),
        form_action: here,
        form: [token.field()],
    };
    let rendered = Page::new(page.authorization_template, &context)
        .leads_to_a_client()
        .images_from_clients()
        .render(oauth);
    token.keep(oauth, rendered)
}
