//! Clients that manage their registration: RFC 7592.

use oauth_core::{ClientInformation, ClientRegistrationError, GrantType, NewClient};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{assistant, from, told};
use crate::support::{CALLBACK, Fixture, scopes};

fn authorization(information: &ClientInformation) -> String {
    format!("Bearer {}", information.registration_access_token.expose())
}

impl Fixture {
    async fn change(
        &self,
        of: &ClientInformation,
        document: &Value,
    ) -> Result<ClientInformation, ClientRegistrationError> {
        let (client_id, body) = (&of.client.client_id, document.to_string());
        self.server
            .change_own_registration(client_id, Some(&authorization(of)), body.as_bytes())
            .await
    }

    async fn confidential_stranger(&self) -> ClientInformation {
        self.stranger(&json!({ "redirect_uris": [CALLBACK] })).await.unwrap()
    }
}

both_databases! {
    async fn a_client_reads_what_it_is_registered_with(fixture: Fixture) {
        let fixture = fixture.open();
        let registered = fixture.stranger(&assistant()).await.unwrap();
        let (client_id, token) = (&registered.client.client_id, authorization(&registered));
        let read = fixture.server.own_registration(client_id, Some(&token)).await.unwrap();
        assert_eq!(told(&read), told(&registered));
    }

    /// RFC 7592 §2.1: "If the client does not exist on this server, the server MUST respond with HTTP 401 Unauthorized".
    async fn a_wrong_token_and_a_client_that_is_none_are_answered_alike(fixture: Fixture) {
        let fixture = fixture.open();
        let (one, other) =
            (fixture.stranger(&assistant()).await.unwrap(), fixture.stranger(&assistant()).await.unwrap());
        let mut answers = Vec::new();
        for (client_id, token) in [
            (one.client.client_id.as_str(), authorization(&other)),
            ("nobody", authorization(&one)),
            ("public", authorization(&one)),
            ("a\0b", authorization(&one)),
        ] {
            let token = Some(token.as_str());
            let server = &fixture.server;
            answers.push(server.own_registration(client_id, token).await.unwrap_err().to_string());
            let changed = server.change_own_registration(client_id, token, b"{}").await;
            answers.push(changed.unwrap_err().to_string());
            let deleted = server.delete_own_registration(client_id, token).await;
            answers.push(deleted.unwrap_err().to_string());
        }
        assert!(answers[0].starts_with("invalid_token"), "{answers:?}");
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!(fixture.count("oauth_clients"), "5");
    }

    /// RFC 7592 §2.2: "valid values of client metadata fields in this request MUST replace, not augment, the values".
    async fn what_it_says_now_takes_the_place_of_what_it_said(fixture: Fixture) {
        let fixture = fixture.open();
        let registered = fixture.confidential_stranger().await;
        let (client_id, secret) = (&registered.client.client_id, registered.secret.as_ref().unwrap());
        let changed = fixture.change(&registered, &json!({
            "client_id": client_id, "client_secret": secret.expose(), "client_name": "Renamed",
            "redirect_uris": ["https://new.example/"], "skip_consent": true,
        })).await.unwrap();
        let client = fixture.server.client(client_id).await.unwrap().unwrap();
        assert_eq!((client.name(), client.metadata.redirect_uris.as_slice()), ("Renamed", &["https://new.example/".to_owned()][..]));
        assert!(!client.skip_consent && changed.secret.is_none(), "its secret stays");
        fixture.change(&registered, &told(&changed).into()).await.expect("the same again");
    }

    async fn what_staff_set_beside_it_stays(fixture: Fixture) {
        let fixture = fixture.open();
        let registered = fixture.stranger(&assistant()).await.unwrap();
        let client = &registered.client;
        let by_staff = NewClient {
            description: "Looked at".to_owned(),
            cors_origins: vec!["https://app.example".to_owned()],
            ..NewClient::from(client)
        };
        fixture.staff().update_client(client.id, client.version, by_staff).await.unwrap();
        let mut document = assistant();
        document["client_id"] = client.client_id.as_str().into();
        document["client_name"] = "Renamed".into();
        fixture.change(&registered, &document).await.unwrap();
        let client = fixture.server.client(&client.client_id).await.unwrap().unwrap();
        assert_eq!((client.name(), client.description.as_str()), ("Renamed", "Looked at"));
        assert_eq!(client.cors_origins, ["https://app.example"]);
    }

    /// Which scopes it may ask for, and the grants that no stranger sets.
    async fn a_change_by_the_client_takes_back_nothing_that_staff_decided(fixture: Fixture) {
        let fixture = fixture.open();
        let registered = fixture.confidential_stranger().await;
        let client = &registered.client;
        let by_staff = NewClient {
            scopes: scopes("read"),
            grant_types: vec![GrantType::AuthorizationCode, GrantType::ClientCredentials],
            client_credentials_scopes: scopes("read"),
            skip_consent: true,
            ..NewClient::from(client)
        };
        let by_staff = fixture.admin().update_client(client.id, client.version, by_staff).await.unwrap().client;
        let mut document = json!({ "client_id": client.client_id, "redirect_uris": [CALLBACK], "client_name": "Renamed" });
        document["scope"] = "read write".into();
        document["grant_types"] = json!(["authorization_code", "refresh_token"]);
        // A superuser has said that users are not asked for it: no more than then is got that way.
        assert_eq!(fixture.change(&registered, &document).await.unwrap_err().code(), "access_denied");
        document["grant_types"] = json!(["authorization_code"]);
        let changed = fixture.change(&registered, &document).await.unwrap().client;
        assert_eq!((changed.name(), changed.skip_consent), ("Renamed", true));
        assert_eq!(changed.metadata.scope, by_staff.metadata.scope);
        assert_eq!(changed.metadata.grant_types, by_staff.metadata.grant_types);
        assert_eq!(changed.client_credentials_scopes, scopes("read"));
    }

    /// RFC 7592 §2.2: "Omitted fields MUST be treated as null or empty values by the server".
    async fn what_is_empty_is_absent(fixture: Fixture) {
        let fixture = fixture.open();
        let registered = fixture.confidential_stranger().await;
        let mut document = json!({ "client_id": registered.client.client_id, "redirect_uris": [CALLBACK] });
        for name in ["client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri", "token_endpoint_auth_method", "scope"] {
            document[name] = "".into();
        }
        let changed = fixture.change(&registered, &document).await.unwrap().client;
        assert_eq!((&changed.metadata.client_uri, changed.is_public), (&None, false));
    }

    async fn a_client_that_staff_trust_does_not_say_where_it_is_answered(fixture: Fixture) {
        let fixture = fixture.open();
        let registered = fixture.stranger(&assistant()).await.unwrap();
        let client = &registered.client;
        let trusted = NewClient { skip_consent: true, ..NewClient::from(client) };
        fixture.admin().update_client(client.id, client.version, trusted).await.unwrap();
        let mut document = assistant();
        document["client_id"] = client.client_id.as_str().into();
        document["redirect_uris"] = json!(["https://thief.example/"]);
        assert_eq!(fixture.change(&registered, &document).await.unwrap_err().code(), "access_denied");
    }

    async fn another_identifier_or_secret_is_refused(fixture: Fixture) {
        let fixture = fixture.open();
        let registered = fixture.confidential_stranger().await;
        let client_id = &registered.client.client_id;
        for document in [
            json!({ "redirect_uris": [CALLBACK] }),
            json!({ "redirect_uris": [CALLBACK], "client_id": "public" }),
            json!({ "redirect_uris": [CALLBACK], "client_id": client_id, "client_secret": "mine" }),
            json!({ "redirect_uris": [CALLBACK], "client_id": client_id, "client_secret": 7 }),
        ] {
            let refusal = fixture.change(&registered, &document).await.unwrap_err();
            assert_eq!(refusal.code(), "invalid_client_metadata", "{document}");
        }
    }

    /// RFC 7592 §2.3.
    async fn a_client_that_deletes_itself_is_gone_with_all_of_it(fixture: Fixture) {
        let fixture = fixture.open();
        let registered = fixture.stranger(&assistant()).await.unwrap();
        let (client_id, token) = (&registered.client.client_id, authorization(&registered));
        fixture.grant_to(client_id).await;
        fixture.server.delete_own_registration(client_id, Some(&token)).await.unwrap();
        assert!(fixture.server.client(client_id).await.unwrap().is_none());
        fixture.server.own_registration(client_id, Some(&token)).await.unwrap_err();
        fixture.clear().await;
        assert_eq!((fixture.count("oauth_clients"), fixture.count("oauth_grants")), ("3".into(), "0".into()));
    }

    /// Each is a row of the trail, which is never deleted: nobody fills it as they like.
    async fn changes_count_with_registrations_and_what_changes_nothing_does_not(fixture: Fixture) {
        let mut fixture = fixture.open();
        fixture.server = from(&fixture.server, "192.0.2.1");
        let registered = fixture.stranger(&assistant()).await.unwrap();
        let mut document = assistant();
        document["client_id"] = registered.client.client_id.as_str().into();
        fixture.change(&registered, &json!({})).await.unwrap_err();
        for number in 1..20 {
            fixture.change(&registered, &document).await.expect("the same again");
            document["client_name"] = format!("Assistant {number}").into();
            fixture.change(&registered, &document).await.unwrap();
        }
        let refused = fixture.change(&registered, &document).await.unwrap_err();
        assert!(matches!(refused, ClientRegistrationError::TooMany { retry_after: 180 }), "{refused:?}");
        fixture.stranger(&assistant()).await.unwrap_err();
        fixture.clock.advance(180);
        document["client_name"] = "Assistant 20".into();
        fixture.change(&registered, &document).await.unwrap();
    }

    async fn what_a_client_manages_itself_with_is_stored_as_a_digest(fixture: Fixture) {
        let fixture = fixture.open();
        let registered = fixture.stranger(&assistant()).await.unwrap();
        let token = registered.registration_access_token.expose();
        let hex = if fixture.database.is_postgres() { "encode(management_token, 'hex')" } else { "lower(hex(management_token))" };
        let stored = fixture.database.texts(&format!("SELECT {hex} AS text FROM oauth_clients WHERE management_token IS NOT NULL"));
        let digest = Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(stored, [digest]);
    }
}
