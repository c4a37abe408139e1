//! What staff change of clients.

use oauth_core::{
    ClientChange, EventKind, NewClient, Secret,
    admin::{AdminError, IssuedFilter, IssuedKind},
};

use super::refused_fields;
use crate::support::{Fixture, Form, assert_live, client, machine, recognised_by, scopes};

/// A client that gets tokens for itself.
pub(super) fn robot() -> NewClient {
    NewClient { default_scopes: scopes("read"), ..machine("robot") }
}

impl Fixture {
    /// Whether `robot` gets a token with this secret.
    pub(super) async fn admits(&self, secret: &Secret) -> bool {
        let request = Form::new(&[
            ("grant_type", "client_credentials"),
            ("client_id", "robot"),
            ("client_secret", secret.expose()),
        ]);
        self.token(&request).await.is_ok()
    }

    fn client_changes(&self) -> Vec<ClientChange> {
        let change = |event| match event {
            EventKind::ClientChanged { change, .. } => Some(change),
            _ => None,
        };
        self.events().into_iter().filter_map(change).collect()
    }
}

both_databases! {
    async fn a_client_is_created_and_its_secret_shown_this_once(fixture: Fixture) {
        let created = fixture.admin().create_client(robot()).await.unwrap();
        let secret = created.secret.expect("a secret");
        assert!(fixture.admits(&secret).await);
        assert_eq!(created.client.secrets[0].prefix, recognised_by(secret.expose()));
        assert_eq!(fixture.trail().await, ["create client robot: "]);
    }

    async fn every_fault_of_a_client_is_named_at_once_and_nothing_is_saved(fixture: Fixture) {
        let new = NewClient {
            client_id: Some("a b".to_owned()),
            client_uri: Some("javascript:x".to_owned()),
            redirect_uris: vec!["/cb".to_owned()],
            scopes: scopes("unheard_of"),
            owner: Some(String::new()),
            ..NewClient::new("")
        };
        let fields = refused_fields(fixture.admin().create_client(new).await);
        let expected = ["name", "client_id", "owner", "client_uri", "redirect_uris", "scopes"];
        assert_eq!(fields, expected);
        assert_eq!((fixture.count("oauth_clients"), fixture.count("oauth_audit")), ("3".into(), "0".into()));
    }

    async fn an_identifier_that_is_taken_is_a_fault_of_its_field(fixture: Fixture) {
        let new = NewClient { register_unknown_scopes: true, scopes: scopes("brand:new"), ..client("public") };
        assert_eq!(refused_fields(fixture.admin().create_client(new).await), ["client_id"]);
        assert!(!fixture.server.scopes().await.unwrap().contains("brand:new"), "nothing half-saved");
        assert_eq!(fixture.count("oauth_audit"), "0");
    }

    async fn a_change_keeps_what_it_does_not_name_and_the_secret(fixture: Fixture) {
        let created = fixture.admin().create_client(robot()).await.unwrap();
        let before = created.client;
        let change = NewClient { name: "Robby".to_owned(), description: "It helps.".to_owned(), ..NewClient::from(&before) };
        let changed = fixture.admin().update_client(before.id, before.version, change).await.unwrap();
        assert!(changed.secret.is_none(), "the old one is still good");
        assert!(fixture.admits(&created.secret.unwrap()).await);
        assert_eq!(changed.client.name(), "Robby");
        assert_eq!(changed.client.metadata.scope, before.metadata.scope);
        assert!(changed.client.version > before.version);
        assert_eq!(fixture.trail().await[0], "update client robot: client_name, description");
    }

    async fn the_identifier_of_a_client_stays(fixture: Fixture) {
        let client = fixture.server.client("public").await.unwrap().unwrap();
        let change = NewClient { client_id: Some("other".to_owned()), name: "New".to_owned(), ..NewClient::from(&*client) };
        let changed = fixture.admin().update_client(client.id, client.version, change).await.unwrap();
        assert_eq!(changed.client.client_id, "public");
    }

    async fn what_changes_nothing_is_no_change(fixture: Fixture) {
        let client = fixture.server.client("public").await.unwrap().unwrap();
        let same = fixture.admin().update_client(client.id, client.version, NewClient::from(&*client)).await;
        assert_eq!(same.unwrap().client.version, client.version);
        assert_eq!(fixture.count("oauth_audit"), "0");
    }

    async fn a_form_made_from_an_older_version_is_a_conflict(fixture: Fixture) {
        let old = fixture.server.client("public").await.unwrap().unwrap();
        let named = |name: &str| NewClient { name: name.to_owned(), ..NewClient::from(&*old) };
        fixture.admin().update_client(old.id, old.version, named("First")).await.unwrap();
        let second = fixture.admin().update_client(old.id, old.version, named("Second")).await;
        assert!(matches!(second, Err(AdminError::Conflict)), "{second:?}");
        assert_eq!(fixture.server.client("public").await.unwrap().unwrap().name(), "First");
        assert_eq!(fixture.trail().await.len(), 1);
    }

    async fn of_two_forms_that_are_sent_at_once_one_is_saved(fixture: Fixture) {
        for round in 0..10 {
            let old = fixture.server.client("public").await.unwrap().unwrap();
            let send = |name: String| {
                let (admin, form) = (fixture.admin(), NewClient { name, ..NewClient::from(&*old) });
                let (id, version) = (old.id, old.version);
                tokio::spawn(async move { admin.update_client(id, version, form).await })
            };
            let (one, other) = (send(format!("one {round}")), send(format!("other {round}")));
            let saved = [one.await.unwrap(), other.await.unwrap()];
            assert_eq!(saved.iter().filter(|answer| answer.is_ok()).count(), 1, "{saved:?}");
            assert_eq!(fixture.trail().await.len(), round + 1, "nor does the trail tell of the other");
        }
    }

    async fn a_disabled_clients_tokens_are_dead_until_it_is_enabled(fixture: Fixture) {
        let (tokens, id) = (fixture.tokens().await, fixture.key("confidential").await);
        for _ in 0..2 {
            fixture.admin().set_client_disabled(id, true).await.unwrap();
        }
        assert!(!fixture.is_live(&tokens.access_token).await);
        fixture.admin().set_client_disabled(id, false).await.unwrap();
        assert_live(&fixture, &tokens).await;
        let trail = ["enable client confidential: ", "disable client confidential: "];
        assert_eq!(fixture.trail().await, trail, "the second time changed nothing");
    }

    async fn a_client_that_is_none_cannot_be_changed(fixture: Fixture) {
        let admin = fixture.admin();
        let change = admin.update_client(99, 1, client("none")).await;
        assert!(matches!(change, Err(AdminError::NotFound)), "{change:?}");
        assert!(matches!(admin.rotate_client_secret(99, 0).await, Err(AdminError::NotFound)));
        assert!(matches!(admin.set_client_disabled(99, true).await, Err(AdminError::NotFound)));
        assert!(matches!(admin.delete_client(99).await, Err(AdminError::NotFound)));
        assert_eq!(fixture.count("oauth_audit"), "0");
    }

    async fn every_change_of_a_client_is_an_event(fixture: Fixture) {
        let admin = fixture.admin();
        let created = admin.create_client(robot()).await.unwrap().client;
        let change = NewClient { name: "Robby".to_owned(), ..NewClient::from(&created) };
        admin.update_client(created.id, created.version, change).await.unwrap();
        admin.rotate_client_secret(created.id, 9).await.unwrap();
        let old = admin.client(created.id).await.unwrap().unwrap().secrets[1].id;
        admin.end_client_secret(created.id, old).await.unwrap();
        admin.set_client_disabled(created.id, true).await.unwrap();
        admin.set_client_disabled(created.id, false).await.unwrap();
        admin.delete_client(created.id).await.unwrap();
        let expected = [
            ClientChange::Registered,
            ClientChange::Changed,
            ClientChange::SecretRotated,
            ClientChange::SecretEnded,
            ClientChange::Disabled,
            ClientChange::Enabled,
            ClientChange::Deleted,
        ];
        assert_eq!(fixture.client_changes(), expected);
    }

    async fn a_refused_change_is_no_event(fixture: Fixture) {
        fixture.admin().create_client(client("public")).await.unwrap_err();
        assert_eq!(fixture.client_changes(), []);
    }

    async fn a_clients_page_shows_what_was_issued_to_it_lately(fixture: Fixture) {
        for _ in 0..11 {
            fixture.tokens().await;
        }
        let issued = fixture.admin().issued_to_client(fixture.key("confidential").await).await.unwrap();
        assert_eq!((issued.families.len(), issued.codes.len(), issued.access_tokens.len()), (10, 10, 10));
        let newest = fixture.admin().issued(IssuedKind::AccessToken, IssuedFilter::All, None).await.unwrap();
        assert_eq!(issued.access_tokens[0].id, newest.rows[0].id);
        assert!(issued.families.iter().all(|family| family.client.client_id == "confidential"));
        let none = fixture.admin().issued_to_client(fixture.key("public").await).await.unwrap();
        assert!(none.families.is_empty() && none.codes.is_empty() && none.access_tokens.is_empty());
    }
}
