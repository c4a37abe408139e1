//! The keys that the server signs with, on the admin site.

use serde_json::Value;

use super::{trust::superuser_and_staff, *};

const KEYS: &str = "/admin/keys/";
const HOUR: i64 = 3600;

/// A site on which OpenID Connect is on, and the first keys are made.
async fn signing(site: Site) -> Site {
    let site = site.with(|config| {
        config.settings.openid = true;
        config.settings.issuer = "http://localhost".to_owned();
    });
    let site = site.await;
    site.server.prepare_openid().await.unwrap();
    site
}

async fn published(site: &Site) -> Vec<String> {
    let set = serde_json::to_value(site.server.jwk_set().await.unwrap()).unwrap();
    let kid = |key: &Value| key["kid"].as_str().unwrap().to_owned();
    set["keys"].as_array().unwrap().iter().map(kid).collect()
}

/// How often the list shows each: signing, announced, only verifying.
async fn states(browser: &Browser) -> (usize, usize, usize) {
    let page = browser.get(KEYS).await.with_status(200).body;
    let count = |state: &str| page.matches(&format!(">{state}</span>")).count();
    (count("Signs"), count("Announced"), count("Only verifies"))
}

/// Asks, and does it: gives the page that says so.
async fn confirmed(browser: &Browser, verb: &str) -> String {
    let question = browser.page(&format!("{KEYS}{verb}/")).await;
    let done = browser.submit(&question.form, &[]).await.with_status(303);
    browser.get(done.location()).await.with_status(200).body
}

both_databases! {
    async fn staff_see_which_key_signs_and_since_when(site: Site) {
        let site = signing(site).await;
        let browser = site.superuser().await;
        assert!(browser.get("/admin/").await.body.contains("href=\"/admin/keys/\""));
        let page = browser.get(KEYS).await.with_status(200).body;
        for kid in published(&site).await {
            assert!(page.contains(&kid), "{page}");
        }
        for shown in ["RS256", "ES256", "1970-01-12 13:46", "No other follows yet", "http://localhost/oauth2/keys/"] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        assert_eq!(states(&browser).await, (2, 0, 0));
    }

    async fn the_next_keys_are_announced_sign_in_an_hour_and_the_old_ones_verify_for_a_day(site: Site) {
        let site = signing(site).await;
        let browser = site.superuser().await;
        let before = published(&site).await;
        browser.page(&format!("{KEYS}rotate/")).await;
        assert_eq!(published(&site).await, before, "a question changes nothing");
        assert!(confirmed(&browser, "rotate").await.contains("The next keys are published."));
        assert_eq!(states(&browser).await, (2, 2, 0));
        assert!(confirmed(&browser, "rotate").await.contains("the next keys wait already"));
        site.clock.advance(HOUR);
        assert_eq!(states(&browser).await, (2, 0, 2));
        assert!(published(&site).await.len() == 4);
        let page = browser.get(KEYS).await.body;
        assert!(page.contains("1970-01-13 14:46"), "a day after the next ones have taken over: {page}");
    }

    async fn keys_that_leaked_are_withdrawn_and_new_ones_sign_at_once(site: Site) {
        let site = signing(site).await;
        let browser = site.superuser().await;
        let leaked = published(&site).await;
        let question = browser.get("/admin/keys/rotate-at-once/").await.with_status(200).body;
        assert!(question.contains("RS256") && question.contains("is refused by a client"), "{question}");
        let page = confirmed(&browser, "rotate-at-once").await;
        assert!(page.contains("All others were withdrawn."), "{page}");
        assert_eq!(states(&browser).await, (2, 0, 0));
        let left = published(&site).await;
        assert!(left.len() == 2 && left.iter().all(|kid| !leaked.contains(kid)), "{left:?}");
    }

    async fn what_is_made_and_withdrawn_is_in_the_trail_under_who_did_it(site: Site) {
        let site = signing(site).await;
        let browser = site.superuser().await;
        let before = changes(&site);
        confirmed(&browser, "rotate-at-once").await;
        assert_eq!(changes(&site), before + 4);
        let trail = browser.get("/admin/audit/").await.body;
        for shown in ["Created signing key", "Deleted signing key", ">alice</td>"] {
            assert!(trail.contains(shown), "{shown}: {trail}");
        }
    }

    async fn who_is_no_superuser_sees_them_and_changes_none(site: Site) {
        let site = signing(site).await;
        let (alice, mallory) = superuser_and_staff(&site).await;
        let (before, trail) = (published(&site).await, changes(&site));
        let page = mallory.get(KEYS).await.with_status(200).body;
        assert!(page.contains(&before[0]) && !page.contains("/rotate"), "{page}");
        for verb in ["rotate", "rotate-at-once"] {
            let path = format!("{KEYS}{verb}/");
            let refused = mallory.get(&path).await.with_status(403);
            assert!(refused.body.contains("only a superuser may change what the server signs with"));
            let token = mallory.page("/admin/scopes/new/").await.form.hidden;
            mallory.post(&path, &token).await.with_status(403);
            let form = alice.page(&path).await.form;
            mallory.submit(&form, &[]).await.with_status(403);
        }
        assert_eq!((published(&site).await, changes(&site)), (before, trail));
    }

    async fn where_openid_connect_is_off_there_are_none(site: Site) {
        let browser = site.superuser().await;
        assert!(!browser.get("/admin/").await.body.contains("/admin/keys/"));
        for path in ["", "rotate/", "rotate-at-once/"] {
            browser.get(&format!("{KEYS}{path}")).await.with_status(404);
        }
    }
}
