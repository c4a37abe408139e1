//! Client secrets that a person picked: RFC 6749 §2.3.1, §10.1.
//!
//! They are hashed slowly, so one that was verified is remembered, for that version of the client.

use base64::{Engine, engine::general_purpose::STANDARD};
use oauth_core::{ClientSecret, NewClient};

use crate::support::{Fixture, client};

impl Fixture {
    async fn choose(&self, client_id: &str, secret: &str) {
        let secret = ClientSecret::Chosen(secret.into());
        self.register(NewClient { secret, ..client(client_id) }).await;
    }

    /// Whether this is the secret of the client `chosen`: then it is the code that is refused.
    async fn takes(&self, secret: &str) -> bool {
        let form = self.exchange_form("never-issued").set("client_id", "chosen");
        let refusal = self.token(&form.set("client_secret", secret)).await.unwrap_err();
        match refusal.code() {
            "invalid_grant" => true,
            "invalid_client" => false,
            other => panic!("{other}: {refusal:?}"),
        }
    }

    async fn disable(&self, disabled: bool) {
        assert!(self.server.set_client_disabled("chosen", disabled).await.unwrap());
    }
}

both_databases! {
    async fn a_hand_picked_secret_is_taken_and_no_other(fixture: Fixture) {
        fixture.choose("chosen", "correct horse").await;
        let wrong = ["correct horse ", "Correct horse", "correct", "x"];
        for wrong in wrong {
            assert!(!fixture.takes(wrong).await, "{wrong}, before the right one");
        }
        assert!(fixture.takes("correct horse").await);
        for wrong in wrong {
            assert!(!fixture.takes(wrong).await, "{wrong}, after the right one");
        }
        assert!(fixture.takes("correct horse").await, "again");
    }

    // Both are form-urlencoded before they are joined by a colon.
    async fn one_with_reserved_characters_is_urlencoded_inside_basic(fixture: Fixture) {
        fixture.choose("chosen", "p:ss w\u{f6}rd%+").await;
        let header = format!("Basic {}", STANDARD.encode("chosen:p%3Ass+w%C3%B6rd%25%2B"));
        let form = fixture.exchange_form("x").without("client_id").without("client_secret");
        let refusal = fixture.server.token(Some(&header), &form.params()).await.unwrap_err();
        assert_eq!(refusal.code(), "invalid_grant", "{refusal:?}");
    }

    async fn it_is_stored_as_argon2id(fixture: Fixture) {
        fixture.choose("chosen", "correct horse").await;
        let hashes = "SELECT hash AS text FROM oauth_client_secrets WHERE hash IS NOT NULL";
        let hashes = fixture.database.texts(hashes);
        assert!(
            hashes.len() == 1 && hashes[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hashes:?}"
        );
    }

    async fn a_verified_one_is_remembered_until_its_client_changes(fixture: Fixture) {
        fixture.choose("chosen", "the old one").await;
        fixture.choose("other", "the new one").await;
        assert!(fixture.takes("the old one").await);

        // Behind the server's back, so without a new version of the row: what is remembered goes on.
        fixture.database.execute(NEW_SECRET);
        assert!(fixture.takes("the old one").await, "remembered");
        fixture.disable(true).await;
        fixture.disable(false).await;
        assert!(!fixture.takes("the old one").await, "forgotten");
        assert!(fixture.takes("the new one").await);
    }

    async fn of_two_that_a_person_picked_each_is_taken_until_its_end(fixture: Fixture) {
        fixture.choose("chosen", "the first one").await;
        fixture.choose("other", "the second one").await;
        fixture.database.execute(ANOTHER_SECRET);
        for _ in 0..2 {
            assert!(fixture.takes("the first one").await && fixture.takes("the second one").await);
            assert!(!fixture.takes("a third one").await);
        }
        fixture.clock.advance(1_000_000);
        assert!(fixture.takes("the first one").await);
        assert!(!fixture.takes("the second one").await);
    }

    async fn a_disabled_client_is_refused_though_its_secret_was_verified_before(fixture: Fixture) {
        fixture.choose("chosen", "correct horse").await;
        assert!(fixture.takes("correct horse").await);
        fixture.disable(true).await;
        assert!(!fixture.takes("correct horse").await);
        fixture.disable(false).await;
        assert!(fixture.takes("correct horse").await);
    }
}

const NEW_SECRET: &str = "UPDATE oauth_client_secrets SET hash = (SELECT other.hash FROM oauth_client_secrets other \
    WHERE other.client_id = (SELECT id FROM oauth_clients WHERE client_id = 'other')) \
    WHERE client_id = (SELECT id FROM oauth_clients WHERE client_id = 'chosen')";
/// No form makes them two at a time, but the table holds them.
const ANOTHER_SECRET: &str = "UPDATE oauth_client_secrets SET expires_at = 2000000, \
    client_id = (SELECT id FROM oauth_clients WHERE client_id = 'chosen') \
    WHERE client_id = (SELECT id FROM oauth_clients WHERE client_id = 'other')";
