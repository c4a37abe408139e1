//! The quickstart as a running program: a poem application that is an OAuth 2.0 provider.
//!
//! `urls` says what stands where. Read it first, then `oauth2server/views.rs` and `api/views.rs`: that is all that an
//! application writes. The rest of this crate is its command line.

mod api;
mod commands;
mod demo_data;
mod log;
mod mcp;
mod oauth2server;
mod options;
mod polls;
mod relying_party;

use std::{process::ExitCode, sync::Arc};

use oauth_server::{DynamicRegistration, InvalidResource, OAuth, OAuthApi, methods::get};
use poem::{Endpoint, EndpointExt, IntoEndpoint, Response, Route};
use poem_openapi::OpenApiService;

use self::oauth2server::views::Tools;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What stands where: Django's `urls.py`.
fn urls(
    oauth: &OAuth,
    has_mcp: bool,
) -> Result<impl Endpoint<Output = Response> + use<>, InvalidResource> {
    // The token endpoint and the guarded API, in one OpenAPI document.
    let document = oauth.document((OAuthApi, api::views::Api, polls::views::Polls));
    let service = OpenApiService::new(document, "Example API", env!("CARGO_PKG_VERSION"))
        .description("The quickstarts of djoauth2 and django-oauthost: an OAuth 2.0 provider, and the API that it protects.");
    let docs = oauth.swagger_ui(&service, demo_data::SWAGGER_UI);
    let openapi = oauth.openapi(&service);
    let service = Arc::new(service.into_endpoint());

    let urls = Route::new()
        .at("/", get(oauth2server::views::home.data(Tools(has_mcp))))
        // Signing in and out.
        .nest("/accounts", oauth.accounts())
        // Clients, scopes, users, codes and tokens, for staff.
        .nest("/admin", oauth.admin())
        // The endpoint for creating and exchanging access tokens and refresh tokens is handled entirely by the library.
        .at("/oauth2/token", service.clone())
        // Where a client gives back a token that it does not need any more.
        .at("/oauth2/revoke", service.clone())
        // Where another server asks what a token is worth.
        .at("/oauth2/introspect", service.clone())
        // Where a client leaves an authorization request, to send the browser with its name alone.
        .at("/oauth2/par", service.clone())
        // Where a device without a browser asks, and where its user types the code that it shows.
        .at("/oauth2/device_authorization", service.clone())
        .at("/device", oauth.device_page())
        // The page where each "resource owner" is shown what the "client" asks for.
        .at("/oauth2/authorization", oauth.authorization_endpoint())
        // The page for requests that cannot be answered by a redirect to the client.
        .at("/oauth2/missing_redirect_uri", get(oauth2server::views::missing_redirect_uri))
        // A protected API endpoint, which pages of other origins may call where a client registered them.
        .at("/api/user_info", service.clone().with(oauth.cors()))
        // The quickstart of django-oauthost: its two endpoints where it has them, and its guarded views.
        .at("/auth", oauth.authorization_endpoint())
        .at("/token", oauth.token_endpoint())
        .at("/polls/:id/stats", service.clone())
        .at("/polls/:id/results", service.clone())
        // The API's document, for people and for programs.
        .nest("/docs", docs)
        .at("/openapi.json", openapi)
        // For what watches over the process, and for what sends it requests.
        .at("/healthz", get(oauth2server::views::healthz))
        .at("/readyz", oauth.readiness_endpoint());
    let urls = if oauth.server().settings().openid {
        urls
            // Who the user is, told to a client that the user logs in to.
            .at("/oauth2/userinfo", service)
            // What others verify with that this server signed.
            .at("/oauth2/keys", oauth.keys_endpoint())
            // Where clients send the browser of who signs out.
            .at("/oauth2/logout", oauth.logout_endpoint())
            // Another application, whose users log in with this one.
            .nest("/relying-party", relying_party::urls(oauth))
    } else {
        urls
    };
    let urls = beside(urls, oauth, has_mcp)?;
    // Below the path of the issuer, where that has one, clients of OpenID Connect look, too.
    let urls = match oauth.mount() {
        "/" => urls,
        _ => urls.nest("/.well-known", oauth.well_known()),
    };
    // And every answer is the provider's.
    Ok(Route::new()
        // Where clients look first: what this server can do, and where.
        .nest("/.well-known", oauth.well_known())
        .nest(oauth.mount(), urls)
        .with(oauth.full_middleware()))
}

/// What is off unless a variable says so.
fn beside(urls: Route, oauth: &OAuth, has_mcp: bool) -> Result<Route, InvalidResource> {
    // Where clients register themselves, and manage that.
    let urls = match oauth.server().settings().dynamic_registration {
        DynamicRegistration::Off => urls,
        _ => urls
            .at("/oauth2/register", oauth.registration_endpoint())
            .at("/oauth2/register/:client_id", oauth.registration_management()),
    };
    // Tools for assistants.
    Ok(if has_mcp { urls.at("/mcp", mcp::endpoint(oauth)?) } else { urls })
}

#[tokio::main]
async fn main() -> ExitCode {
    commands::run().await
}
