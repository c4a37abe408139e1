//! Logging in to another application with this one.

use crate::support::{Chromium, SCREENS, Site};

#[tokio::test]
async fn a_user_logs_in_to_another_application_by_one_button_and_out_again() {
    let Some(browser) = Chromium::start().await else { return };
    let site = Site::new();
    let server = site.serve();
    for (screen, language) in SCREENS.into_iter().zip(["en", "ru"]) {
        browser.show_on(screen).await;
        browser.prefer(language).await;
        browser.forget_cookies().await;
        browser.open(&format!("{}/relying-party/", server.url())).await;
        browser.page("Another application").await;
        browser.click("main .button").await;
        browser.shows("label[for=username]", "").await;
        browser.fits().await;
        browser.sign_in().await;
        if language == "en" {
            browser.page("Example Relying Party").await; // and then the consent is remembered
            browser.click("button[value=Accept]").await;
        }
        browser.page("You are logged in").await;
        browser.shows("main", "exampleuser@example.com").await;

        browser.click("button[name=log_out]").await;
        browser.page("Another application").await;
    }
}

#[tokio::test]
async fn everybody_can_use_the_pages_of_a_login_elsewhere() {
    let Some(browser) = Chromium::with_checker().await else { return };
    let site = Site::new();
    let server = site.serve();
    browser.prefer("ru").await;
    browser.open(&format!("{}/relying-party/callback", server.url())).await;
    browser.shows("[role=alert]", "another browser").await;
    browser.is_accessible().await;
    browser.click("main .button").await;
    browser.sign_in().await;
    browser.page("Example Relying Party").await;
    browser.is_accessible().await;
    browser.click("button[value=Accept]").await;
    browser.page("You are logged in").await;
    browser.is_accessible().await;
    browser.click("button[name=log_out]").await;
    browser.page("Another application").await;
    browser.is_accessible().await;
}
