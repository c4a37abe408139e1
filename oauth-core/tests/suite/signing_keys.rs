//! What the server signs with makes itself, follows one upon the other, and is sealed.

use oauth_core::{
    AuthorizationServer, EventKind, KeyEncryption, KeyState, NewClient, OpenIdMetadata, Secret,
    SigningAlgorithm, Store, StoreError,
    admin::{Actor, Admin, AdminError},
};
use serde_json::Value;

use crate::support::{Fixture, client};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

impl Fixture {
    /// Another server on the same database, at the same time.
    fn another_server(&self) -> AuthorizationServer {
        let store = Store::open(&self.database.url).expect("a store");
        let server = AuthorizationServer::new(self.server.settings().clone(), store);
        server.expect("settings in their range").with_clock(self.clock.clone())
    }
}

fn as_command(server: &AuthorizationServer) -> Admin {
    server.admin(Actor::command("rotatekeys"))
}

/// The `kid` of each published key, by algorithm.
async fn published(server: &AuthorizationServer, algorithm: SigningAlgorithm) -> Vec<String> {
    let set = serde_json::to_value(server.jwk_set().await.unwrap()).unwrap();
    let keys = set["keys"].as_array().unwrap().iter();
    let kid = |key: &Value| key["kid"].as_str().unwrap().to_owned();
    keys.filter(|key| key["alg"] == algorithm.as_str()).map(kid).collect()
}

async fn states(server: &AuthorizationServer, algorithm: SigningAlgorithm) -> Vec<KeyState> {
    let keys = as_command(server).signing_keys().await.unwrap();
    keys.iter().filter(|key| key.algorithm == algorithm).map(|key| key.state).collect()
}

fn encryption(keys: &[&Secret]) -> KeyEncryption {
    let keys: Vec<&str> = keys.iter().map(|key| key.expose()).collect();
    KeyEncryption::parse(&keys.join(",")).unwrap()
}

use KeyState::{Over, Published, Signs, Verifies};
use SigningAlgorithm::{EdDsa, Es256, Rs256};

