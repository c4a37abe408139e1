//! Logouts that clients have still to be told of, on the admin site.

use super::*;

/// A logout that was tried once.
fn waiting(site: &Site) {
    site.database.execute(
        "INSERT INTO oauth_logout_deliveries (client_id, subject, created_at, due_at, attempts, expires_at, last_error)
        SELECT id, 'carol', 1000000, 1000060, 1, 2000000, 'it answered <503>' FROM oauth_clients WHERE client_id = 'confidential'",
    );
}

both_databases! {
    async fn staff_see_which_logouts_clients_have_still_to_be_told_of(site: Site) {
        let browser = site.superuser().await;
        let none = browser.get("/admin/logouts/").await.with_status(200).body;
        assert!(none.contains("Every client was told."), "{none}");
        waiting(&site);
        let page = browser.get("/admin/logouts/").await.with_status(200).body;
        let shown = ["confidential</a>", "carol", "1970-01-12", "it answered &lt;503&gt;", "Try now", "Drop"];
        for shown in shown {
            assert!(page.contains(shown), "{shown}: {page}");
        }
    }

    async fn staff_have_a_logout_tried_now_and_drop_it_and_each_is_in_the_trail(site: Site) {
        let browser = site.superuser().await;
        waiting(&site);
        let page = browser.get("/admin/logouts/").await.with_status(200).body;
        let path = between(&page, "class=\"button secondary\" href=\"", "try/\"").to_owned();
        let before = changes(&site);
        for (verb, said) in [("try", "It is tried now."), ("drop", "It was dropped.")] {
            let question = browser.page(&format!("{path}{verb}/")).await;
            assert_eq!(changes(&site), before + i64::from(verb == "drop"), "a question changes nothing");
            let done = browser.submit(&question.form, &[]).await.with_status(303);
            let page = browser.get(done.location()).await.with_status(200).body;
            assert!(page.contains(said), "{page}");
        }
        assert_eq!(site.database.count("oauth_logout_deliveries"), 0);
        assert_eq!(changes(&site), before + 2);
        let trail = browser.get("/admin/audit/").await.body;
        assert!(trail.contains("Deleted logout for") && trail.contains("Changed logout for"), "{trail}");
        for verb in ["try", "drop"] {
            browser.get(&format!("{path}{verb}/")).await.with_status(404);
        }
    }
}
