//! Devices came later.

use oauth_core::NewClient;

use super::revert_from;
use crate::{
    device::television,
    support::{Fixture, assert_live, code_request, refresh_token},
};

both_databases! {
    async fn what_was_there_before_devices_is_served_after_the_migration(fixture: Fixture) {
        revert_from(&fixture.database, "20261130035000");
        let code = "INSERT INTO oauth_clients (client_id, metadata, description, is_public, require_pkce, version, created_at) \
            VALUES ('older', '{\"client_name\":\"Older\",\"redirect_uris\":[],\"scope\":\"read\",\"grant_types\":\
            [\"urn:ietf:params:oauth:grant-type:device_code\"]}', '', TRUE, TRUE, 1, 1)";
        fixture.database.execute(code);
        fixture.server.store().migrate().unwrap();

        let tokens = fixture.tokens().await;
        assert_live(&fixture, &tokens).await;
        assert_live(&fixture, &fixture.refresh(refresh_token(&tokens)).await.unwrap()).await;
        // A client that named the grant when this server did not have it yet gets it with the table.
        fixture.register(NewClient { client_id: Some("television".to_owned()), ..television() }).await;
        let device = fixture.ask(&crate::device::asks().set("client_id", "older")).await.unwrap();
        assert!(fixture.say(&device, "alice", true).await);
        fixture.code(&code_request()).await;
    }
}
