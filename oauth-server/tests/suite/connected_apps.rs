//! What a user has allowed: remembered, shown, and taken back.

use reqwest::Method;

use crate::support::{Site, authorization, client::code_request};

/// With consents remembered, as by default.
async fn remembering(site: Site) -> Site {
    site.with(|config| config.settings.remember_consent = true).await
}

const APPS: &str = "/accounts/apps/";

both_databases! {
    async fn a_consent_given_before_is_answered_at_once(site: Site) {
        let site = remembering(site).await;
        let browser = site.sign_in().await;
        browser.authorize(&code_request()).await;
        let answer = browser.ask(&code_request()).await.with_status(303);
        let code = answer.in_query("code").expect("a code");
        assert_eq!(answer.in_query("state").as_deref(), Some("xyz"));
        site.exchange(&code).await.with_status(200);
    }

    // RFC 9110 §9.2.1.
    async fn head_issues_nothing(site: Site) {
        let site = remembering(site).await;
        let browser = site.sign_in().await;
        browser.authorize(&code_request()).await;
        let before = site.database.count("oauth_authorization_codes");
        let head = site.request(Method::HEAD, &authorization(&code_request()));
        browser.send(head).await.with_status(200);
        assert_eq!(site.database.count("oauth_authorization_codes"), before);
    }

    async fn prompt_consent_asks_again(site: Site) {
        let site = remembering(site).await;
        let browser = site.sign_in().await;
        browser.authorize(&code_request()).await;
        browser.ask(&code_request().set("prompt", "consent")).await.with_status(200);
    }

    async fn an_application_of_the_providers_own_is_not_asked_for(site: Site) {
        site.register(|client| client.skip_consent = true).await;
        let answer = site.sign_in().await.ask(&code_request().set("client_id", "another")).await;
        assert!(answer.with_status(303).in_query("code").is_some());
    }

    async fn a_user_sees_who_has_access_to_what_and_since_when(site: Site) {
        let browser = site.sign_in().await;
        let before = browser.get(APPS).await.with_status(200);
        assert!(before.body.contains("No application acts for you"), "{}", before.body);
        browser.authorize(&code_request()).await;
        let page = browser.get(APPS).await.with_status(200).body;
        for shown in ["confidential", "<code>read</code>", "<code>write</code>", "Since 1970-01-12"] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
    }

    async fn one_is_revoked_with_its_tokens_and_its_consent(site: Site) {
        let site = remembering(site).await;
        let token = site.access_token("read").await;
        let browser = site.sign_in().await;
        let page = browser.page(APPS).await;
        let answer = browser.submit(&page.form, &[("revoke", "confidential")]).await;
        assert_eq!(answer.with_status(303).location(), APPS);
        site.call("/plain/read", &token).await.with_status(401);
        browser.ask(&code_request().set("scope", "read")).await.with_status(200);
    }

    // A browser takes `//accounts` for a host of that name.
    async fn slashes_too_many_lead_to_no_other_host(site: Site) {
        let address = format!("/{APPS}");
        let login = site.get(&address).await;
        assert_eq!(login.location(), "/accounts/login/?next=%2Faccounts%2Fapps%2F");
        site.access_token("read").await;
        let browser = site.sign_in().await;
        let page = browser.page(&address).await;
        assert_eq!(page.form.action, APPS);
        let form = page.form.hidden.set("revoke_all", "1");
        assert_eq!(browser.post(&address, &form).await.with_status(303).location(), APPS);
    }

    async fn all_are_revoked_at_once(site: Site) {
        let token = site.access_token("read").await;
        let browser = site.sign_in().await;
        let page = browser.page(APPS).await;
        browser.submit(&page.form, &[("revoke_all", "1")]).await.with_status(303);
        site.call("/plain/read", &token).await.with_status(401);
        let after = browser.get(APPS).await;
        assert!(after.body.contains("No application acts for you"), "{}", after.body);
    }

    async fn a_form_of_another_session_or_that_names_nothing_changes_nothing(site: Site) {
        let token = site.access_token("read").await;
        let (browser, other) = (site.sign_in().await, site.sign_in().await);
        let (page, foreign) = (browser.page(APPS).await, other.page(APPS).await);
        browser.submit(&foreign.form, &[("revoke_all", "1")]).await.with_status(403);
        browser.submit(&page.form, &[]).await.with_status(400);
        browser.submit(&page.form, &[("revoke_all", "1"), ("revoke", "confidential")]).await.with_status(400);
        site.call("/plain/read", &token).await.with_status(200);
    }

    async fn who_is_not_signed_in_does_so_first_and_comes_back(site: Site) {
        let answer = site.browser().get(APPS).await.with_status(303);
        assert_eq!(answer.location(), "/accounts/login/?next=%2Faccounts%2Fapps%2F");
    }
}
