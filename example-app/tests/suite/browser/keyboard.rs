//! Without a mouse.

use crate::support::{Chromium, Focus, SCREENS, Site};

#[tokio::test]
async fn the_tab_key_goes_through_a_form_in_the_order_in_which_it_is_read() {
    let Some(browser) = Chromium::start().await else { return };
    let site = Site::new();
    let server = site.serve();
    for screen in SCREENS {
        browser.show_on(screen).await;
        browser.forget_cookies().await;
        browser.open(&format!("{}/accounts/login/", server.url())).await;
        browser.page("Sign in").await;
        let stops = browser.tab_through().await;
        assert_are(&stops, &["username", "password", "Sign in"]);

        browser.open(&format!("{}/admin/scopes/new/", server.url())).await;
        browser.sign_in().await;
        browser.page("New scope").await;
        let stops = browser.tab_through().await;
        assert_are(&stops, &SCOPE_FORM);
    }
}

#[tokio::test]
async fn the_first_link_of_the_admin_site_skips_its_navigation() {
    let Some(browser) = Chromium::start().await else { return };
    let site = Site::new();
    let server = site.serve();
    browser.open(&format!("{}/admin/scopes/new/", server.url())).await;
    browser.sign_in().await;
    browser.page("New scope").await;
    assert_eq!(browser.tab().await.unwrap().name, "Skip to the content");
    browser.press_enter().await;
    assert_eq!(browser.tab().await.unwrap().name, "name");
}

#[track_caller]
fn assert_are(stops: &[Focus], wanted: &[&str]) {
    let names: Vec<_> = stops.iter().map(|focus| focus.name.as_str()).collect();
    assert_eq!(names, wanted);
    for pair in stops.windows(2) {
        assert!(pair[0].is_before(&pair[1]), "as they stand on the page: {pair:?}");
    }
    for focus in stops {
        assert!(focus.is_outlined, "where the focus is can be seen: {focus:?}");
    }
}

const SCOPE_FORM: [&str; 20] = [
    "Skip to the content",
    "Administration",
    "Clients",
    "Scopes",
    "Users",
    "Codes",
    "Access tokens",
    "Refresh families",
    "Keys",
    "Logouts",
    "Audit trail",
    "Password",
    "Sign out",
    "name",
    "title",
    "description",
    "resource",
    "implies",
    "Save",
    "Cancel",
];
