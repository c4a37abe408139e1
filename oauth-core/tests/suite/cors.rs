//! Which pages of other origins may read an answer: by the origins that clients registered.

use oauth_core::{AuthorizationServer, ClientSecret, NewClient};

use crate::support::{Fixture, Form, client};

const PAGE: &str = "https://app.example";

impl Fixture {
    /// A public client with pages of this origin.
    async fn with_page(&self, client_id: &str, origin: &str) {
        let cors_origins = vec![origin.to_owned()];
        let secret = ClientSecret::None;
        self.register(NewClient { secret, cors_origins, ..client(client_id) }).await;
    }

    async fn is_page(&self, origin: &str) -> bool {
        self.server.is_cors_origin(origin).await.expect("an answer")
    }

    /// What is known of clients is a second old at most.
    async fn is_page_later(&self, origin: &str) -> bool {
        self.clock.advance(1);
        self.is_page(origin).await
    }

    /// Whether a page of this origin may read what the client gets.
    async fn revokes(&self, client_id: &str, origin: &str) -> bool {
        let params = Form::new(&[("client_id", client_id), ("token", "x")]).params();
        let revoked = self.server.revoke(None, &params);
        AuthorizationServer::asked_by_page(origin.to_owned(), revoked).await.1
    }
}

both_databases! {
    async fn an_origin_counts_that_any_enabled_client_registered(fixture: Fixture) {
        assert!(!fixture.is_page(PAGE).await);
        fixture.with_page("spa", PAGE).await;
        fixture.with_page("other", "http://localhost:3000").await;
        assert!(fixture.is_page_later(PAGE).await && fixture.is_page("http://localhost:3000").await);
        for other in ["https://app.example:8443", "http://app.example", "https://app.example/", "null", ""] {
            assert!(!fixture.is_page(other).await, "{other}");
        }
        fixture.server.set_client_disabled("spa", true).await.unwrap();
        assert!(!fixture.is_page_later(PAGE).await && fixture.is_page("http://localhost:3000").await);
        fixture.server.set_client_disabled("spa", false).await.unwrap();
        assert!(fixture.is_page_later(PAGE).await);
        let spa = fixture.server.client("spa").await.unwrap().unwrap();
        fixture.admin().delete_client(spa.id).await.unwrap();
        assert!(!fixture.is_page_later(PAGE).await);
    }

    async fn the_origins_are_looked_up_once_a_second_at_most(fixture: Fixture) {
        assert!(!fixture.is_page(PAGE).await);
        fixture.with_page("spa", PAGE).await;
        assert!(!fixture.is_page(PAGE).await, "that is no other second yet");
        assert!(fixture.is_page_later(PAGE).await);
        fixture.database.execute("ALTER TABLE oauth_clients RENAME TO away");
        assert!(fixture.is_page(PAGE).await);
    }

    async fn without_the_database_what_is_known_goes_on(fixture: Fixture) {
        fixture.with_page("spa", PAGE).await;
        assert!(fixture.is_page(PAGE).await);
        fixture.database.execute("ALTER TABLE oauth_clients RENAME TO away");
        assert!(fixture.is_page_later(PAGE).await);
        let fixture = fixture.with(|_| ());
        assert!(fixture.server.is_cors_origin(PAGE).await.is_err(), "nothing is known yet");
    }

    async fn what_a_client_gets_is_for_the_pages_that_it_registered(fixture: Fixture) {
        fixture.with_page("spa", PAGE).await;
        fixture.with_page("other", "https://other.example").await;
        assert!(fixture.revokes("spa", PAGE).await);
        assert!(fixture.revokes("other", "https://other.example").await);
        assert!(!fixture.revokes("other", PAGE).await);
        assert!(!fixture.revokes("public", PAGE).await);
        assert!(!fixture.revokes("nobody", PAGE).await);
    }

    async fn what_a_token_admits_to_is_for_the_pages_of_its_client(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let read = "read".parse().unwrap();
        let admitted = |origin: &'static str| {
            let verified = fixture.server.verify(tokens.access_token.expose(), &read);
            AuthorizationServer::asked_by_page(origin.to_owned(), verified)
        };
        assert!(!admitted(PAGE).await.1);
        let old = fixture.server.client("confidential").await.unwrap().unwrap();
        let change = NewClient { cors_origins: vec![PAGE.to_owned()], ..NewClient::from(&*old) };
        fixture.admin().update_client(old.id, old.version, change).await.unwrap();
        let (verified, may_read) = admitted(PAGE).await;
        assert!(verified.is_ok() && may_read);
        assert!(!admitted("https://other.example").await.1);
        let refused = fixture.server.verify("nobody's", &read);
        assert!(!AuthorizationServer::asked_by_page(PAGE.to_owned(), refused).await.1);
    }
}