both_databases! {
    async fn the_first_keys_are_made_at_the_start_and_sign_at_once(fixture: Fixture) {
        let server = &fixture.server;
        server.prepare_keys().await.unwrap();
        assert_eq!(states(server, Rs256).await, [Signs]);
        assert_eq!(states(server, Es256).await, [Signs]);
        assert_eq!(published(server, EdDsa).await, [""; 0]);
    }

    /// Others keep the set for a while: its key is there before the first token that it signs.
    async fn a_client_that_wants_another_algorithm_has_its_key_published(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.openid = true);
        let openid = OpenIdMetadata { id_token_signed_response_alg: Some(EdDsa), ..OpenIdMetadata::default() };
        fixture.register(NewClient { openid, ..client("other") }).await;
        assert_eq!(published(&fixture.server, EdDsa).await.len(), 1);
    }

    async fn a_published_key_tells_nothing_that_is_secret(fixture: Fixture) {
        fixture.server.prepare_keys().await.unwrap();
        let set = serde_json::to_value(fixture.server.jwk_set().await.unwrap()).unwrap();
        for key in set["keys"].as_array().unwrap() {
            let members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
            let public = ["use", "alg", "kid", "kty", "n", "e", "crv", "x", "y"];
            assert!(members.iter().all(|member| public.contains(member)), "{members:?}");
        }
    }

    async fn two_servers_that_start_at_once_make_one_first_key(fixture: Fixture) {
        let other = fixture.another_server();
        let (one, two) = tokio::join!(fixture.server.prepare_keys(), other.prepare_keys());
        one.unwrap();
        two.unwrap();
        assert_eq!(fixture.count("oauth_signing_keys"), "2", "one of RS256 and one of ES256");
        assert_eq!(published(&fixture.server, Rs256).await, published(&other, Rs256).await);
    }

    async fn the_next_key_is_published_an_hour_before_it_signs(fixture: Fixture) {
        let server = &fixture.server;
        server.prepare_keys().await.unwrap();
        let made = as_command(server).rotate_signing_keys(false).await.unwrap();
        assert_eq!(made.len(), 2);
        assert_eq!(states(server, Rs256).await, [Signs, Published]);
        assert_eq!(published(server, Rs256).await.len(), 2);
        fixture.clock.advance(HOUR - 1);
        assert_eq!(states(server, Rs256).await, [Signs, Published]);
        fixture.clock.advance(1);
        assert_eq!(states(server, Rs256).await, [Verifies, Signs]);
    }

    async fn a_key_stays_until_all_that_it_signed_has_ended_and_is_cleared_then(fixture: Fixture) {
        let server = &fixture.server;
        server.prepare_keys().await.unwrap();
        as_command(server).rotate_signing_keys(false).await.unwrap();
        fixture.clock.advance(HOUR + DAY - 1);
        assert_eq!(fixture.clear().await.signing_keys, 0);
        assert_eq!(published(server, Rs256).await.len(), 2);
        fixture.clock.advance(1);
        assert_eq!(states(server, Rs256).await, [Over, Signs]);
        assert_eq!(published(server, Rs256).await.len(), 1);
        assert_eq!(fixture.clear().await.signing_keys, 2, "one of each algorithm");
        assert_eq!(states(server, Rs256).await, [Signs]);
    }

    async fn while_the_next_key_waits_no_other_is_made(fixture: Fixture) {
        let server = &fixture.server;
        server.prepare_keys().await.unwrap();
        let admin = as_command(server);
        assert_eq!(admin.rotate_signing_keys(false).await.unwrap().len(), 2);
        assert_eq!(admin.rotate_signing_keys(false).await.unwrap(), []);
    }

    async fn keys_that_may_be_stolen_are_withdrawn_and_new_ones_sign_at_once(fixture: Fixture) {
        let server = &fixture.server;
        server.prepare_keys().await.unwrap();
        let stolen = published(server, Rs256).await;
        as_command(server).rotate_signing_keys(false).await.unwrap();
        as_command(server).rotate_signing_keys(true).await.unwrap();
        assert_eq!(states(server, Rs256).await, [Signs]);
        let left = published(server, Rs256).await;
        assert_eq!(left.len(), 1);
        assert_ne!(left, stolen);
    }

    async fn another_server_signs_with_the_next_key_at_the_same_second(fixture: Fixture) {
        let other = fixture.another_server();
        other.prepare_keys().await.unwrap();
        as_command(&fixture.server).rotate_signing_keys(false).await.unwrap();
        fixture.clock.advance(61);
        assert_eq!(published(&other, Rs256).await, published(&fixture.server, Rs256).await);
        fixture.clock.advance(HOUR);
        assert_eq!(states(&other, Rs256).await, [Verifies, Signs]);
    }

    async fn sealed_keys_cannot_be_read_from_the_database(fixture: Fixture) {
        let server = fixture.another_server().with_key_encryption(encryption(&[&KeyEncryption::generate()]));
        server.prepare_keys().await.unwrap();
        let hex = if fixture.database.is_postgres() { "encode(private, 'hex')" } else { "lower(hex(private))" };
        let stored = fixture.database.texts(&format!("SELECT {hex} AS text FROM oauth_signing_keys"));
        let in_the_clear = "5052495641544520 4b4559".replace(' ', ""); // PRIVATE KEY
        assert!(stored.len() == 2 && stored.iter().all(|private| !private.contains(&in_the_clear)));
    }

    async fn a_wrong_key_of_the_operator_is_one_clear_error(fixture: Fixture) {
        let right = KeyEncryption::generate();
        let sealing = fixture.another_server().with_key_encryption(encryption(&[&right]));
        sealing.prepare_keys().await.unwrap();
        for server in [
            fixture.another_server(),
            fixture.another_server().with_key_encryption(encryption(&[&KeyEncryption::generate()])),
        ] {
            let error = server.prepare_keys().await.unwrap_err();
            assert!(matches!(error, StoreError::SealedKeys), "{error}");
            assert!(error.to_string().contains("OAUTH_KEY_ENCRYPTION_KEY"), "{error}");
        }
        assert_eq!(fixture.count("oauth_signing_keys"), "2", "nothing was made in their place");
    }

    async fn the_operators_key_can_be_changed_while_two_are_given(fixture: Fixture) {
        let (old, new) = (KeyEncryption::generate(), KeyEncryption::generate());
        let with = |keys: &[&Secret]| fixture.another_server().with_key_encryption(encryption(keys));
        with(&[&old]).prepare_keys().await.unwrap();
        let kids = published(&with(&[&old]), Rs256).await;
        with(&[&new, &old]).prepare_keys().await.unwrap();
        let after = with(&[&new]);
        after.prepare_keys().await.unwrap();
        assert_eq!(published(&after, Rs256).await, kids, "the signing keys are the same");
        assert!(with(&[&old]).prepare_keys().await.is_err(), "the old one is of no use any more");
    }

    async fn keys_in_the_clear_are_sealed_once_there_is_a_key_for_that(fixture: Fixture) {
        fixture.another_server().prepare_keys().await.unwrap();
        let key = KeyEncryption::generate();
        fixture.another_server().with_key_encryption(encryption(&[&key])).prepare_keys().await.unwrap();
        assert!(fixture.another_server().prepare_keys().await.is_err());
    }

    async fn an_own_key_is_imported_as_the_next_one(fixture: Fixture) {
        let server = &fixture.server;
        server.prepare_keys().await.unwrap();
        let own = Secret::from(include_str!("signing_keys/own_es256.pem"));
        let record = as_command(server).import_signing_key(Es256, &own).await.unwrap();
        assert_eq!(record.state, Published);
        fixture.clock.advance(HOUR);
        assert_eq!(states(server, Es256).await, [Verifies, Signs]);
        let again = as_command(server).import_signing_key(Es256, &own).await;
        assert!(matches!(again, Err(AdminError::Invalid(_))), "{again:?}");
    }

    async fn what_is_no_key_of_the_algorithm_is_not_imported(fixture: Fixture) {
        let own = Secret::from(include_str!("signing_keys/own_es256.pem"));
        for (algorithm, pem) in [(Rs256, &own), (EdDsa, &own), (Es256, &Secret::from("no key"))] {
            let refused = as_command(&fixture.server).import_signing_key(algorithm, pem).await;
            assert!(matches!(refused, Err(AdminError::Invalid(_))), "{refused:?}");
        }
        let short = Secret::from(include_str!("signing_keys/short_rsa.pem"));
        let refused = as_command(&fixture.server).import_signing_key(Rs256, &short).await;
        assert!(refused.is_err(), "1024 bits are too few");
    }

    async fn only_a_superuser_changes_what_the_server_signs_with(fixture: Fixture) {
        let staff = Actor { subject: "7".to_owned(), name: "Staff".to_owned(), is_superuser: false };
        let admin = fixture.server.admin(staff);
        let refused = admin.rotate_signing_keys(false).await.unwrap_err();
        assert!(matches!(refused, AdminError::Forbidden(_)), "{refused}");
        let own = Secret::from(include_str!("signing_keys/own_es256.pem"));
        let refused = admin.import_signing_key(Es256, &own).await.unwrap_err();
        assert!(matches!(refused, AdminError::Forbidden(_)), "{refused}");
    }

    async fn each_key_that_is_made_or_withdrawn_is_told_and_in_the_trail(fixture: Fixture) {
        let server = &fixture.server;
        server.prepare_keys().await.unwrap();
        as_command(server).rotate_signing_keys(true).await.unwrap();
        let events = fixture.events();
        let made = |event: &&EventKind| matches!(event, EventKind::SigningKeyMade { .. });
        let withdrawn = |event: &&EventKind| matches!(event, EventKind::SigningKeyWithdrawn { .. });
        assert_eq!(events.iter().filter(made).count(), 4);
        assert_eq!(events.iter().filter(withdrawn).count(), 2);
        let trail = fixture.database.texts(
            "SELECT action || ' ' || kind || ' by ' || actor_name AS text FROM oauth_audit \
             WHERE kind = 'signing_key' ORDER BY id",
        );
        let by_command = |action| format!("{action} signing_key by command rotatekeys");
        let (create, delete) = (by_command("create"), by_command("delete"));
        assert_eq!(trail, [create.clone(), create, delete.clone(), delete]);
    }
}
