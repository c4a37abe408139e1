//! Lists: each record once, however many pages there are.

use std::collections::BTreeSet;

use super::between;
use crate::support::{Browser, Site};

/// The links of all rows, from page to page by Older.
async fn walk(browser: &Browser, list: &str) -> Vec<String> {
    let (mut path, mut rows) = (list.to_owned(), Vec::new());
    loop {
        let page = browser.get(&path).await.with_status(200).body;
        let headers = page.split("<th scope=\"row\"").skip(1);
        rows.extend(headers.map(|row| between(row, "href=\"", "\"").to_owned()));
        assert_eq!(page.contains(">Newest</a>"), path != list, "{path}");
        let Some((before, _)) = page.split_once("\" rel=\"next\">Older</a>") else { return rows };
        path =
            before.rsplit_once("href=\"").unwrap().1.replace("&amp;", "&").replace("&#x3D;", "=");
    }
}

async fn with_120_scopes(site: &Site) {
    for number in 0..120 {
        site.server.register_scope(&format!("many:{number}"), "").await.unwrap();
    }
}

both_databases! {
    async fn pages_show_each_record_once_the_newest_first(site: Site) {
        with_120_scopes(&site).await;
        let browser = site.superuser().await;
        let rows = walk(&browser, "/admin/scopes/").await;
        assert_eq!(rows.len(), 123);
        assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), 123);
        assert!(browser.get(&rows[0]).await.body.contains("Scope many:119"));
    }

    async fn a_search_shows_each_match_once_in_alphabetical_order(site: Site) {
        with_120_scopes(&site).await;
        let browser = site.superuser().await;
        let rows = walk(&browser, "/admin/scopes/?which=name&q=MANY%3A1").await;
        assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), 31);
        assert_eq!(rows.len(), 31);
        assert_eq!(walk(&browser, "/admin/scopes/?q=many").await.len(), 120);
        assert_eq!(walk(&browser, "/admin/scopes/?which=enabled").await.len(), 123);
    }

    async fn a_record_that_comes_between_two_pages_moves_none(site: Site) {
        with_120_scopes(&site).await;
        let browser = site.superuser().await;
        let first = browser.get("/admin/scopes/").await.body;
        let older = first.split_once("\" rel=\"next\">Older</a>").unwrap().0.rsplit_once("href=\"").unwrap().1.replace("&#x3D;", "=");
        let before = browser.get(&older).await.body;
        site.server.register_scope("the_newest_of_all", "").await.unwrap();
        let rows = |page: &str| page.matches("many:").count();
        let after = browser.get(&older).await.body;
        assert_eq!(rows(&before), rows(&after));
        assert!(!after.contains("the_newest_of_all"));
    }

    async fn clients_are_filtered(site: Site) {
        let browser = site.superuser().await;
        for (query, names) in [
            ("which=public", vec!["implicit", "public"]), ("which=confidential", vec!["confidential"]),
            ("which=name&q=PUB", vec!["public"]), ("which=client_id&q=implicit", vec!["implicit"]), ("q=conf", vec!["confidential"]),
            ("which=disabled", vec![]), ("which=nonsense", vec!["implicit", "public", "confidential"]),
            ("which=name&q=%25", vec![]), ("which=name&q=_", vec![]),
        ] {
            let page = browser.get(&format!("/admin/clients/?{query}")).await.with_status(200).body;
            for name in ["confidential", "public", "implicit"] {
                assert_eq!(page.contains(&format!("/\">{name}</a>")), names.contains(&name), "{query} {name}: {page}");
            }
        }
    }

    async fn a_filter_stays_as_it_was_set(site: Site) {
        let page = site.superuser().await.get("/admin/clients/?which=client_id&q=%22%3E%3Cscript%3E").await.body;
        assert!(page.contains("<option value=\"client_id\" selected>"), "{page}");
        assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;\"") && !page.contains("<script"), "{page}");
    }

    async fn families_are_filtered_by_user_and_client_and_state(site: Site) {
        site.access_token("read").await;
        let browser = site.superuser().await;
        let subject = site.alice().await.id;
        for (query, count) in [
            (format!("which=subject&q={subject}"), 1), ("which=subject&q=0".to_owned(), 0),
            ("which=revoked".to_owned(), 0), ("client=0".to_owned(), 0),
        ] {
            let page = browser.get(&format!("/admin/families/?{query}")).await.with_status(200).body;
            assert_eq!(page.matches("<th scope=\"row\"").count(), count, "{query}: {page}");
        }
    }
}
