//! The headers of answers, those to programs included.

use oauth_server::OAuth;
use poem::{
    EndpointExt, Response, Route,
    endpoint::{BoxEndpoint, make_sync},
};

use crate::support::{Answer, Config, Site, client::code_request};

const HSTS: &str = "Strict-Transport-Security";

/// One answer of every kind: pages, JSON, challenges, redirects, failures, wrong addresses and methods.
async fn answers(site: &Site) -> Vec<(String, Answer)> {
    let mut answers = Vec::new();
    for path in [
        "/",
        "/nothing/here",
        "/plain/read",
        "/api/read",
        "/api/open",
        "/oauth2/token/",
        "/openapi.json",
        "/fails",
        "/panics",
        "/oauth2/authorization/",
        "/accounts/login/",
        "/accounts/apps/",
        "/accounts/logout/",
        "/admin/",
    ] {
        answers.push((path.to_owned(), site.get(path).await));
    }
    let token = site.access_token("read").await;
    answers.push(("a call".to_owned(), site.call("/plain/read", &token).await));
    answers.push(("tokens".to_owned(), site.tokens("read").await));
    answers
}

/// An application that says itself what its answers say.
fn outspoken(oauth: &OAuth) -> BoxEndpoint<'static, Response> {
    let own = make_sync(|_| {
        let response = Response::builder().header(HSTS, "max-age=60; includeSubDomains");
        response.header("X-Content-Type-Options", "own").body("own")
    });
    Route::new().at("/own", own).with(oauth.middleware()).map_to_response().boxed()
}

/// Behind a proxy that speaks TLS, which is required.
fn secure(config: &mut Config) {
    config.settings.ssl_only = true;
    config.settings.issuer = "https://id.example".to_owned();
    config.oauth = |oauth| oauth.trusted_proxies(vec!["127.0.0.0/8".parse().unwrap()]);
    config.proxy_headers = &[("X-Forwarded-Proto", "https")];
}

both_databases! {
    async fn no_answer_may_be_taken_for_another_type(site: Site) {
        for (what, answer) in answers(&site).await {
            assert_eq!(answer.header("X-Content-Type-Options"), "nosniff", "{what}");
            assert!(!answer.has_header(HSTS), "{what}: TLS is not required");
        }
    }

    async fn where_tls_is_required_every_answer_says_so(site: Site) {
        let site = site.with(secure).await;
        for (what, answer) in answers(&site).await {
            assert_eq!(answer.header(HSTS), "max-age=31536000", "{what}");
        }
    }

    // RFC 6797 §7.2: "An HSTS Host MUST NOT include the STS header field in HTTP responses conveyed over non-secure
    // transport."
    async fn what_comes_in_the_clear_is_not_told_of_hsts(site: Site) {
        let site = site.with(|config| config.settings.ssl_only = true).await;
        for path in ["/", "/accounts/login/", "/oauth2/token/", "/plain/read", "/nothing/here"] {
            assert!(!site.get(path).await.has_header(HSTS), "{path}");
        }
    }

    async fn what_the_application_says_itself_stays(site: Site) {
        let site = site.with(|config| {
            secure(config);
            config.urls = outspoken;
        }).await;
        let answer = site.get("/own").await.with_status(200);
        for (header, own) in [("X-Content-Type-Options", "own"), (HSTS, "max-age=60; includeSubDomains")] {
            let values: Vec<_> = answer.headers.get_all(header).iter().collect();
            assert_eq!(values, [own]);
        }
    }

    async fn a_page_asks_for_nothing_and_is_nobody_elses_to_use(site: Site) {
        let browser = site.superuser().await;
        for path in ["/accounts/apps/", "/accounts/logout/", "/admin/", "/admin/clients/"] {
            let page = browser.get(path).await.with_status(200);
            assert_eq!(page.header("Cross-Origin-Opener-Policy"), "same-origin", "{path}");
            assert_eq!(page.header("Cross-Origin-Resource-Policy"), "same-origin", "{path}");
            assert!(page.header("Permissions-Policy").contains("camera=()"), "{path}");
            assert!(page.header("Content-Security-Policy").contains("; form-action 'self';"), "{path}");
        }
    }

    // A client may open these in a window of its own, and wait there for the answer.
    async fn a_page_that_leads_to_a_client_keeps_its_opener(site: Site) {
        let login = site.get("/accounts/login/").await.with_status(200);
        let consent = site.sign_in().await.consent(&code_request()).await.answer;
        for page in [login, consent] {
            assert_eq!(page.header("Cross-Origin-Opener-Policy"), "unsafe-none");
            assert_eq!(page.header("Cross-Origin-Resource-Policy"), "same-origin");
            assert!(page.header("Permissions-Policy").contains("camera=()"));
        }
    }
}
