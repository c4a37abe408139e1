//! The login form: nothing is written for who looks at it, and what people do with it leads on.

use crate::support::{
    Answer, Browser, Form, HtmlForm, PASSWORD, Site, authorization, client::code_request,
};

const LOGIN: &str = "/accounts/login/?next=%2Fplain%2Fread";
const ALICE: [(&str, &str); 2] = [("username", "alice"), ("password", PASSWORD)];
const BOB: [(&str, &str); 2] = [("username", "bob"), ("password", PASSWORD)];

/// The same browser as it was when its first request was on its way.
fn twin(site: &Site, browser: &Browser) -> Browser {
    let twin = site.browser();
    twin.set_cookie(
        "oauth_session_form",
        &browser.cookie("oauth_session_form").expect("what forms hang on"),
    );
    twin
}

async fn bob(site: &Site) {
    site.database.execute(
        "INSERT INTO oauth_users (username, password_hash, first_name, last_name, email, is_staff, is_superuser, \
         is_active, created_at) SELECT 'bob', password_hash, '', '', '', FALSE, FALSE, TRUE, 1 FROM oauth_users",
    );
}

/// Who has signed in, as the page of that says.
async fn who(browser: &Browser) -> &'static str {
    let page = browser.get("/accounts/logout/").await;
    ["alice", "bob"].into_iter().find(|name| page.body.contains(name)).unwrap_or("nobody")
}

/// Sends the form as a browser does that says where it comes from.
async fn send_from(
    browser: &Browser,
    form: &HtmlForm,
    said: &[(&str, &str)],
    given: &[(&str, &str)],
) -> Answer {
    let fields =
        given.iter().fold(form.hidden.clone(), |fields, (name, value)| fields.and(name, value));
    let request = browser.request(reqwest::Method::POST, &form.action);
    let request =
        request.header("Content-Type", "application/x-www-form-urlencoded").body(fields.encoded());
    let request = said.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    browser.send(request).await
}

