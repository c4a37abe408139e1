//! In a browser: Swagger UI's Authorize button, and what a content security policy can break.

use crate::support::{Chromium, EXAMPLE_CLIENT, EXAMPLE_REQUEST, Site, agent, redirect_port};

#[tokio::test]
async fn the_authorize_button_completes_the_code_grant_with_pkce_as_it_stands() {
    let Some(browser) = Chromium::start().await else { return };
    let site = Site::new();
    let server = site.serve();
    browser.open(&format!("{}/docs/", server.url())).await;

    authorize(&browser).await;
    browser.click(".modal-ux .btn-done").await;

    let operation = ".opblock-get:has([data-path='/api/user_info'])";
    browser.click(&format!("{operation} .opblock-summary-control")).await;
    browser.click(&format!("{operation} .try-out__btn")).await;
    browser.click(&format!("{operation} .execute")).await;
    browser.shows(&format!("{operation} .live-responses-table"), "exampleuser@example.com").await;
}

#[tokio::test]
async fn the_authorize_button_works_on_a_page_that_was_opened_at_one_of_its_operations() {
    let Some(browser) = Chromium::start().await else { return };
    let site = Site::new();
    let server = site.serve();
    browser.open(&format!("{}/docs#/default/get_api_user_info", server.url())).await;

    authorize(&browser).await;
}

#[tokio::test]
async fn accepting_brings_the_browser_to_the_client_with_a_code() {
    let Some(browser) = Chromium::start().await else { return };
    let site = Site::new();
    let server = site.serve();
    browser
        .open(&format!("{}/oauth2/authorization/?{EXAMPLE_REQUEST}&state=xyz", server.url()))
        .await;

    browser.sign_in().await;
    let _port = redirect_port();
    browser.click("button[name=user_action][value=Accept]").await;
    let redirect = browser.arrives_at("http://localhost:1111").await;
    assert_eq!(agent::query(&redirect, "state").as_deref(), Some("xyz"));
    let code = agent::query(&redirect, "code").expect("a code");
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str())];
    let tokens = server.agent().token(Some(EXAMPLE_CLIENT), &fields).await;
    assert_eq!(tokens.status, 200, "the browser's code can be redeemed: {tokens:?}");
}

#[tokio::test]
async fn declining_brings_the_browser_to_the_client_with_access_denied() {
    let Some(browser) = Chromium::start().await else { return };
    let site = Site::new();
    let server = site.serve();
    browser.open(&format!("{}/oauth2/authorization/?{EXAMPLE_REQUEST}", server.url())).await;

    browser.sign_in().await;
    let _port = redirect_port();
    browser.click("button[name=user_action][value=Decline]").await;
    let redirect = browser.arrives_at("http://localhost:1111").await;
    assert_eq!(agent::query(&redirect, "error").as_deref(), Some("access_denied"));
}

/// From the Authorize button to the dialog that says it is done, with nothing filled in but the password.
async fn authorize(browser: &Chromium) {
    browser.click(".auth-wrapper .authorize").await;
    assert_eq!(browser.value(".modal-ux #client_id_authorizationCode").await, "swagger-ui");
    browser.shows(".modal-ux .scopes", "user_info").await;
    browser.click(".modal-ux .auth-btn-wrapper .authorize").await;

    browser.turn_to_last_window_of(2).await;
    browser.sign_in().await;
    browser.click("button[name=user_action][value=Accept]").await;
    browser.turn_to_last_window_of(1).await;
    browser.shows(".modal-ux .auth-btn-wrapper", "Logout").await;
}
