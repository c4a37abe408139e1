//! Scopes on the admin site.

use super::{change, changes, opened, record};
use crate::support::{Site, client::code_request};

const NEW: &str = "/admin/scopes/new/";

both_databases! {
    async fn a_new_scope_can_be_granted(site: Site) {
        let browser = site.superuser().await;
        let values = [("name", "notes:share"), ("title", "Share"), ("description", "Share your notes.")];
        let answer = change(&browser, NEW, &values).await;
        let record = answer.location().split('?').next().unwrap().to_owned();
        let page = browser.get(answer.location()).await.with_status(200).body;
        assert!(page.contains("It was created.") && page.contains("Scope notes:share"), "{page}");
        let fields = opened(&browser, &record).await;
        assert_eq!((fields.get("title"), fields.get("description")), (Some("Share"), Some("Share your notes.")));
        assert!(site.server.scopes().await.unwrap().contains("notes:share"));
    }

    async fn what_users_are_told_of_a_scope_can_be_changed(site: Site) {
        let browser = site.superuser().await;
        let read = record(&browser, "/admin/scopes/", "<code>read</code>").await;
        let text = "Read \"your\" <b>notes</b> & nothing else.";
        change(&browser, &read, &[("description", text)]).await.with_status(303);
        let page = browser.consent(&code_request().set("scope", "read")).await.answer.body;
        assert!(page.contains("Read &quot;your&quot; &lt;b&gt;notes&lt;/b&gt; &amp; nothing else."), "{page}");
        assert_eq!(opened(&browser, &read).await.get("description"), Some(text));
    }

    async fn a_disabled_scope_is_given_to_nobody(site: Site) {
        let browser = site.superuser().await;
        let read = record(&browser, "/admin/scopes/", "<code>read</code>").await;
        let form = opened(&browser, &read).await.without("is_enabled");
        browser.post(&read, &form).await.with_status(303);
        let refused = browser.ask(&code_request().set("scope", "read")).await;
        assert_eq!(refused.in_query("error").as_deref(), Some("invalid_scope"));
        assert!(browser.get("/admin/scopes/?which=disabled").await.body.contains("<code>read</code>"));
        assert!(!browser.get("/admin/scopes/?which=enabled").await.body.contains("<code>read</code>"));
    }

    async fn a_scope_is_deleted_after_a_question(site: Site) {
        let browser = site.superuser().await;
        let read = record(&browser, "/admin/scopes/", "<code>read</code>").await;
        let question = browser.page(&format!("{read}delete/")).await;
        assert!(question.answer.body.contains("Delete the scope read?"), "{}", question.answer.body);
        assert_eq!(changes(&site), 0);
        let answer = browser.submit(&question.form, &[]).await;
        assert_eq!(answer.location(), "/admin/scopes/?done=deleted");
        assert!(!site.server.scopes().await.unwrap().contains("read"));
        browser.get(&read).await.with_status(404);
    }

    async fn a_change_of_nothing_is_none(site: Site) {
        let browser = site.superuser().await;
        let read = record(&browser, "/admin/scopes/", "<code>read</code>").await;
        change(&browser, &read, &[]).await.with_status(303);
        assert_eq!(changes(&site), 0);
    }
}