both_databases! {
    async fn to_look_at_it_writes_nothing(site: Site) {
        for _ in 0..5 {
            site.browser().page(LOGIN).await;
        }
        let browser = site.browser();
        let form = browser.page(LOGIN).await.form;
        browser.submit(&form, &[("username", "nobody"), ("password", "wrong")]).await.with_status(422);
        assert_eq!(site.database.count("oauth_sessions"), 0);
    }

    async fn it_says_which_application_asks(site: Site) {
        let ask = |request: &Form| format!(
            "/accounts/login/?next={}",
            url::form_urlencoded::byte_serialize(authorization(request).as_bytes()).collect::<String>()
        );
        let asked = site.browser().get(&ask(&code_request())).await.with_status(200).body;
        assert!(asked.contains("To go on to confidential."), "{asked}");
        for other in [LOGIN.to_owned(), "/accounts/login/".to_owned(), ask(&code_request().set("client_id", "nobody"))] {
            let page = site.browser().get(&other).await.with_status(200).body;
            assert!(!page.contains("To go on to"), "{other}: {page}");
        }
        site.server.set_client_disabled("confidential", true).await.unwrap();
        let page = site.browser().get(&ask(&code_request())).await.with_status(200).body;
        assert!(!page.contains("To go on to"), "{page}");
    }

    // The browser gives up its first request, and may not have read the answer when it sends the second.
    async fn a_double_click_signs_in_twice(site: Site) {
        site.alice().await;
        let browser = site.browser();
        let form = browser.page(LOGIN).await.form;
        let second = twin(&site, &browser);
        for browser in [&browser, &second] {
            assert_eq!(browser.submit(&form, &ALICE).await.location(), "/plain/read");
            assert!(browser.is_signed_in().await);
        }
    }

    async fn two_tabs_both_sign_in_and_what_hangs_on_the_first_stays_good(site: Site) {
        site.alice().await;
        let browser = site.browser();
        let (first, second) = (browser.page(LOGIN).await.form, browser.page(LOGIN).await.form);
        browser.submit(&first, &ALICE).await.with_status(303);
        let consent = browser.consent(&code_request()).await.form;
        assert_eq!(browser.submit(&second, &ALICE).await.location(), "/plain/read");
        let answer = browser.submit(&consent, &[("user_action", "Accept")]).await;
        assert!(answer.in_query("code").is_some(), "{answer:#?}");
        assert_eq!(site.database.count("oauth_sessions"), 1);
    }

    async fn a_form_that_was_opened_long_ago_signs_in(site: Site) {
        site.alice().await;
        let browser = site.browser();
        let form = browser.page(LOGIN).await.form;
        site.clock.advance(400 * 24 * 3600);
        assert_eq!(browser.submit(&form, &ALICE).await.location(), "/plain/read");
    }

    async fn a_form_of_before_a_restart_signs_in(site: Site) {
        site.alice().await;
        let before = site.browser();
        let form = before.page(LOGIN).await.form;
        let cookie = before.cookie("oauth_session_form").unwrap();
        let site = site.with(|_| ()).await;
        let browser = site.browser();
        browser.set_cookie("oauth_session_form", &cookie);
        assert_eq!(browser.submit(&form, &ALICE).await.location(), "/plain/read");
    }

    async fn a_form_of_before_a_sign_out_signs_in(site: Site) {
        site.alice().await;
        let browser = site.browser();
        let form = browser.page(LOGIN).await.form;
        browser.submit(&form, &ALICE).await.with_status(303);
        let sign_out = browser.page("/accounts/logout/").await.form;
        browser.submit(&sign_out, &[]).await.with_status(303);
        browser.submit(&form, &ALICE).await.with_status(303);
        assert!(browser.is_signed_in().await);
    }

    async fn where_another_user_is_signed_in_it_says_who_and_signs_nobody_in(site: Site) {
        site.alice().await;
        bob(&site).await;
        let browser = site.browser();
        let form = browser.page(LOGIN).await.form;
        browser.submit(&form, &ALICE).await.with_status(303);
        let answer = browser.submit(&form, &BOB).await.with_status(409);
        assert!(answer.body.contains("You are signed in as alice"), "{}", answer.body);
        assert!(answer.body.contains("<a href=\"/plain/read\">Continue as alice</a>"), "{}", answer.body);
        assert!(!answer.body.contains(PASSWORD), "{}", answer.body);
        assert_eq!(who(&browser).await, "alice");
    }

    async fn what_it_offers_then_switches(site: Site) {
        site.alice().await;
        bob(&site).await;
        let browser = site.browser();
        let form = browser.page(LOGIN).await.form;
        browser.submit(&form, &ALICE).await.with_status(303);
        let alices = browser.session().unwrap();
        let offer = HtmlForm::of(&browser.submit(&form, &BOB).await);
        browser.submit(&offer, &[("username", "bob"), ("password", "wrong")]).await.with_status(422);
        assert_eq!(who(&browser).await, "alice");
        assert_eq!(browser.submit(&offer, &BOB).await.location(), "/plain/read");
        assert_eq!(who(&browser).await, "bob");
        assert!(site.server.session(&alices).await.unwrap().is_none(), "alice has signed out");
    }

    async fn who_else_has_signed_in_meanwhile_does_not_give_way(site: Site) {
        site.alice().await;
        bob(&site).await;
        let browser = site.browser();
        let form = browser.page(LOGIN).await.form;
        browser.submit(&form, &ALICE).await.with_status(303);
        let offer = HtmlForm::of(&browser.submit(&form, &BOB).await);
        browser.submit(&offer, &BOB).await.with_status(303);
        browser.submit(&offer, &ALICE).await.with_status(409);
        assert_eq!(who(&browser).await, "bob");
    }

    async fn a_form_that_another_site_sends_signs_nobody_in(site: Site) {
        site.alice().await;
        let browser = site.browser();
        let form = browser.page(LOGIN).await.form;
        for said in [
            &[("Origin", "https://evil.example")][..],
            &[("Origin", "https://id.example")],
            &[("Origin", "http://id.example.evil.example")],
            &[("Origin", "x")],
            &[("Sec-Fetch-Site", "cross-site")],
            &[("Sec-Fetch-Site", "same-site")],
            &[("Origin", "null"), ("Sec-Fetch-Site", "cross-site")],
            &[("Origin", "http://id.example"), ("Sec-Fetch-Site", "cross-site")],
            &[("Origin", "https://evil.example"), ("Sec-Fetch-Site", "same-origin")],
        ] {
            let answer = send_from(&browser, &form, said, &ALICE).await;
            assert_eq!(answer.status, 403, "{said:?}: {answer:#?}");
            assert!(!answer.has_header("Set-Cookie"), "{said:?}: {answer:#?}");
        }
        assert_eq!(who(&browser).await, "nobody");
    }

    async fn a_form_of_this_site_signs_in_whatever_a_browser_says_of_it(site: Site) {
        site.alice().await;
        let host = format!("http://{}", site.address);
        for said in [
            &[][..],
            &[("Origin", "http://id.example")],
            &[("Origin", &host)],
            &[("Origin", "null")],
            &[("Sec-Fetch-Site", "same-origin")],
            &[("Sec-Fetch-Site", "none")],
            &[("Origin", "null"), ("Sec-Fetch-Site", "same-origin")],
        ] {
            let browser = site.browser();
            let form = browser.page(LOGIN).await.form;
            let answer = send_from(&browser, &form, said, &ALICE).await;
            assert_eq!(answer.status, 303, "{said:?}: {answer:#?}");
        }
    }

    async fn no_form_of_who_is_signed_in_is_taken_from_another_site(site: Site) {
        let browser = site.superuser().await;
        let evil = [("Origin", "https://evil.example")];
        let consent = browser.consent(&code_request()).await.form;
        let accept = [("user_action", "Accept")];
        send_from(&browser, &consent, &evil, &accept).await.with_status(403);
        for (path, given) in [
            ("/accounts/logout/", &[][..]),
            ("/accounts/apps/", &[("revoke_all", "1")]),
            ("/admin/scopes/new/", &[("name", "forged")]),
        ] {
            // One session has one token.
            let form = HtmlForm { action: path.to_owned(), hidden: consent.hidden.clone() };
            send_from(&browser, &form, &evil, given).await.with_status(403);
        }
        assert_eq!((who(&browser).await, site.database.count("oauth_grants")), ("alice", 0));
    }

    async fn who_has_lost_the_cookie_gets_the_form_again_and_it_works(site: Site) {
        site.alice().await;
        let form = site.browser().page(LOGIN).await.form;
        let browser = site.browser();
        let said = [("Origin", "null"), ("Sec-Fetch-Site", "same-origin")];
        let answer = send_from(&browser, &form, &said, &ALICE).await.with_status(403);
        assert!(answer.body.contains("This page had expired"), "{}", answer.body);
        assert_eq!(browser.submit(&HtmlForm::of(&answer), &ALICE).await.location(), "/plain/read");
    }

    // The cookie is Lax, so a foreign page's form comes without it: that must not take the browser's own.
    async fn who_brings_no_cookie_and_says_nothing_gets_none(site: Site) {
        site.alice().await;
        let form = Form::new(&ALICE);
        let answer = site.post("/accounts/login/", &form).await.with_status(403);
        assert!(!answer.has_header("Set-Cookie"), "{answer:#?}");
    }

    async fn a_planted_cookie_that_is_no_secret_is_replaced(site: Site) {
        for planted in ["", "x", &"x".repeat(42), &"x".repeat(4_000)] {
            let browser = site.browser();
            browser.set_cookie("oauth_session_form", planted);
            browser.page(LOGIN).await;
            assert_ne!(browser.cookie("oauth_session_form").unwrap(), planted);
        }
    }
}
