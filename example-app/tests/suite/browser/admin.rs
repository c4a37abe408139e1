//! What staff do on the admin site.

use reqwest::Method;

use crate::support::{Chromium, SCREENS, Server, Site};

#[tokio::test]
async fn staff_make_a_scope_a_client_and_a_token_which_works_until_they_revoke_it() {
    let Some(browser) = Chromium::start().await else { return };
    let site = Site::new();
    let server = site.serve();
    for screen in SCREENS {
        browser.show_on(screen).await;
        enter(&browser, &server).await;
        let subject = subject(&browser).await;
        let (scope, client) = (format!("walk:{}", screen.width), format!("Walk {}", screen.width));

        create_scope(&browser, &scope).await;
        create_client(&browser, &client, &scope).await;
        let token = issue_token(&browser, &client, &subject).await;
        let call = async || server.agent().user_info(Method::GET, &token).await.status;
        assert_eq!(call().await, 200, "the token works");

        browser.click("a[href^='/admin/tokens/'][href$='/revoke/']").await;
        browser.page("Revoke the access token").await;
        assert_eq!(call().await, 200, "nothing is done before the question is answered");
        browser.click("main button[type=submit]").await;
        browser.shows(".done", "It was revoked.").await;
        browser.page("Access token").await;
        assert_eq!(call().await, 401, "the token is dead");
    }
}

#[tokio::test]
async fn a_client_is_deleted_only_after_a_question() {
    let Some(browser) = Chromium::start().await else { return };
    let site = Site::new();
    let server = site.serve();
    for screen in SCREENS {
        browser.show_on(screen).await;
        enter(&browser, &server).await;
        let client = format!("Walk {}", screen.width);
        create_client(&browser, &client, "user_info").await;
        let ask = async || {
            browser.click(".buttons a[href$='/delete/']").await;
            browser.page(&format!("Delete the client {client}?")).await;
        };
        ask().await;
        browser.click("main form a").await; // Cancel
        is_at(&browser, &client).await;

        ask().await;
        browser.click("main button[type=submit]").await;
        browser.shows(".done", "It was deleted.").await;
        browser.page("Clients").await;
        assert!(!browser.source().await.contains(&client));
    }
}

async fn enter(browser: &Chromium, server: &Server) {
    browser.forget_cookies().await;
    browser.open(&format!("{}/admin/", server.url())).await;
    browser.page("Sign in").await;
    browser.sign_in().await;
    browser.page("Administration").await;
}

/// By which the demo user is known to everything but the login page.
async fn subject(browser: &Chromium) -> String {
    follow(browser, "/admin/users/", "Users").await;
    browser.click("tbody a").await;
    browser.page("User exampleuser").await;
    browser.text("main p code").await
}

/// A link of the navigation, to the page of this heading.
async fn follow(browser: &Chromium, href: &str, heading: &str) {
    browser.click(&format!("nav a[href='{href}']")).await;
    browser.page(heading).await;
}

/// The page of this client; others have its name in their heading, too.
async fn is_at(browser: &Chromium, client: &str) {
    browser.shows("main dl", "Client identifier").await;
    browser.page(client).await;
}

async fn create_scope(browser: &Chromium, name: &str) {
    follow(browser, "/admin/scopes/", "Scopes").await;
    browser.click(".title a").await;
    browser.page("New scope").await;
    browser.type_in("#name", name).await;
    browser.type_in("#title", "Your walks").await;
    browser.type_in("#description", "See where you walked.").await;
    browser.click("main button[type=submit]").await;
    browser.shows(".done", "It was created.").await;
    browser.page(&format!("Scope {name}")).await;
}

/// A client of this scope and `user_info`, up to the page that shows it.
async fn create_client(browser: &Chromium, name: &str, scope: &str) {
    follow(browser, "/admin/clients/", "Clients").await;
    browser.click(".title a").await;
    browser.page("New client").await;
    browser.type_in("#name", name).await;
    browser.type_in("#redirect_uris", "https://walk.example/callback").await;
    for scope in ["user_info", scope] {
        browser.tick(&format!("input[name=scopes][value='{scope}']")).await;
    }
    browser.click("main button[type=submit]").await;
    browser.page(&format!("{name} is registered")).await;
    let secret = browser.text("#client_secret").await;
    assert!(secret.len() >= 43, "256 bits of {secret}");

    browser.click("main .button").await;
    is_at(browser, name).await;
    assert!(!browser.source().await.contains(&secret), "it was shown once");
}

/// A token by which the client acts for the user, up to the client's page.
async fn issue_token(browser: &Chromium, client: &str, subject: &str) -> String {
    browser.click("a[href$='/issue-token/']").await;
    browser.page(&format!("Issue an access token to {client}")).await;
    browser.type_in("#subject", subject).await;
    browser.tick("input[name=scopes][value='user_info']").await;
    browser.click("main button[type=submit]").await;
    browser.page(&format!("An access token for {client}")).await;
    let token = browser.text("#access_token").await;

    browser.click("main .button").await;
    is_at(browser, client).await;
    assert!(!browser.source().await.contains(&token), "it was shown once");
    token
}
