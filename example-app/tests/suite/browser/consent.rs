//! What a content security policy can break: a form whose answer leads to the client.

use crate::support::{
    Chromium, EXAMPLE_CLIENT, EXAMPLE_REQUEST, Redirection, SCREENS, Server, Site, agent::query,
};

#[tokio::test]
async fn accepting_brings_the_browser_to_the_client_with_a_code() {
    let Some(browser) = Chromium::start().await else { return };
    let site = Site::new();
    let server = site.serve();
    for screen in SCREENS {
        browser.show_on(screen).await;
        ask(&browser, &server).await;
        let client = Redirection::awaited();
        browser.click("button[name=user_action][value=Accept]").await;
        browser.shows("h1", "Thanks").await;

        let answer = client.received();
        assert_eq!(query(&answer, "state").as_deref(), Some("xyz"));
        let code = query(&answer, "code").expect("a code");
        let fields = [("grant_type", "authorization_code"), ("code", code.as_str())];
        let tokens = server.agent().token(Some(EXAMPLE_CLIENT), &fields).await;
        assert_eq!(tokens.status, 200, "the browser's code can be redeemed: {tokens:?}");
    }
}

#[tokio::test]
async fn declining_brings_the_browser_to_the_client_with_access_denied() {
    let Some(browser) = Chromium::start().await else { return };
    let site = Site::new();
    let server = site.serve();
    for screen in SCREENS {
        browser.show_on(screen).await;
        ask(&browser, &server).await;
        let client = Redirection::awaited();
        browser.click("button[name=user_action][value=Decline]").await;
        browser.shows("h1", "Thanks").await;
        assert_eq!(query(&client.received(), "error").as_deref(), Some("access_denied"));
    }
}

/// Example Client sends somebody here who has not signed in yet, and who does.
async fn ask(browser: &Chromium, server: &Server) {
    browser.forget_cookies().await;
    let request = format!("{EXAMPLE_REQUEST}&state=xyz&prompt=consent");
    browser.open(&format!("{}/oauth2/authorization/?{request}", server.url())).await;
    browser.page("Sign in").await;
    browser.sign_in().await;
    browser.page("Example Client").await;
}
