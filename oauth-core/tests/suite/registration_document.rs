//! What RFC 7591 §2 has a name for is stored as one document, and nothing else is.

use oauth_core::{ApplicationType, GrantType, Lifetime, NewClient, RequireState};
use serde_json::{Value, json};

use crate::support::{CALLBACK, Fixture, client, scopes};

impl Fixture {
    fn document(&self, client_id: &str) -> Value {
        let query =
            format!("SELECT metadata AS text FROM oauth_clients WHERE client_id = '{client_id}'");
        serde_json::from_str(&self.database.texts(&query).concat()).expect("JSON")
    }

    /// Past the server, as another program would: the version rises.
    fn set_document(&self, client_id: &str, document: &Value) {
        self.database.execute(&format!(
            "UPDATE oauth_clients SET metadata = '{document}', version = version + 1 WHERE client_id = '{client_id}'"
        ));
    }

    async fn rename(&self, client_id: &str, name: &str) {
        let old = self.server.client(client_id).await.unwrap().expect("a client");
        let change = NewClient { name: name.to_owned(), ..NewClient::from(&*old) };
        self.admin().update_client(old.id, old.version, change).await.unwrap();
    }
}

both_databases! {
    async fn each_property_is_a_member_under_its_registered_name(fixture: Fixture) {
        let new = NewClient {
            client_uri: Some("https://app.example/".to_owned()),
            logo_uri: Some("https://app.example/logo.png".to_owned()),
            policy_uri: Some("https://app.example/policy".to_owned()),
            tos_uri: Some("https://app.example/terms".to_owned()),
            redirect_uris: vec![CALLBACK.to_owned(), "com.example.app:/cb".to_owned(), CALLBACK.to_owned()],
            application_type: ApplicationType::Native,
            require_pushed_authorization_requests: true,
            ..client("app")
        };
        fixture.register(new).await;
        let expected = json!({
            "client_name": "app",
            "client_uri": "https://app.example/",
            "logo_uri": "https://app.example/logo.png",
            "policy_uri": "https://app.example/policy",
            "tos_uri": "https://app.example/terms",
            "redirect_uris": [CALLBACK, "com.example.app:/cb"],
            "grant_types": ["authorization_code", "refresh_token"],
            "scope": "read retired write",
            "application_type": "native",
            "require_pushed_authorization_requests": true,
        });
        assert_eq!(fixture.document("app"), expected);
    }

    async fn what_only_staff_may_set_is_no_member(fixture: Fixture) {
        let new = NewClient {
            description: "Polls".to_owned(),
            any_scope: true,
            client_credentials_scopes: scopes("read"),
            default_scopes: scopes("read"),
            access_token_lifetime: Some(Lifetime::Never),
            refresh_token_lifetime: Some(Lifetime::Seconds(9)),
            owner: Some("alice".to_owned()),
            acts_as_owner: true,
            skip_consent: true,
            require_pkce: Some(true),
            require_state: Some(RequireState::Always),
            fragment_supported: false,
            cors_origins: vec!["https://app.example".to_owned()],
            introspects: vec!["https://api.example".to_owned()],
            ..client("app")
        };
        fixture.register(new).await;
        let document = fixture.document("app");
        let members: Vec<_> = document.as_object().unwrap().keys().collect();
        assert_eq!(members, ["client_name", "redirect_uris", "grant_types", "scope"]);
    }

    async fn a_change_leaves_members_alone_that_this_program_does_not_know(fixture: Fixture) {
        let mut document = fixture.document("public");
        let newer = json!({ "software_id": "x", "jwks": { "keys": [] }, "client_name#ru": "Приложение" });
        document.as_object_mut().unwrap().extend(newer.as_object().unwrap().clone());
        fixture.set_document("public", &document);
        fixture.rename("public", "Renamed").await;
        document["client_name"] = json!("Renamed");
        assert_eq!(fixture.document("public"), document);
        assert_eq!(fixture.trail().await, ["update client public: client_name"]);
    }

    async fn a_grant_that_this_program_does_not_know_stays_as_it_is(fixture: Fixture) {
        let mut document = fixture.document("public");
        document["grant_types"] = json!(["urn:example:newer", "refresh_token", "newer"]);
        fixture.set_document("public", &document);
        let public = fixture.server.client("public").await.unwrap().unwrap();
        let extension = |name: &str| GrantType::Extension(name.to_owned());
        let expected = [extension("urn:example:newer"), GrantType::RefreshToken, extension("newer")];
        assert_eq!(public.metadata.grant_types, expected);
        fixture.rename("public", "Renamed").await;
        assert_eq!(fixture.document("public")["grant_types"], document["grant_types"]);
    }

    async fn a_document_of_another_form_is_a_fault_of_ours_and_of_no_other_client(fixture: Fixture) {
        for broken in [json!({ "client_name": "x", "redirect_uris": 7 }), json!({ "client_name": "x", "scope": "\u{fc}" })] {
            fixture.set_document("public", &broken);
            let failed = fixture.server.client("public").await.unwrap_err();
            assert!(!failed.is_unavailable(), "{failed}");
            let request = crate::support::public_exchange_form("x");
            assert_eq!(fixture.token(&request).await.unwrap_err().code(), "server_error");
            fixture.tokens().await;
        }
    }

    async fn nothing_is_parsed_again_before_the_client_has_changed(fixture: Fixture) {
        let before = fixture.server.client("public").await.unwrap().unwrap();
        // Without a new version, as nobody should.
        fixture.database.execute("UPDATE oauth_clients SET metadata = '{\"client_name\":\"x\",\"scope\":7}'");
        let public = fixture.server.client("public").await.unwrap().unwrap();
        assert_eq!(public.metadata, before.metadata);
    }

    async fn a_change_of_the_name_is_found_in_the_lists(fixture: Fixture) {
        fixture.rename("public", "Zebra").await;
        let filter = oauth_core::admin::ClientFilter::NameBegins("zeb".to_owned());
        let found = fixture.admin().clients(filter, None).await.unwrap();
        assert_eq!(found.rows.iter().map(oauth_core::Client::name).collect::<Vec<_>>(), ["Zebra"]);
    }
}
