//! Clients whose redirection endpoint sends the browser on: Chromium holds every redirect after a form against the
//! policy of the form's page, the client's own included (w3c/webappsec-csp issue 8).

use std::time::Duration;

use crate::support::{Chromium, Onward, Server, Site};

/// Two applications' own schemes; the third place is one without TLS.
const TARGETS: [&str; 2] = ["claude://login/callback", "cursor://anysphere.cursor/oauth"];

/// A client whose redirection endpoint sends browsers on, and one like it that cannot take a redirect with a fragment.
struct Chains {
    browser: Chromium,
    server: Server,
    client: Onward,
    _site: Site,
}

impl Chains {
    async fn new() -> Option<Self> {
        let browser = Chromium::start().await?;
        let site = Site::new();
        let server = site.serve();
        // Another origin than the issuer's, which is `localhost`.
        let landed = format!("http://127.0.0.1:{}/healthz", server.port);
        let client = Onward::to(TARGETS.map(str::to_owned).into_iter().chain([landed]).collect());
        for (id, more) in [("redirected", &[][..]), ("by-button", &["--no-fragment"])] {
            // Each has a client of its own: what a user allowed one is not asked again.
            for number in 0..=TARGETS.len() {
                let id = format!("--client-id={id}-{number}");
                let address =
                    format!("--redirect-uri=https://localhost:{}/cb/{number}", client.port);
                let arguments = [
                    "register-client",
                    "--name=App",
                    "--scope=user_info",
                    "--require-pkce=false",
                    &id,
                    &address,
                ];
                site.run(&[&arguments, more].concat()).success();
            }
        }
        Some(Self { browser, server, client, _site: site })
    }

    /// The login page, in a window of its own: one that has gone on to an application asks its user about that.
    async fn ask(&self, client_id: &str, number: usize) {
        self.browser.open_window().await;
        self.browser.forget_cookies().await;
        let request = self.request(client_id, number);
        self.browser.open(&format!("{}/oauth2/authorization/?{request}", self.server.url())).await;
        self.browser.page("Sign in").await;
    }

    fn request(&self, client_id: &str, number: usize) -> String {
        let redirect_uri = format!("https://localhost:{}/cb/{number}", self.client.port);
        format!(
            "response_type=code&client_id={client_id}-{number}&scope=user_info&redirect_uri={redirect_uri}"
        )
    }

    /// The browser is at the client, and from there nothing keeps it from going on.
    async fn goes_on(&self, number: usize) {
        let arrival = self.client.arrival();
        assert!(arrival.starts_with(&format!("/cb/{number}?")), "{arrival}");
        if number == TARGETS.len() {
            self.browser.is_at(&format!("http://127.0.0.1:{}/healthz", self.server.port)).await;
        } else {
            // Nothing here has these schemes, so that the browser stays: what it says of that is all there is to see.
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        let complaints = self.browser.complaints().await;
        assert!(!complaints.contains("Content Security Policy"), "{complaints}");
    }
}

#[tokio::test]
async fn after_accept_the_browser_goes_on_wherever_the_client_sends_it() {
    let Some(chains) = Chains::new().await else { return };
    for number in 0..=TARGETS.len() {
        chains.ask("redirected", number).await;
        chains.browser.sign_in().await;
        chains.browser.page("App").await;
        chains.browser.click("button[name=user_action][value=Accept]").await;
        chains.goes_on(number).await;
    }
}

#[tokio::test]
async fn after_a_sign_in_the_browser_goes_on_wherever_the_client_sends_it() {
    let Some(chains) = Chains::new().await else { return };
    let user = chains.server.signed_in().await;
    for number in 0..=TARGETS.len() {
        // The consent is remembered: the login page's form leads to the client at once.
        user.code(&chains.request("redirected", number)).await;
        chains.ask("redirected", number).await;
        chains.browser.sign_in().await;
        chains.goes_on(number).await;
    }
}

#[tokio::test]
async fn by_the_button_the_browser_goes_on_wherever_the_client_sends_it() {
    let Some(chains) = Chains::new().await else { return };
    for number in 0..=TARGETS.len() {
        chains.ask("by-button", number).await;
        chains.browser.sign_in().await;
        chains.browser.page("App").await;
        chains.browser.click("button[name=user_action][value=Accept]").await;
        chains.browser.page("Return to App").await;
        chains.browser.click("a.button").await;
        chains.goes_on(number).await;
    }
}
