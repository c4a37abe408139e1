//! Browser sessions.

use oauth_core::Session;

use crate::support::Fixture;

impl Fixture {
    /// Whether the browser's session still lives; to ask is to use it.
    async fn knows(&self, session: &Session) -> bool {
        self.server.session(session.secret.expose()).await.expect("an answer").is_some()
    }

    async fn signed_in(&self, username: &str) -> Session {
        let user = self.user(username).await;
        self.server.sign_in(None, user).await.expect("a session")
    }

    fn ends(&self) -> Vec<String> {
        self.database.texts("SELECT CAST(expires_at AS TEXT) AS text FROM oauth_sessions")
    }
}

both_databases! {
    async fn a_session_says_who_has_signed_in(fixture: Fixture) {
        let session = fixture.signed_in("alice").await;
        let found =
            fixture.server.session(session.secret.expose()).await.unwrap().expect("a session");
        assert_eq!(found.user.unwrap().username, "alice");
    }

    async fn before_a_sign_in_a_session_has_no_user(fixture: Fixture) {
        let session = fixture.server.start_session().await.unwrap();
        let found =
            fixture.server.session(session.secret.expose()).await.unwrap().expect("a session");
        assert!(found.user.is_none());
    }

    async fn an_unknown_session_id_is_none(fixture: Fixture) {
        for unknown in ["", "never-issued", "a\0b"] {
            assert!(fixture.server.session(unknown).await.unwrap().is_none(), "{unknown:?}");
        }
    }

    // Session fixation: who planted the old id must not be signed in with it.
    async fn a_sign_in_gives_a_new_id_and_the_old_one_is_dead(fixture: Fixture) {
        let before = fixture.server.start_session().await.unwrap();
        let user = fixture.user("alice").await;
        let after = fixture.server.sign_in(Some(&before), user).await.unwrap();
        assert_ne!(after.secret, before.secret);
        assert!(fixture.knows(&after).await);
        assert!(!fixture.knows(&before).await);
    }

    async fn a_sign_out_ends_that_session_only(fixture: Fixture) {
        let here = fixture.signed_in("alice").await;
        let elsewhere = fixture.server.sign_in(None, here.user.clone().unwrap()).await.unwrap();
        fixture.server.end_session(&here).await.unwrap();
        assert!(!fixture.knows(&here).await);
        assert!(fixture.knows(&elsewhere).await);
    }

    async fn an_idle_session_ends(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.session_idle = 100);
        let session = fixture.server.start_session().await.unwrap();
        fixture.clock.advance(100);
        assert!(!fixture.knows(&session).await);
    }

    async fn use_moves_the_end_of_a_session(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.session_idle = 100);
        let session = fixture.server.start_session().await.unwrap();
        for _ in 0..5 {
            fixture.clock.advance(99);
            assert!(fixture.knows(&session).await);
        }
    }

    async fn the_end_is_written_once_in_a_twentieth_of_the_idle_time(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.session_idle = 100);
        let session = fixture.server.start_session().await.unwrap();
        fixture.clock.advance(5);
        assert!(fixture.knows(&session).await);
        assert_eq!(fixture.ends(), ["1000100"]);
        fixture.clock.advance(1);
        assert!(fixture.knows(&session).await);
        assert_eq!(fixture.ends(), ["1000106"]);
    }

    async fn a_session_that_is_used_ends_with_its_lifetime(fixture: Fixture) {
        let fixture = fixture.with(|settings| {
            settings.session_idle = 100;
            settings.session_lifetime = 250;
        });
        let session = fixture.server.start_session().await.unwrap();
        for seconds in [90, 90, 69] {
            fixture.clock.advance(seconds);
            assert!(fixture.knows(&session).await);
        }
        fixture.clock.advance(1);
        assert!(!fixture.knows(&session).await);
    }

    async fn a_password_change_ends_every_session_of_the_user(fixture: Fixture) {
        let here = fixture.signed_in("alice").await;
        let alice = here.user.clone().unwrap();
        let elsewhere = fixture.server.sign_in(None, alice.clone()).await.unwrap();
        let bob = fixture.signed_in("bob").await;
        fixture.server.set_password(alice.id, "another password").await.unwrap();
        assert!(!fixture.knows(&here).await && !fixture.knows(&elsewhere).await);
        assert!(fixture.knows(&bob).await, "somebody else's");
    }

    async fn the_session_of_a_deactivated_user_is_dead(fixture: Fixture) {
        let session = fixture.signed_in("alice").await;
        fixture.database.execute("UPDATE oauth_users SET is_active = false");
        assert!(!fixture.knows(&session).await);
    }

    async fn a_csrf_token_belongs_to_its_session(fixture: Fixture) {
        let (one, other) = (
            fixture.server.start_session().await.unwrap(),
            fixture.server.start_session().await.unwrap(),
        );
        let again = fixture.server.session(one.secret.expose()).await.unwrap().unwrap();
        assert!(again.accepts(one.csrf_token().expose()));
        assert!(!other.accepts(one.csrf_token().expose()));
        for wrong in ["", "x", one.secret.expose()] {
            assert!(!one.accepts(wrong), "{wrong}");
        }
    }

    async fn a_csrf_token_does_not_outlive_a_sign_in(fixture: Fixture) {
        let before = fixture.server.start_session().await.unwrap();
        let user = fixture.user("alice").await;
        let after = fixture.server.sign_in(Some(&before), user).await.unwrap();
        assert!(!after.accepts(before.csrf_token().expose()));
    }

    async fn a_csrf_token_does_not_tell_the_session_id(fixture: Fixture) {
        let session = fixture.server.start_session().await.unwrap();
        assert!(fixture.server.session(session.csrf_token().expose()).await.unwrap().is_none());
    }
}
