//! The audit trail: who, what, when.

use super::{change, opened, record, users::create};
use crate::support::Site;

both_databases! {
    async fn it_says_who_changed_what_and_when(site: Site) {
        let browser = site.superuser().await;
        let client = record(&browser, "/admin/clients/", "confidential").await;
        site.clock.advance(3600);
        let values = [("name", "Renamed"), ("description", "Something secret.")];
        change(&browser, &format!("{client}edit/"), &values).await.with_status(303);
        for page in ["/admin/", "/admin/audit/", &client] {
            let page = browser.get(page).await.with_status(200).body;
            for said in ["1970-01-12 14:46", "alice", "Changed client", ">confidential</a>", "name, description"] {
                assert!(page.contains(said), "{said}: {page}");
            }
        }
        assert!(!browser.get("/admin/audit/").await.body.contains("Something secret"));
    }

    async fn it_keeps_what_is_gone(site: Site) {
        let browser = site.superuser().await;
        let client = record(&browser, "/admin/clients/", "confidential").await;
        let question = browser.page(&format!("{client}delete/")).await;
        browser.submit(&question.form, &[]).await.with_status(303);
        let page = browser.get("/admin/audit/").await.body;
        assert!(page.contains("Deleted client") && page.contains("confidential"), "{page}");
    }

    async fn a_user_who_was_deleted_is_not_named_in_it(site: Site) {
        let browser = site.superuser().await;
        create(&browser, "bob", &[]).await.with_status(303);
        let bob = record(&browser, "/admin/users/", "bob").await;
        let question = browser.page(&format!("{bob}delete/")).await;
        assert!(question.answer.body.contains("the name in the audit trail"));
        browser.submit(&question.form, &[]).await.with_status(303);
        let page = browser.get("/admin/audit/").await.body;
        assert!(page.contains("Erased all of user") && page.contains("Created user"), "{page}");
        assert!(!page.contains("bob") && !page.contains(&bob), "there is no such page: {page}");
    }

    async fn it_can_be_searched_by_who(site: Site) {
        let browser = site.superuser().await;
        change(&browser, "/admin/scopes/new/", &[("name", "a")]).await.with_status(303);
        let alice = site.alice().await.id;
        let hers = browser.get(&format!("/admin/audit/?which=actor&q={alice}")).await.body;
        let others = browser.get("/admin/audit/?which=actor&q=0").await.body;
        assert!(hers.contains("Created scope") && !others.contains("Created scope"), "{others}");
    }

    async fn a_refusal_leaves_nothing_in_it(site: Site) {
        let browser = site.superuser().await;
        let form = opened(&browser, "/admin/scopes/new/").await;
        browser.post("/admin/scopes/new/", &form).await.with_status(422);
        assert_eq!(site.database.count("oauth_audit"), 0);
    }
}
