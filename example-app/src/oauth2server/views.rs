//! The quickstart's `oauth2server/views.py`.

use oauth_server::{AuthorizationPage, DynamicRegistration, OAuth, Page};
use poem::{Response, handler, web::Data};
use serde_json::json;

/// Displays an error message when an authorization request fails and has no valid redirect URI.
///
/// The flow depends on recognizing the client that asks, and sending the user back to an endpoint of that client. Where
/// no client can be recognized, or the endpoint is invalid, the browser is sent here instead.
#[handler]
pub(crate) fn missing_redirect_uri(Data(oauth): Data<&OAuth>) -> Response {
    oauth.page("oauth2server/missing_redirect_uri", &json!({}))
}

/// What the authorization endpoint shows.
pub(crate) const AUTHORIZATION_ENDPOINT: AuthorizationPage = AuthorizationPage {
    // The page to show when a client makes a malformed or insecure request, and its redirect URI cannot be trusted.
    missing_redirect_uri: Some("/oauth2/missing_redirect_uri/"),
    // The template that shows the resource owner what the client asks for.
    authorization_template: "oauth2server/authorization_page",
};

/// Whether there are tools for assistants.
#[derive(Clone, Copy)]
pub(crate) struct Tools(pub(crate) bool);

/// The front page: where to go from here.
#[handler]
pub(crate) fn home(Data(oauth): Data<&OAuth>, Data(Tools(mcp)): Data<&Tools>) -> Response {
    // Its template says its text itself.
    let settings = oauth.server().settings();
    let base = oauth.path(|addresses| &addresses.home);
    let context = json!({
        // Below the path of an issuer there is none of the API's metadata: RFC 9728 §3.1 has them above.
        "at_root": base == "/",
        "base": base,
        "openid": settings.openid,
        "registration": settings.dynamic_registration != DynamicRegistration::Off,
        "mcp": mcp,
    });
    Page::new("home", &context).language("en").render(oauth)
}

/// 200 while the process serves, whatever the database does: who restarts it for that would not mend it.
#[handler]
pub(crate) fn healthz() -> &'static str {
    "ok"
}

/// The templates of this application.
pub(crate) const TEMPLATES: [(&str, &str); 4] = [
    ("home", include_str!("../../templates/home.hbs")),
    ("relying_party", include_str!("../../templates/relying_party.hbs")),
    (
        "oauth2server/authorization_page",
        include_str!("../../templates/oauth2server/authorization_page.hbs"),
    ),
    (
        "oauth2server/missing_redirect_uri",
        include_str!("../../templates/oauth2server/missing_redirect_uri.hbs"),
    ),
];

/// What they say, in each language.
pub(crate) const LOCALES: [(&str, &str); 2] =
    [("en", include_str!("../../locales/en.ftl")), ("ru", include_str!("../../locales/ru.ftl"))];
