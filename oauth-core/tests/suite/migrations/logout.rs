//! A database from before there were logout tokens to deliver.

use oauth_core::Store;

use super::revert_from;
use crate::support::{Fixture, code_request};

both_databases! {
    async fn what_was_there_before_logout_tokens_is_served(fixture: Fixture) {
        if fixture.database.is_spread() {
            return; // migrations know nothing of it
        }
        let code = fixture.code(&code_request()).await;
        revert_from(&fixture.database, "20261130034400");
        assert!(!fixture.database.tables().contains(&"oauth_logout_deliveries".to_owned()));
        let store = Store::open(&fixture.database.url).unwrap();
        assert!(store.migrate().unwrap().contains(&"20261130034400".to_owned()));
        fixture.exchange(&code).await.expect("tokens for a code of before");
        fixture.server.log_out_user("alice").await.unwrap();
        assert_eq!(fixture.count("oauth_logout_deliveries"), "0");
    }
}
