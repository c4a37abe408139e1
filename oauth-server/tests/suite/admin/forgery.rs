//! Forms of the admin site belong to the session that they were made for: RFC 6749 §10.12.

use super::{changes, opened, record};
use crate::support::Site;

both_databases! {
    async fn a_forged_form_changes_nothing(site: Site) {
        let (browser, other) = (site.superuser().await, site.superuser().await);
        let client = record(&browser, "/admin/clients/", "confidential").await;
        for path in [
            "/admin/scopes/new/".to_owned(), "/admin/users/new/".to_owned(), "/admin/clients/new/".to_owned(),
            format!("{client}edit/"), format!("{client}delete/"), format!("{client}disable/"),
            format!("{client}rotate-secret/"), format!("{client}issue-token/"), format!("{client}issue-code/"),
        ] {
            let form = opened(&browser, &path).await.set("name", "forged");
            let foreign = opened(&other, &path).await;
            let foreign = foreign.get("csrf_token").unwrap();
            let forged = [
                form.clone().without("csrf_token"), form.clone().set("csrf_token", ""), form.clone().set("csrf_token", "wrong"),
                form.clone().and("csrf_token", "wrong"), form.clone().set("csrf_token", foreign),
            ];
            for form in forged {
                let answer = browser.post(&path, &form).await.with_status(403);
                assert!(answer.body.contains("This page has expired"), "{path}: {}", answer.body);
            }
        }
        assert_eq!(changes(&site), 0);
    }
}
