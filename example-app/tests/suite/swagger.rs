//! In a browser: Swagger UI's Authorize button.

use crate::support::{Chromium, Site};

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
