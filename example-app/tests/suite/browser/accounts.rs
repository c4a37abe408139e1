//! Signing in, and what a user allowed.

use crate::support::{Chromium, SCREENS, Site};

#[tokio::test]
async fn a_wrong_password_is_said_on_the_login_page_and_the_right_one_signs_in() {
    let Some(browser) = Chromium::start().await else { return };
    let site = Site::new();
    let server = site.serve();
    for screen in SCREENS {
        browser.show_on(screen).await;
        browser.forget_cookies().await;
        browser.open(&format!("{}/accounts/apps/", server.url())).await;
        browser.page("Sign in").await;
        browser.type_in("#username", "exampleuser").await;
        browser.type_in("#password", "wrong").await;
        browser.click("button[type=submit]").await;
        browser.shows("[role=alert]", "wrong").await;
        browser.page("Sign in").await;
        assert_eq!(browser.value("#username").await, "exampleuser", "what was typed is kept");
        assert_eq!(browser.value("#password").await, "", "but never a password");

        browser.type_in("#password", "password").await;
        browser.click("button[type=submit]").await;
        browser.page("Connected applications").await;
    }
}

#[tokio::test]
async fn a_user_changes_the_password_and_is_told_beside_each_field_what_is_wrong() {
    let Some(browser) = Chromium::start().await else { return };
    let site = Site::new();
    let server = site.serve();
    let (mut old, strong) = ("password".to_owned(), "granite lantern orchard ");
    for (screen, language) in SCREENS.into_iter().zip(["en", "ru"]) {
        browser.show_on(screen).await;
        browser.prefer(language).await;
        browser.forget_cookies().await;
        browser.open(&format!("{}/accounts/password/", server.url())).await;
        browser.type_in("#username", "exampleuser").await;
        browser.type_in("#password", &old).await;
        browser.click("button[type=submit]").await;
        let new = format!("{strong}{language}");
        for (given, wanted) in [("12345678", "#new_password-problem"), (&new, "[role=status]")] {
            browser.type_in("#old_password", &old).await;
            browser.type_in("#new_password", given).await;
            browser.type_in("#new_password_again", given).await;
            browser.click("button[type=submit]").await;
            browser.shows(wanted, "").await;
            browser.fits().await;
        }
        assert_eq!(browser.value("#old_password").await, "", "no password comes back");
        old = new;
    }
}

#[tokio::test]
async fn a_connected_application_is_ended_by_its_button() {
    let Some(browser) = Chromium::start().await else { return };
    let site = Site::new();
    let server = site.serve();
    for screen in SCREENS {
        let user = server.signed_in().await;
        let tokens = user.tokens().await;
        browser.show_on(screen).await;
        browser.forget_cookies().await;
        browser.open(&format!("{}/accounts/apps/", server.url())).await;
        browser.sign_in().await;
        browser.page("Connected applications").await;
        browser.shows(".apps", "Example Client").await;
        browser.click("button[name=revoke]").await;
        browser.shows("main > p", "No application").await;
        browser.page("Connected applications").await;
        assert_eq!(user.refresh(&tokens).await.status, 400);
    }
}
