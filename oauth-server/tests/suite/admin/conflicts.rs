//! Two members of staff at once: nothing is overwritten unseen.

use super::{changes, opened, record};
use crate::support::{Browser, Site};

/// Opens a form twice, and sends both with another value for `field`: the second one loses, and keeps what was typed.
async fn second_loses(site: &Site, browser: &Browser, path: &str, field: &str) {
    let (first, second) = (opened(browser, path).await, opened(browser, path).await);
    browser.post(path, &first.set(field, "the first")).await.with_status(303);
    let before = changes(site);
    let answer =
        browser.post(path, &second.clone().set(field, "the second")).await.with_status(409);
    assert!(answer.body.contains("Somebody else has changed this"), "{}", answer.body);
    assert_eq!(super::filled(&answer).get(field), Some("the second"));
    assert_eq!(opened(browser, path).await.get(field), Some("the first"));
    // Sent once more as it is, it still loses.
    browser.post(path, &super::filled(&answer)).await.with_status(409);
    assert_eq!(changes(site), before);
}

both_databases! {
    async fn of_a_client(site: Site) {
        let browser = site.superuser().await;
        let client = record(&browser, "/admin/clients/", "confidential").await;
        second_loses(&site, &browser, &format!("{client}edit/"), "description").await;
    }

    async fn of_a_scope(site: Site) {
        let browser = site.superuser().await;
        let scope = record(&browser, "/admin/scopes/", "<code>read</code>").await;
        second_loses(&site, &browser, &scope, "description").await;
    }

    async fn of_a_user(site: Site) {
        let browser = site.superuser().await;
        let user = record(&browser, "/admin/users/", "alice").await;
        second_loses(&site, &browser, &user, "first_name").await;
    }
}
