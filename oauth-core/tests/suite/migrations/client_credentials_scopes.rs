//! What a client may have for itself became a list of its own.

use oauth_core::{NewClient, Store};
use serde_json::json;

use super::revert_from;
use crate::support::Fixture;

impl Fixture {
    /// A client of the schema before.
    fn older(&self, client_id: &str, document: &serde_json::Value, columns: &str) {
        let [any_scope, acts_as_owner] =
            ["any_scope", "acts_as_owner"].map(|name| columns.contains(name));
        let owner = if acts_as_owner { "'alice'" } else { "NULL" };
        self.database.execute(&format!(
            "INSERT INTO oauth_clients (client_id, metadata, description, is_public, require_pkce, version, created_at, \
            any_scope, owner, acts_as_owner) \
            VALUES ('{client_id}', '{document}', '', FALSE, TRUE, 1, 1, {any_scope}, {owner}, {acts_as_owner})"
        ));
    }
}

fn document(grant_types: &[&str], scope: &str) -> serde_json::Value {
    json!({ "client_name": "Older", "redirect_uris": [], "grant_types": grant_types, "scope": scope })
}

both_databases! {
    async fn clients_of_before_may_have_for_themselves_what_they_could_have(fixture: Fixture) {
        if fixture.database.is_spread() {
            return; // migrations know nothing of it
        }
        revert_from(&fixture.database, FIRST);
        fixture.database.execute("INSERT INTO oauth_scopes (name, description) VALUES ('openid', ''), ('Zoo', '')");
        let machine = ["client_credentials"];
        let both = ["authorization_code", "client_credentials"];
        fixture.older("listed", &document(&both, "notes:write offline_access openid read"), "");
        fixture.older("any", &document(&machine, "elsewhere read"), "any_scope");
        fixture.older("owned", &document(&machine, "openid read"), "acts_as_owner");
        fixture.older("for users", &document(&["authorization_code"], "read"), "any_scope");
        fixture.older("nothing", &document(&machine, ""), "");
        fixture.older("silent", &json!({ "client_name": "x", "grant_types": machine }), "");
        fixture.older("without grants", &json!({ "client_name": "x", "scope": "read" }), "");

        let store = Store::open(&fixture.database.url).unwrap();
        assert!(store.migrate().unwrap().contains(&FIRST.to_owned()));
        for (client_id, expected) in [
            ("listed", "notes:write read"),
            ("any", "Zoo admin elsewhere read retired write"),
            ("owned", "openid read"),
            ("for users", ""),
            ("nothing", ""),
            ("silent", ""),
            ("without grants", ""),
        ] {
            // Spelled as the program does, so that no change of something else names it.
            let stored = format!("SELECT client_credentials_scopes AS text FROM oauth_clients WHERE client_id = '{client_id}'");
            assert_eq!(fixture.database.texts(&stored), [expected], "{client_id}");
        }
        let any = fixture.server.client("any").await.unwrap().expect("the client");
        let renamed = NewClient { name: "Renamed".to_owned(), scopes: "read".parse().unwrap(), register_unknown_scopes: true, ..NewClient::from(&*any) };
        fixture.admin().update_client(any.id, any.version, renamed).await.unwrap();
        assert_eq!(fixture.trail().await, ["update client Older: client_name, scope"]);
    }
}

const FIRST: &str = "20261130084500";
