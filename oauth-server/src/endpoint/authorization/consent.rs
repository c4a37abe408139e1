//! The page that asks the resource owner: RFC 6749 §3.1, §10.13.

use oauth_core::{AuthorizationRequest, RedirectUri};
use poem::{Request, Response};
use serde::Serialize;
use url::Url;

use crate::{
    AuthorizationPage, OAuth, Page, ResourceOwner, pages::HiddenField, request, response::failed,
    session,
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
}

#[derive(Serialize)]
struct Scope<'a> {
    name: &'a str,
    description: &'a str,
}

pub(super) async fn page(
    oauth: &OAuth,
    page: &AuthorizationPage,
    http: &Request,
    authorization: &AuthorizationRequest,
    owner: &ResourceOwner,
) -> Result<Response, Response> {
    let session = session::for_form(oauth.server(), http).await.map_err(|error| failed(&error))?;
    let client = authorization.client();
    let scopes = authorization.scopes().iter();
    let context = Context {
        client: Client {
            name: &client.name,
            description: &client.description,
            client_uri: client.client_uri.as_deref(),
            logo_uri: client.logo_uri.as_deref(),
        },
        scopes: scopes
            .map(|scope| Scope { name: &scope.name, description: &scope.description })
            .collect(),
        user: &owner.name,
        form_action: request::path_and_query(http, page.authorization_endpoint_uri),
        form: [HiddenField::csrf_token(&session)],
    };
    let rendered = Page::new(page.authorization_template, &context)
        .form_goes_on_to(&redirect_source(authorization.redirect_uri()))
        .images_from_clients()
        .render(oauth);
    Ok(session::keep(oauth.settings(), &session, rendered))
}

/// The client as a source of a Content-Security-Policy: Chromium follows the redirect after a form only where
/// `form-action` names its target. An IPv6 address, a private-use scheme, and a host with a character that would end the
/// source have no host form there: then its scheme.
fn redirect_source(redirect_uri: &RedirectUri) -> String {
    let Ok(url) = Url::parse(redirect_uri.as_str()) else { return String::new() };
    let source = url.origin().ascii_serialization();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-_".contains(&byte);
    if url.origin().is_tuple() && source.bytes().all(plain) {
        source
    } else {
        format!("{}:", url.scheme())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_names_the_clients_origin_or_its_scheme() {
        for (uri, source) in [
            ("https://app.example/cb?x=1", "https://app.example"),
            ("http://localhost:1111", "http://localhost:1111"),
            ("http://127.0.0.1:5000/cb", "http://127.0.0.1:5000"),
            ("http://[::1]:5000/cb", "http:"),
            ("com.example.app:/cb", "com.example.app:"),
            ("https://a,b;script-src/cb", "https:"),
        ] {
            assert_eq!(redirect_source(&RedirectUri::parse(uri).unwrap()), source);
        }
    }
}
