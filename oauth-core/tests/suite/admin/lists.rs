//! Lists: a page at a time, the newest first, and by name.

use oauth_core::{
    ClientSecret, NewClient,
    admin::{ClientFilter, PAGE_SIZE, Page, ScopeFilter, UserFilter},
};

use super::users::{change, named};
use crate::{
    accounts::PASSWORD,
    support::{Fixture, client},
};

impl Fixture {
    /// Clients of one name, quickly.
    fn many_clients(&self, count: usize, name: &str) {
        let rows: Vec<String> = (0..count)
            .map(|number| {
                format!(
                    "('{name}{number}', '{{\"client_name\":\"{name}\"}}', '', TRUE, FALSE, 1, 1)"
                )
            })
            .collect();
        self.database.execute(&format!(
            "INSERT INTO oauth_clients (client_id, metadata, description, is_public, require_pkce, version, created_at) VALUES {}",
            rows.join(", ")
        ));
    }

    /// Every page of a list of clients, by identifier.
    async fn pages(&self, filter: ClientFilter) -> Vec<Vec<String>> {
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let page = self.admin().clients(filter.clone(), after.as_deref()).await.unwrap();
            let Page { rows, next, .. } = page;
            pages.push(rows.into_iter().map(|client| client.client_id).collect());
            match next {
                Some(next) => after = Some(next),
                None => return pages,
            }
        }
    }

    async fn found(&self, filter: ClientFilter) -> Vec<String> {
        self.pages(filter).await.concat()
    }
}

both_databases! {
    async fn every_record_is_on_one_page_the_newest_first(fixture: Fixture) {
        fixture.many_clients(2 * PAGE_SIZE, "many");
        let pages = fixture.pages(ClientFilter::All).await;
        let sizes: Vec<_> = pages.iter().map(Vec::len).collect();
        assert_eq!(sizes, [PAGE_SIZE, PAGE_SIZE, 3]);
        assert_eq!(pages[2], ["implicit", "public", "confidential"]);
        let mut all = pages.concat();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 2 * PAGE_SIZE + 3);
    }

    async fn a_page_that_is_just_full_has_no_other_behind_it(fixture: Fixture) {
        fixture.many_clients(PAGE_SIZE - 3, "many");
        assert_eq!(fixture.pages(ClientFilter::All).await.len(), 1);
        assert!(fixture.admin().clients(ClientFilter::All, None).await.unwrap().next.is_none());
    }

    async fn records_of_one_name_are_all_found_over_several_pages(fixture: Fixture) {
        fixture.many_clients(PAGE_SIZE + 10, "Twin");
        fixture.many_clients(PAGE_SIZE, "twins");
        let pages = fixture.pages(ClientFilter::NameBegins("TW".to_owned())).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [PAGE_SIZE, PAGE_SIZE, 10]);
        let mut all = pages.concat();
        assert!(all[..PAGE_SIZE + 10].iter().all(|id| id.starts_with("Twin")), "in alphabetical order");
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 2 * PAGE_SIZE + 10, "each once");
    }

    async fn clients_are_found_by_what_a_filter_says(fixture: Fixture) {
        fixture.server.set_client_disabled("public", true).await.unwrap();
        let chosen = ClientSecret::Chosen("correct horse".into());
        fixture.register(NewClient { name: "100% \u{fc}_\\".to_owned(), secret: chosen, ..client("odd") }).await;
        let text = str::to_owned;
        assert_eq!(fixture.found(ClientFilter::Public).await, ["implicit", "public"]);
        assert_eq!(fixture.found(ClientFilter::Confidential).await, ["odd", "confidential"]);
        assert_eq!(fixture.found(ClientFilter::Enabled).await, ["odd", "implicit", "confidential"]);
        assert_eq!(fixture.found(ClientFilter::Disabled).await, ["public"]);
        assert_eq!(fixture.found(ClientFilter::ClientId(text("odd"))).await, ["odd"]);
        assert_eq!(fixture.found(ClientFilter::NameBegins(text("100% \u{fc}_"))).await, ["odd"]);
        for nothing in ["%", "_", "x", "100%%", "\0", "'"] {
            assert_eq!(fixture.found(ClientFilter::NameBegins(text(nothing))).await, [""; 0], "{nothing:?}");
        }
        assert_eq!(fixture.found(ClientFilter::NameBegins(String::new())).await.len(), 4, "no text is no restriction");
    }

    async fn a_cursor_that_no_page_gave_means_the_beginning(fixture: Fixture) {
        for after in ["", "x", "~", "1~", "~x", "99999999999999999999", "\0", "-1~\u{10ffff}"] {
            let page = fixture.admin().clients(ClientFilter::All, Some(after)).await.unwrap();
            assert_eq!(page.rows.len(), 3, "{after:?}");
            let named = ClientFilter::NameBegins("p".to_owned());
            fixture.admin().clients(named, Some(after)).await.unwrap();
        }
    }

    async fn scopes_are_found_by_what_a_filter_says(fixture: Fixture) {
        let found = async |filter| {
            let page = fixture.admin().scopes(filter, None).await.unwrap();
            page.rows.into_iter().map(|scope| scope.name).collect::<Vec<_>>()
        };
        assert_eq!(found(ScopeFilter::All).await, ["retired", "admin", "write", "read"]);
        assert_eq!(found(ScopeFilter::NameBegins("RE".to_owned())).await, ["read", "retired"]);
        assert_eq!(found(ScopeFilter::Enabled).await, ["admin", "write", "read"]);
        assert_eq!(found(ScopeFilter::Disabled).await, ["retired"]);
    }

    async fn users_are_found_by_what_a_filter_says(fixture: Fixture) {
        let (alice, bob) = (fixture.user("alice").await, fixture.user("bob").await);
        let new = oauth_core::NewUser { is_staff: true, email: "Carol@Example.com".to_owned(), ..named("Carol") };
        fixture.server.create_user(new, PASSWORD).await.unwrap();
        let away = oauth_core::admin::UserChange { is_active: false, ..change(&bob) };
        fixture.admin().update_user(bob.id, away).await.unwrap();
        let found = async |filter| {
            let page = fixture.admin().users(filter, None).await.unwrap();
            page.rows.into_iter().map(|user| user.username).collect::<Vec<_>>()
        };
        assert_eq!(found(UserFilter::All).await, ["Carol", "bob", "alice"]);
        assert_eq!(found(UserFilter::UsernameBegins("c".to_owned())).await, ["Carol"]);
        assert_eq!(found(UserFilter::Email("carol@example.COM".to_owned())).await, ["Carol"]);
        assert_eq!(found(UserFilter::Email("\0".to_owned())).await, [""; 0]);
        assert_eq!(found(UserFilter::Staff).await, ["Carol"]);
        assert_eq!(found(UserFilter::Active).await, ["Carol", alice.username.as_str()]);
        assert_eq!(found(UserFilter::Inactive).await, ["bob"]);
    }
}
