//! The page that asks the resource owner: RFC 6749 §3.1, §10.13.

use oauth_core::AuthorizationRequest;
use poem::{Request, Response};
use serde::Serialize;

use crate::{
    AuthorizationPage, OAuth, Page, ResourceOwner, csrf::FormToken, pages::HiddenField, request,
};

#[derive(Serialize)]
struct Context<'a> {
    client: Client<'a>,
    scopes: Vec<Scope<'a>>,
    user: &'a str,
    form_action: String,
    form: [HiddenField; 1],
}

#[derive(Serialize)]
struct Client<'a> {
    name: &'a str,
    description: &'a str,
    client_uri: Option<&'a str>,
    logo_uri: Option<&'a str>,
    policy_uri: Option<&'a str>,
    tos_uri: Option<&'a str>,
}

#[derive(Serialize)]
struct Scope<'a> {
    name: &'a str,
    title: &'a str,
    description: &'a str,
}

pub(super) fn page(
    oauth: &OAuth,
    page: &AuthorizationPage,
    http: &Request,
    authorization: &AuthorizationRequest,
    owner: &ResourceOwner,
) -> Response {
    let token = FormToken::new(oauth, http, Some(&owner.subject));
    let client = authorization.client();
    let (metadata, scopes) = (&client.metadata, authorization.scopes().iter());
    let context = Context {
        client: Client {
            name: client.name(),
            description: &client.description,
            client_uri: metadata.client_uri.as_deref(),
            logo_uri: metadata.logo_uri.as_deref(),
            policy_uri: metadata.policy_uri.as_deref(),
            tos_uri: metadata.tos_uri.as_deref(),
        },
        scopes: scopes
            .map(|scope| Scope {
                name: &scope.name,
                title: &scope.title,
                description: &scope.description,
            })
            .collect(),
        user: &owner.name,
        form_action: request::path_and_query(http, &oauth.place().asked_for(http)),
        form: [token.field()],
    };
    let rendered = Page::new(page.authorization_template, &context)
        .leads_to_a_client()
        .images_from_clients()
        .render(oauth);
    token.keep(oauth, rendered)
}
