//! Clients registered themselves later.

use oauth_core::{RegisteredBy, Store, admin::ClientFilter};

use super::revert_from;
use crate::support::{Fixture, assert_live};

both_databases! {
    async fn clients_of_before_are_those_of_staff_and_stay(fixture: Fixture) {
        if fixture.database.is_spread() {
            return; // migrations know nothing of it
        }
        revert_from(&fixture.database, "20261130051000");
        fixture.database.execute(
            "INSERT INTO oauth_clients (client_id, metadata, description, is_public, require_pkce, version, created_at)
            VALUES ('older', '{\"client_name\":\"Older\",\"redirect_uris\":[],\"scope\":\"read\",\"grant_types\":[]}',
            '', TRUE, TRUE, 1, 1)",
        );
        let store = Store::open(&fixture.database.url).unwrap();
        assert!(store.migrate().unwrap().contains(&"20261130051000".to_owned()));
        let older = fixture.server.client("older").await.unwrap().expect("the client");
        assert_eq!((older.name(), older.registered_by), ("Older", RegisteredBy::Staff));
        let of_staff = ClientFilter::RegisteredBy(RegisteredBy::Staff);
        let of_staff = fixture.staff().clients(of_staff, None).await.unwrap().rows;
        assert_eq!(of_staff.len(), 4, "they are listed as what they are");
        fixture.clock.advance(10 * 24 * 3600);
        assert_eq!(fixture.clear().await.clients, 0);
        assert_live(&fixture, &fixture.tokens().await).await;
    }
}
