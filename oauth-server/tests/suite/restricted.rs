//! What a person reads who opens an address that is for applications, or that there is not.

use oauth_server::OAuth;
use reqwest::Method;

use crate::support::{Answer, Site, app::CAUSE};

/// What Chromium and Firefox send.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn accepting(site: &Site, path: &str, accept: &str) -> Answer {
    site.send(site.request(Method::GET, path).header("Accept", accept)).await
}

/// One of a handler's guard and one of an operation's.
const GUARDED: [&str; 2] = ["/plain/read", "/api/read"];

both_databases! {
    async fn a_guard_refuses_a_program_in_json_and_a_browser_by_a_page(site: Site) {
        for path in GUARDED {
            for (accept, html) in [
                (BROWSER, true),
                ("text/html", true),
                ("text/*", true),
                ("application/json;q=0.5, text/html", true),
                ("*/*", false),
                ("", false),
                ("application/json", false),
                ("text/html, application/json", false),
                ("text/html;q=0.5, */*", false),
                ("text/html;q=0, image/png", false),
            ] {
                let answer = accepting(&site, path, accept).await.with_status(401);
                let expected = if html { "text/html" } else { "application/json" };
                let found = answer.header("Content-Type");
                assert!(found.starts_with(expected), "{accept:?}: {found}");
                assert!(answer.headers.get_all("Vary").iter().any(|value| value == "Accept"), "{answer:#?}");
            }
            let bare = site.get(path).await.with_status(401);
            assert!(bare.header("Content-Type").starts_with("application/json"), "{bare:#?}");
        }
    }

    async fn the_page_has_the_status_and_the_challenge_of_the_json(site: Site) {
        let token = site.access_token("write").await;
        for header in [None, Some("Bearer".to_owned()), Some("Bearer x".to_owned()), Some(format!("Bearer {token}"))] {
            for path in GUARDED {
                let request = || {
                    let request = site.request(Method::GET, path);
                    match &header {
                        Some(header) => request.header("Authorization", header),
                        None => request,
                    }
                };
                let (json, page) = (site.send(request()).await, site.send(request().header("Accept", BROWSER)).await);
                assert_eq!(page.status, json.status, "{header:?}");
                for name in ["WWW-Authenticate", "Cache-Control", "Pragma"] {
                    assert_eq!(page.header(name), json.header(name), "{header:?}");
                }
                assert!(page.body.contains("This address is for applications"), "{}", page.body);
                if let Some(code) = json.json().get("error").and_then(|code| code.as_str()) {
                    assert!(page.body.contains(code), "{code}: {}", page.body);
                }
            }
        }
    }

    async fn the_page_is_in_the_readers_language_and_the_description_in_english(site: Site) {
        let request = site.request(Method::GET, "/plain/read?access_token=x").header("Accept", BROWSER);
        let page = site.send(request.header("Accept-Language", "ru")).await.with_status(401);
        for said in ["Этот адрес предназначен для приложений", "this resource requires an access token"] {
            assert!(page.body.contains(said), "{said}: {}", page.body);
        }
    }

    async fn an_unknown_address_is_a_page_for_a_browser_and_a_line_for_a_program(site: Site) {
        for path in ["/nothing", "/api/nothing"] {
            let page = accepting(&site, path, BROWSER).await.with_status(404);
            assert!(page.body.contains("<h1>There is nothing here</h1>"), "{}", page.body);
            let line = accepting(&site, path, "*/*").await.with_status(404);
            assert!(line.header("Content-Type").starts_with("text/plain"), "{line:#?}");
            assert_eq!(line.header("Vary"), "Accept");
        }
    }

    async fn a_failure_is_a_page_for_a_browser_and_does_not_tell_why(site: Site) {
        let wrong = "Something went wrong";
        for (path, status, title) in [
            ("/panics", 500, wrong),
            ("/fails", 500, wrong),
            ("/api/fail", 500, wrong),
            ("/unavailable", 503, "The service is not available at the moment"),
        ] {
            let page = accepting(&site, path, BROWSER).await.with_status(status);
            assert!(page.body.contains(&format!("<h1>{title}</h1>")), "{}", page.body);
            assert!(!page.body.contains(CAUSE), "{}", page.body);
            let line = site.get(path).await.with_status(status);
            assert!(line.header("Content-Type").starts_with("text/plain"), "{line:#?}");
        }
    }

    async fn a_view_refuses_a_user_by_a_page_of_status_403(site: Site) {
        let oauth = OAuth::builder(site.server.clone()).build().unwrap();
        let page = oauth.forbidden(None);
        assert_eq!(page.status(), 403);
        assert!(page.into_body().into_string().await.unwrap().contains("You may not see this"));
    }
}
