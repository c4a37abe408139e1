//! Where users are signed in, on the admin site.

use reqwest::Method;

use super::{changes, record, trust::superuser_and_staff};
use crate::support::{Browser, FormBody, PASSWORD, Site};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0";

/// Bob, who is nobody in particular, in a browser.
async fn bob(site: &Site) -> Browser {
    site.database.execute(
        "INSERT INTO oauth_users (username, password_hash, first_name, last_name, email, is_staff, is_superuser, \
         is_active, created_at) SELECT 'bob', password_hash, '', '', '', FALSE, FALSE, TRUE, created_at \
         FROM oauth_users WHERE username = 'alice'",
    );
    let browser = site.browser();
    let form = browser.page("/accounts/login/").await.form;
    let form = form.hidden.set("username", "bob").set("password", PASSWORD);
    let request = browser.request(Method::POST, "/accounts/login/").header("User-Agent", FIREFOX);
    browser.send(request.form_body(form.encoded().into_bytes())).await.with_status(303);
    browser
}

async fn is_signed_in(browser: &Browser) -> bool {
    browser.get("/accounts/sessions/").await.status == 200
}

/// Where the page asks whether to end a session of this user.
async fn ends_at(browser: &Browser, user: &str) -> String {
    let page =
        browser.get(&record(browser, "/admin/users/", user).await).await.with_status(200).body;
    let (before, _) = page.split_once("/end/\"").unwrap_or_else(|| panic!("no session: {page}"));
    format!("{}/end/", before.rsplit_once("href=\"").unwrap().1)
}

both_databases! {
    async fn staff_see_where_a_user_is_signed_in_since_when_and_when_that_was_last_used(site: Site) {
        let alice = site.superuser().await;
        let bob = bob(&site).await;
        site.clock.advance(7200);
        assert!(is_signed_in(&bob).await);
        let path = record(&alice, "/admin/users/", "bob").await;
        let page = alice.get(&path).await.with_status(200).body;
        for shown in ["Firefox, Linux", "1970-01-12 13:46", "1970-01-12 15:46", "127.0.0.1", ">End now</a>"] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        site.clock.advance(15 * 24 * 3600);
        let alice = site.sign_in().await;
        let page = alice.get(&path).await.with_status(200).body;
        assert!(page.contains("The user is signed in nowhere."), "{page}");
    }

    async fn staff_end_one_session_after_a_question_and_all_others_go_on(site: Site) {
        let alice = site.superuser().await;
        let bob = bob(&site).await;
        let path = ends_at(&alice, "bob").await;
        let question = alice.page(&path).await;
        assert!(question.answer.body.contains("End the session of bob (Firefox, Linux)?"));
        assert!(is_signed_in(&bob).await, "a question changes nothing");
        let before = changes(&site);
        let done = alice.submit(&question.form, &[]).await.with_status(303);
        let page = alice.get(done.location()).await.with_status(200).body;
        assert!(page.contains("The session was ended.") && page.contains("Ended a session of user"), "{page}");
        assert!(!is_signed_in(&bob).await);
        assert!(is_signed_in(&alice).await);
        assert_eq!(changes(&site), before + 1);
        alice.submit(&question.form, &[]).await.with_status(404);
        alice.get(&path).await.with_status(404);
    }

    async fn only_a_superuser_ends_a_session_of_staff(site: Site) {
        let (alice, mallory) = superuser_and_staff(&site).await;
        let path = record(&mallory, "/admin/users/", "alice").await;
        let page = mallory.get(&path).await.with_status(200).body;
        assert!(page.contains("<h2>Sessions</h2>") && !page.contains("End now"), "{page}");
        let path = ends_at(&alice, "alice").await;
        mallory.get(&path).await.with_status(403);
        let form = alice.page(&path).await.form;
        mallory.submit(&form, &[]).await.with_status(403);
        let token = mallory.page("/admin/scopes/new/").await.form.hidden;
        mallory.post(&path, &token).await.with_status(403);
        assert!(is_signed_in(&alice).await);
    }

    async fn a_session_of_another_user_is_none_of_this_one(site: Site) {
        let alice = site.superuser().await;
        let bob = bob(&site).await;
        let (own, his) = (ends_at(&alice, "alice").await, ends_at(&alice, "bob").await);
        let sid = his.split('/').nth(5).unwrap();
        let mixed = own.replace(own.split('/').nth(5).unwrap(), sid);
        for path in [mixed.as_str(), "/admin/users/1/sessions/a%00b/end/", "/admin/users/1/sessions/x/end/"] {
            alice.get(path).await.with_status(404);
        }
        let token = alice.page("/admin/scopes/new/").await.form.hidden;
        alice.post(&mixed, &token).await.with_status(404);
        assert!(is_signed_in(&bob).await);
    }
}
