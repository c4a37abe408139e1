//! Codes, tokens and families on the admin site: seen by a part of them, issued by hand, revoked.

use super::{between, change, opened, record, shown_once};
use crate::support::{Answer, Browser, Site, client::code_request, recognised_by};

/// What `confidential` gets by hand for alice.
async fn issued(site: &Site, browser: &Browser, what: &str) -> Answer {
    let client = record(browser, "/admin/clients/", "confidential").await;
    let path = format!("{client}{what}/");
    let subject = site.alice().await.id.to_string();
    let form = opened(browser, &path).await.set("subject", &subject).set("scopes", "read");
    browser.post(&path, &form).await.with_status(200)
}

/// Asks, and does it.
async fn confirmed(browser: &Browser, path: &str) -> Answer {
    let question = browser.page(path).await;
    browser.submit(&question.form, &[]).await
}

/// The link of the first row.
fn first(page: &Answer) -> String {
    between(&page.body, "<th scope=\"row\" data-label=\"", "</th>")
        .split_once("href=\"")
        .unwrap()
        .1
        .split('"')
        .next()
        .unwrap()
        .to_owned()
}

both_databases! {
    async fn a_token_issued_by_hand_works_and_is_shown_once(site: Site) {
        let browser = site.superuser().await;
        let token = shown_once(&issued(&site, &browser, "issue-token").await, "access_token");
        let told = site.call("/plain/read", &token).await.with_status(200).body;
        assert_eq!(told, format!("confidential for {}: read", site.alice().await.id));
        let list = browser.get("/admin/tokens/").await;
        let record = browser.get(&first(&list)).await.with_status(200);
        for page in [&list, &record, &browser.get("/admin/audit/").await] {
            assert!(page.body.contains(recognised_by(&token)) && !page.body.contains(&token), "{}", page.body);
        }
    }

    async fn a_token_can_act_for_the_client_itself_and_last_as_long_as_is_said(site: Site) {
        let browser = site.superuser().await;
        let client = record(&browser, "/admin/clients/", "confidential").await;
        let path = format!("{client}issue-token/");
        let form = opened(&browser, &path).await.set("scopes", "read").set("lifetime", "60");
        let refused = browser.post(&path, &form).await.with_status(422).body;
        assert!(refused.contains("may have no scope for itself"), "{refused}");
        change(&browser, &format!("{client}edit/"), &[("client_credentials_scopes", "read")]).await.with_status(303);
        let token = shown_once(&browser.post(&path, &form).await, "access_token");
        assert_eq!(site.call("/plain/read", &token).await.body, "confidential for nobody: read");
        site.clock.advance(60);
        site.call("/plain/read", &token).await.with_status(401);
    }

    async fn a_code_issued_by_hand_can_be_redeemed_once(site: Site) {
        let browser = site.superuser().await;
        let code = shown_once(&issued(&site, &browser, "issue-code").await, "code");
        site.exchange(&code).await.with_status(200);
        site.exchange(&code).await.assert_refused(400, "invalid_grant");
    }

    async fn a_revoked_token_is_dead_after_a_question(site: Site) {
        let token = site.access_token("read").await;
        let browser = site.superuser().await;
        let path = first(&browser.get("/admin/tokens/").await);
        let question = browser.page(&format!("{path}revoke/")).await;
        assert!(question.answer.body.contains("Revoke the access token"), "{}", question.answer.body);
        site.call("/plain/read", &token).await.with_status(200);
        let answer = browser.submit(&question.form, &[]).await;
        let page = browser.get(answer.location()).await.body;
        assert!(page.contains("It was revoked.") && page.contains("Revoked</span>"), "{page}");
        site.call("/plain/read", &token).await.with_status(401);
    }

    async fn a_revoked_code_cannot_be_redeemed(site: Site) {
        let code = site.sign_in().await.code(&code_request()).await;
        let browser = site.superuser().await;
        let path = first(&browser.get("/admin/codes/").await);
        confirmed(&browser, &format!("{path}revoke/")).await.with_status(303);
        site.exchange(&code).await.assert_refused(400, "invalid_grant");
    }

    async fn a_revoked_family_ends_its_tokens(site: Site) {
        let tokens = site.tokens("read").await;
        let browser = site.superuser().await;
        let path = first(&browser.get("/admin/families/").await);
        let page = browser.get(&path).await.with_status(200).body;
        for shown in ["alice", "confidential", "Newest refresh tokens", recognised_by(&tokens.text("refresh_token"))] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        confirmed(&browser, &format!("{path}revoke/")).await.with_status(303);
        site.call("/plain/read", &tokens.text("access_token")).await.with_status(401);
        site.refresh(&tokens.text("refresh_token")).await.assert_refused(400, "invalid_grant");
    }

    async fn what_was_issued_stands_on_the_clients_page_with_ways_to_revoke_it(site: Site) {
        site.access_token("read").await;
        let browser = site.superuser().await;
        let client = record(&browser, "/admin/clients/", "confidential").await;
        let page = browser.get(&client).await.with_status(200).body;
        let family = first(&browser.get("/admin/families/").await);
        let token = first(&browser.get("/admin/tokens/").await);
        let code = first(&browser.get("/admin/codes/").await);
        for way in [format!("{family}revoke/"), format!("{token}revoke/"), code] {
            assert!(page.contains(&format!("href=\"{way}\"")), "{way}: {page}");
        }
        assert!(page.contains("Redeemed</span>"), "{page}");
    }

    async fn a_token_is_found_by_its_whole_value_which_no_url_and_no_page_holds(site: Site) {
        let tokens = [site.access_token("read").await, site.access_token("write").await];
        let browser = site.superuser().await;
        let page = browser.page("/admin/tokens/").await;
        let found = browser.submit(&page.form, &[("value", &tokens[0])]).await.with_status(200);
        assert_eq!(found.body.matches("<th scope=\"row\"").count(), 1, "{}", found.body);
        assert!(found.body.contains(recognised_by(&tokens[0])) && !found.body.contains(&tokens[0]), "{}", found.body);
        let none = browser.submit(&page.form, &[("value", "unknown")]).await.with_status(200);
        assert!(none.body.contains("No access token is found."), "{}", none.body);
    }

    async fn only_a_superuser_lets_something_act_for_other_staff(site: Site) {
        let browser = site.superuser().await;
        site.database.execute("UPDATE oauth_users SET is_superuser = FALSE");
        site.database.execute(
            "INSERT INTO oauth_users (username, password_hash, first_name, last_name, email, is_staff, is_superuser, \
             is_active, created_at) VALUES ('root', 'x', '', '', '', TRUE, TRUE, TRUE, 1)",
        );
        let root = site.server.user_named("root").await.unwrap().unwrap().id.to_string();
        for what in ["issue-token", "issue-code"] {
            let path = format!("{}{what}/", record(&browser, "/admin/clients/", "confidential").await);
            let form = opened(&browser, &path).await.set("subject", &root).set("scopes", "read");
            browser.post(&path, &form).await.with_status(403);
        }
        assert_eq!(site.database.count("oauth_grants"), 0);
    }
}
