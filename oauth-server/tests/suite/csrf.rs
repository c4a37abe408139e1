//! Forms belong to the session that they were made for: RFC 6749 §10.12, RFC 9700 §4.7.

use crate::support::{Browser, Form, HtmlForm, PASSWORD, Site, client::code_request};

/// Forms like this one, whose CSRF token is not that of the browser's session.
async fn forgeries(form: &HtmlForm, other: &Browser, path: &str) -> Vec<(&'static str, Form)> {
    let other = other.page(path).await.form.hidden;
    vec![
        ("missing", form.hidden.clone().without("csrf_token")),
        ("empty", form.hidden.clone().set("csrf_token", "")),
        ("wrong", form.hidden.clone().set("csrf_token", "wrong")),
        ("twice", form.hidden.clone().and("csrf_token", "wrong")),
        ("malformed", form.hidden.clone().set("csrf_token", "\0")),
        ("of another session", other),
    ]
}

both_databases! {
    async fn a_forged_consent_grants_nothing(site: Site) {
        let (browser, other) = (site.sign_in().await, site.sign_in().await);
        let form = browser.consent(&code_request()).await.form;
        for (forgery, fields) in forgeries(&form, &other, &form.action).await {
            for action in ["Accept", "Decline"] {
                let fields = fields.clone().and("user_action", action);
                let answer = browser.post(&form.action, &fields).await;
                assert_eq!(answer.status, 403, "{forgery}, {action}: {answer:#?}");
            }
        }
        assert_eq!(site.database.count("oauth_grants"), 0);
    }

    async fn a_token_in_the_query_is_none(site: Site) {
        let browser = site.sign_in().await;
        let form = browser.consent(&code_request()).await.form;
        let path = format!("{}&{}", form.action, form.hidden.encoded());
        let answer = browser.post(&path, &Form::new(&[("user_action", "Accept")])).await;
        answer.with_status(403);
    }

    async fn a_form_from_before_the_sign_in_is_none_after_it(site: Site) {
        site.alice().await;
        let browser = site.browser();
        let before = browser.page("/accounts/login/").await.form;
        let given = [("username", "alice"), ("password", PASSWORD)];
        browser.submit(&before, &given).await.with_status(303);
        let form = browser.consent(&code_request()).await.form;
        let fields = before.hidden.and("user_action", "Accept");
        browser.post(&form.action, &fields).await.with_status(403);
    }

    /// The seeds: one slot in the session, so that two tabs overwrote each other (behaviours.md O35).
    async fn two_tabs_do_not_disturb_each_other(site: Site) {
        let browser = site.sign_in().await;
        let first =
            browser.consent(&code_request().set("state", "first").set("scope", "read")).await;
        let second = browser.consent(&code_request().set("state", "second")).await;

        for (page, state, scope) in [(&second, "second", "read write"), (&first, "first", "read")] {
            let answer = browser.submit(&page.form, &[("user_action", "Accept")]).await;
            assert_eq!(answer.in_query("state").as_deref(), Some(state));
            let tokens = site.exchange(&answer.in_query("code").unwrap()).await;
            assert_eq!(tokens.text("scope"), scope);
        }
    }

    async fn a_forged_login_signs_nobody_in(site: Site) {
        site.alice().await;
        let (browser, other) = (site.browser(), site.browser());
        let form = browser.page("/accounts/login/").await.form;
        for (forgery, fields) in forgeries(&form, &other, "/accounts/login/").await {
            let fields = fields.and("username", "alice").and("password", PASSWORD);
            let answer = browser.post(&form.action, &fields).await;
            assert_eq!(answer.status, 403, "{forgery}: {answer:#?}");
            assert!(answer.body.contains("This page had expired"), "{forgery}: {}", answer.body);
            assert!(!answer.body.contains(PASSWORD), "{forgery}");
        }
        assert!(!browser.is_signed_in().await);
    }

    async fn a_forged_logout_signs_nobody_out(site: Site) {
        let (browser, other) = (site.sign_in().await, site.sign_in().await);
        let form = browser.page("/accounts/logout/").await.form;
        for (forgery, fields) in forgeries(&form, &other, "/accounts/logout/").await {
            assert_eq!(browser.post(&form.action, &fields).await.status, 403, "{forgery}");
        }
        assert!(browser.is_signed_in().await);
    }

    async fn a_csrf_token_does_not_tell_what_it_hangs_on(site: Site) {
        let browser = site.browser();
        let page = browser.page("/accounts/login/").await.answer.body;
        assert!(!page.contains(&browser.cookie("oauth_session_form").unwrap()), "{page}");
        let browser = site.sign_in().await;
        let page = browser.page("/accounts/logout/").await.answer.body;
        assert!(!page.contains(&browser.session().unwrap()), "{page}");
    }
}
