//! Browser sessions: cookie, row, and lifetimes.

use crate::support::{Answer, Browser, PASSWORD, Site, client::code_request};

/// The cookies that an answer sets, each by its name, with its attributes.
fn cookies(answer: &Answer) -> Vec<(&str, Vec<&str>)> {
    let cookies = answer.headers.get_all("Set-Cookie").iter();
    let cookie = cookies.map(|cookie| cookie.to_str().unwrap().split_once('=').unwrap());
    cookie.map(|(name, rest)| (name, rest.split("; ").skip(1).collect())).collect()
}

async fn sign_in(browser: &Browser) {
    let form = browser.page("/accounts/login/").await.form;
    let given = [("username", "alice"), ("password", PASSWORD)];
    browser.submit(&form, &given).await.with_status(303);
}

both_databases! {
    async fn cookies_are_for_this_host_and_no_script(site: Site) {
        site.alice().await;
        let browser = site.browser();
        let page = browser.page("/accounts/login/").await;
        let given = [("username", "alice"), ("password", PASSWORD)];
        let signed_in = browser.submit(&page.form, &given).await;
        let attributes = vec!["Path=/", "HttpOnly", "SameSite=Lax"];
        let for_180_days = [attributes.as_slice(), &["Max-Age=15552000"]].concat();
        assert_eq!(cookies(&page.answer), [("oauth_session_form", attributes.clone())]);
        let known = ("oauth_session_browser", for_180_days);
        assert_eq!(cookies(&signed_in), [("oauth_session", attributes), known]);
    }

    /// Session fixation.
    async fn an_id_that_the_browser_made_up_is_never_adopted(site: Site) {
        site.alice().await;
        for id in ["chosen", "", "x".repeat(43).as_str(), "x".repeat(4_000).as_str()] {
            let browser = site.browser();
            browser.set_cookie("oauth_session", id);
            sign_in(&browser).await;
            assert_ne!(browser.session().unwrap(), id);
            assert!(site.server.session(id).await.unwrap().is_none());
        }
    }

    async fn nothing_but_a_form_sets_a_cookie(site: Site) {
        let token = site.access_token("read").await;
        let rows = site.database.count("oauth_sessions");
        for path in [
            "/",
            "/nothing/here",
            "/plain/read",
            "/api/read",
            "/api/open",
            "/oauth2/token/",
            "/openapi.json",
            "/oauth2/authorization/",
            "/oauth2/authorization/?client_id=confidential",
            "/accounts/logout/",
            "/fails",
        ] {
            let answer = site.get(path).await;
            assert!(!answer.has_header("Set-Cookie"), "{path}: {answer:#?}");
        }
        assert!(!site.call("/plain/read", &token).await.has_header("Set-Cookie"));
        assert!(!site.exchange("x").await.has_header("Set-Cookie"));
        assert!(
            !site.post("/accounts/logout", &site.exchange_form("x")).await.has_header("Set-Cookie")
        );
        assert_eq!(site.database.count("oauth_sessions"), rows);
    }

    async fn a_browser_keeps_its_cookies_over_many_pages(site: Site) {
        let browser = site.browser();
        browser.page("/accounts/login/").await;
        for _ in 0..3 {
            let again = browser.page("/accounts/login/").await.answer;
            assert!(!again.has_header("Set-Cookie"), "{again:#?}");
        }
        let browser = site.sign_in().await;
        let pages = ["/accounts/logout/", "/accounts/apps/"];
        for path in pages {
            let answer = browser.get(path).await.with_status(200);
            assert!(!answer.has_header("Set-Cookie"), "{path}: {answer:#?}");
        }
        assert_eq!(site.database.count("oauth_sessions"), 1);
    }

    async fn an_idle_session_ends_after_a_day(site: Site) {
        let browser = site.sign_in().await;
        site.clock.advance(24 * 3600 - 1);
        assert!(browser.is_signed_in().await);
        site.clock.advance(24 * 3600);
        assert!(!browser.is_signed_in().await);
        let answer = browser.ask(&code_request()).await;
        assert!(answer.location().starts_with("/accounts/login/"), "{answer:#?}");
    }

    async fn a_session_in_use_ends_after_fourteen_days(site: Site) {
        let browser = site.sign_in().await;
        for _ in 0..14 {
            site.clock.advance(24 * 3600 - 1);
            assert!(browser.is_signed_in().await);
        }
        site.clock.advance(14);
        assert!(!browser.is_signed_in().await);
    }

    async fn a_form_does_not_outlive_its_session(site: Site) {
        let browser = site.sign_in().await;
        let form = browser.consent(&code_request()).await.form;
        site.clock.advance(24 * 3600);
        let answer = browser.submit(&form, &[("user_action", "Accept")]).await;
        assert!(answer.location().starts_with("/accounts/login/?next="), "{answer:#?}");
        assert_eq!(site.database.count("oauth_grants"), 0);
    }

    async fn other_cookies_do_not_disturb(site: Site) {
        let browser = site.sign_in().await;
        browser.set_cookie("a", "b=c");
        browser.set_cookie("oauth_session_old", "x");
        browser.set_cookie("zoauth_session", "x");
        assert!(browser.is_signed_in().await);
    }

    async fn a_cookie_of_another_application_may_hold_any_bytes(site: Site) {
        let browser = site.sign_in().await;
        let session = browser.session().unwrap();
        let mut request = b"GET /accounts/login/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: other=\xfc".to_vec();
        request.extend(format!("; oauth_session={session}\r\n\r\n").into_bytes());
        let answer = site.raw(&request).await;
        assert!(answer.starts_with("HTTP/1.1 303"), "signed in, and so sent on: {answer}");
    }
}
