//! What an application mounts, and where.

use oauth_server::{Addresses, BuildError, OAuth, OAuthBuilder, test_kit::TestServer};
use poem::Route;

use super::{ISSUER, PATH, at, below_a_prefix, links, staff};
use crate::support::{Form, PASSWORD};

#[tokio::test]
async fn every_address_can_be_moved_and_what_names_it_follows() {
    let moved = |oauth: OAuthBuilder| {
        oauth.addresses(Addresses {
            authorization: "/ask".to_owned(),
            token: "/redeem/".to_owned(),
            accounts: "/me".to_owned(),
            admin: "/staff/".to_owned(),
            docs: "/api/docs/".to_owned(),
            openapi: "/api/openapi".to_owned(),
            ..Addresses::default()
        })
    };
    let server = below_a_prefix(moved).await;
    let browser = staff(&server).await;
    server.register_client("read").await.tokens(&browser, "read").await;
    for path in
        ["/me/apps", "/me/password/", "/staff", "/staff/clients/", "/api/docs/", "/api/openapi"]
    {
        let page = browser.get(&at(path)).await.with_status(200);
        for link in links(&page) {
            browser.get(&link).await.with_status(200);
        }
    }
    for path in ["/oauth2/token/", "/accounts/login/", "/admin/", "/docs/", "/openapi.json"] {
        browser.get(&at(path)).await.with_status(404);
    }
    let document = browser.get(&at("/api/openapi/")).await.json();
    let flow = &document["components"]["securitySchemes"]["oauth2"]["flows"]["authorizationCode"];
    assert_eq!(flow["authorizationUrl"], format!("{ISSUER}/ask"));
    assert!(document["paths"]["/redeem"]["post"].is_object(), "{document}");
    let oauth = server.oauth();
    assert_eq!(oauth.url(|addresses| &addresses.token), format!("{ISSUER}/redeem/"));
    assert_eq!(oauth.path(|addresses| &addresses.accounts), at("/me/"));
}

#[tokio::test]
async fn routes_serve_well_known_at_the_root_and_leave_all_else_to_the_application() {
    let server = below_a_prefix(|oauth| oauth).await;
    let change = server.get("/.well-known/change-password").await;
    assert_eq!(change.location(), at("/accounts/password/"));
    assert_eq!(server.get("/").await.with_status(200).body, "home");
    for path in ["/nothing", "/oauth2/token/", "/.well-known/nothing", "/tenants/idle"] {
        let answer = server.get(path).await.with_status(404);
        assert!(!answer.has_header("X-Request-Id"), "{path}: {answer:#?}");
    }
    let onward = server.get(PATH).await;
    assert_eq!(onward.location(), at("/accounts/apps/"), "there is no front page below the path");
}

#[tokio::test]
async fn cookies_are_of_the_whole_host_below_a_path_too() {
    let server = below_a_prefix(|oauth| oauth).await;
    let login = server.get(&at("/accounts/login/")).await;
    assert!(login.header("Set-Cookie").contains("; Path=/; "), "{login:#?}");
}

#[tokio::test]
async fn an_address_or_a_mount_that_cannot_be_is_refused_at_the_start() {
    let server = below_a_prefix(|oauth| oauth).await;
    let built = |change: &dyn Fn(OAuthBuilder) -> OAuthBuilder| {
        let builder = OAuth::builder(server.authorization_server().clone());
        match change(builder).build() {
            Err(BuildError::Address { name, .. }) => Some(name),
            Err(error) => panic!("{error}"),
            Ok(_) => None,
        }
    };
    for token in
        ["", "token", "/", "/a//b", "/a/../b", "/:token", "/a?b", "/a b", "/*rest", "/docs"]
    {
        let addresses = Addresses { token: token.to_owned(), ..Addresses::default() };
        let refused = built(&|oauth| oauth.addresses(addresses.clone()));
        let expected = if token == "/docs" { "docs" } else { "token" };
        assert_eq!(refused.as_deref(), Some(expected), "{token}");
    }
    for (mount, is_refused) in [
        ("/", false),
        ("/id", false),
        ("/id/", false),
        ("/tenants/id", false),
        ("id", true),
        ("/tenants", true),
        ("/d", true),
        ("/other", true),
    ] {
        assert_eq!(built(&|oauth| oauth.at(mount)).is_some(), is_refused, "{mount}");
    }
}

#[tokio::test]
async fn two_providers_with_a_path_each_stand_beside_each_other() {
    let other = TestServer::start(|_| Route::new()).await; // its database
    let server = TestServer::builder()
        .settings(|settings| settings.issuer = "http://id.example/a".to_owned())
        .start(|a| {
            let mut settings = a.server().settings().clone();
            settings.issuer = "http://id.example/b".to_owned();
            let store = other.database().store().clone();
            let b = oauth_server::AuthorizationServer::new(settings, store).unwrap();
            let b = OAuth::builder(b).build().unwrap();
            Route::new().nest_no_strip("/a", a.routes()).nest_no_strip("/b", b.routes())
        })
        .await;
    server.user("alice").await;
    for (path, status) in [("/a", 303), ("/b", 422)] {
        let browser = server.browser();
        let form = browser.page(&format!("{path}/accounts/login/")).await.form;
        let fields = [("username", "alice"), ("password", PASSWORD)];
        browser.submit(&form, &fields).await.with_status(status);
        let token = server.post(&format!("{path}/oauth2/token/"), &Form::new(&[])).await;
        assert!(token.with_status(401).has_header("X-Request-Id"));
    }
}
