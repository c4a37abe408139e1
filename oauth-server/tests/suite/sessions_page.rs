//! The page on which users see where they are signed in.

use oauth_server::test_kit::Page;

use crate::support::{Browser, Form, PASSWORD, Site};

const SESSIONS: &str = "/accounts/sessions/";

/// The buttons of the page that end one session each.
fn others(page: &Page) -> usize {
    page.answer.body.matches("name=\"end\"").count()
}

/// Alice signs in on the page, at a browser that says what it is.
async fn at(site: &Site, user_agent: &str) -> Browser {
    site.alice().await;
    let browser = site.browser();
    let page = browser.page("/accounts/login/").await;
    let form = page.form.hidden.clone().and("username", "alice").and("password", PASSWORD);
    let request = browser.request(reqwest::Method::POST, "/accounts/login/");
    let request = request
        .header("User-Agent", user_agent)
        .header("Content-Type", "application/x-www-form-urlencoded");
    browser.send(request.body(form.encoded())).await.with_status(303);
    browser
}

both_databases! {
    async fn a_user_sees_each_browser_since_when_and_from_where(site: Site) {
        let here = at(&site, "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0").await;
        site.clock.advance(60);
        at(&site, "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36").await;
        let page = here.page(SESSIONS).await;
        for said in ["Firefox, Linux", "Chrome, Windows", "This browser", "1970-01-12 13:46", "1970-01-12 13:47", "From 127.0.0.1"] {
            assert!(page.answer.body.contains(said), "{said}: {:#?}", page.answer);
        }
        assert_eq!(others(&page), 1);
        assert!(!page.answer.body.contains("Mozilla"), "no more than a person recognises");
    }

    async fn a_button_ends_that_session_and_no_other(site: Site) {
        let (here, one) = (site.sign_in().await, site.sign_in().await);
        let page = here.page(SESSIONS).await;
        let sid = page.answer.body.split("name=\"end\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let other = site.sign_in().await;
        here.submit(&page.form, &[("end", sid)]).await.with_status(303);
        assert!(here.is_signed_in().await && other.is_signed_in().await);
        assert!(!one.is_signed_in().await);
        here.submit(&page.form, &[("end", sid)]).await.with_status(303);
    }

    async fn one_button_ends_all_others(site: Site) {
        let (here, one, other) = (site.sign_in().await, site.sign_in().await, site.sign_in().await);
        let page = here.page(SESSIONS).await;
        assert_eq!(others(&page), 2);
        here.submit(&page.form, &[("end_others", "1")]).await.with_status(303);
        assert!(here.is_signed_in().await);
        assert!(!one.is_signed_in().await && !other.is_signed_in().await);
        assert_eq!(others(&here.page(SESSIONS).await), 0);
    }

    async fn nobody_ends_a_session_of_somebody_else(site: Site) {
        let (alice, bob) = (site.sign_in().await, (*site).sign_in("bob").await);
        let elsewhere = site.sign_in().await;
        let page = alice.page(SESSIONS).await;
        let sid = page.answer.body.split("name=\"end\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let own = bob.page(SESSIONS).await;
        bob.submit(&own.form, &[("end", sid)]).await.with_status(303);
        bob.submit(&own.form, &[("end_others", "1")]).await.with_status(303);
        for browser in [alice, elsewhere, bob] {
            assert!(browser.is_signed_in().await);
        }
    }

    async fn a_form_of_another_site_or_of_nothing_changes_nothing(site: Site) {
        let (here, other) = (site.sign_in().await, site.sign_in().await);
        here.post(SESSIONS, &Form::new(&[("end_others", "1")])).await.with_status(403);
        let page = here.page(SESSIONS).await;
        here.submit(&page.form, &[]).await.with_status(400);
        assert!(other.is_signed_in().await);
    }

    async fn who_is_not_signed_in_comes_back_here_after_that(site: Site) {
        let nobody = site.get(SESSIONS).await.with_status(303);
        assert!(nobody.location().ends_with("next=%2Faccounts%2Fsessions%2F"), "{nobody:#?}");
    }

    async fn the_page_of_applications_leads_to_it(site: Site) {
        let alice = site.sign_in().await;
        assert!(alice.get("/accounts/apps/").await.body.contains("href=\"/accounts/sessions/\""));
    }
}
