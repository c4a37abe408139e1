//! A client is parsed once for each version of it, and shared; and every request has the version of now.

use std::sync::Arc;

use oauth_core::{AuthorizationServer, Client, NewClient, Settings, Store};

use crate::support::{Fixture, code_request};

impl Fixture {
    async fn renamed(&self, name: &str) {
        let old = found(&self.server).await;
        let change = NewClient { name: name.to_owned(), ..NewClient::from(&*old) };
        self.admin().update_client(old.id, old.version, change).await.unwrap();
    }

    /// Another process on the same database.
    fn another(&self) -> AuthorizationServer {
        let store = Store::open(&self.database.url).unwrap();
        AuthorizationServer::new(Settings::new("https://id.example"), store).unwrap()
    }
}

async fn found(server: &AuthorizationServer) -> Arc<Client> {
    server.client("confidential").await.unwrap().expect("a client")
}

both_databases! {
    async fn requests_share_what_was_parsed_of_a_client(fixture: Fixture) {
        let (one, other) = (found(&fixture.server).await, found(&fixture.server).await);
        assert!(Arc::ptr_eq(&one, &other), "parsed twice");
        fixture.tokens().await;
        let apps = fixture.server.connected_apps("alice").await.unwrap();
        assert!(Arc::ptr_eq(&one, &apps[0].client), "the page of connected applications as well");
    }

    async fn a_change_counts_from_the_next_request_on_at_every_process(fixture: Fixture) {
        let another = fixture.another();
        for name in ["First", "Second"] {
            fixture.renamed(name).await;
            let request = fixture.judge(&code_request()).await.unwrap();
            assert_eq!(request.client().name(), name);
            assert_eq!(found(&another).await.name(), name);
        }
    }

    async fn a_change_that_was_refused_leaves_what_is_remembered(fixture: Fixture) {
        let before = found(&fixture.server).await;
        let empty = NewClient { name: String::new(), ..NewClient::from(&*before) };
        fixture.admin().update_client(before.id, before.version, empty).await.unwrap_err();
        assert!(Arc::ptr_eq(&before, &found(&fixture.server).await));
    }

    async fn what_is_remembered_of_a_deleted_client_is_nobodys(fixture: Fixture) {
        let id = found(&fixture.server).await.id;
        fixture.admin().delete_client(id).await.unwrap();
        assert!(fixture.server.client("confidential").await.unwrap().is_none());
        fixture.clear().await;
        let again = fixture.register(crate::support::client("confidential")).await.client;
        assert_ne!(again.id, id, "a key is never given twice");
        assert_eq!(found(&fixture.server).await.id, again.id);
    }
}
