//! Browser sessions.

use oauth_core::Session;

use crate::support::Fixture;

impl Fixture {
    /// Whether the browser's session still lives; to ask is to use it.
    async fn knows(&self, session: &Session) -> bool {
        self.server.session(session.secret.expose()).await.expect("an answer").is_some()
    }

    async fn signed_in(&self, username: &str) -> Session {
        let known = self.server.user_named(username).await.expect("an answer");
        let user = match known {
            Some(user) => user,
            None => self.user(username).await,
        };
        self.server.sign_in(None, user).await.expect("a session")
    }

    /// Somebody's.
    pub(crate) async fn session(&self) -> Session {
        self.signed_in("somebody").await
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
        assert_eq!(found.user.username, "alice");
    }

    // Earlier releases wrote a row for every browser that looked at the login page.
    async fn a_row_in_which_nobody_had_signed_in_is_no_session(fixture: Fixture) {
        let session = fixture.signed_in("alice").await;
        fixture.database.execute("UPDATE oauth_sessions SET user_id = NULL");
        assert!(!fixture.knows(&session).await);
    }

    async fn an_unknown_session_id_is_none(fixture: Fixture) {
        for unknown in ["", "never-issued", "a\0b"] {
            assert!(fixture.server.session(unknown).await.unwrap().is_none(), "{unknown:?}");
        }
    }

    // Session fixation: who planted the old id must not be signed in with it.
    async fn a_sign_in_gives_a_new_id_and_the_old_one_is_dead(fixture: Fixture) {
        let before = fixture.signed_in("alice").await;
        let user = fixture.user("bob").await;
        let after = fixture.server.sign_in(Some(&before), user).await.unwrap();
        assert_ne!(after.secret, before.secret);
        assert!(fixture.knows(&after).await);
        assert!(!fixture.knows(&before).await);
    }

    async fn a_sign_out_ends_that_session_only(fixture: Fixture) {
        let here = fixture.signed_in("alice").await;
        let elsewhere = fixture.server.sign_in(None, here.user.clone()).await.unwrap();
        fixture.server.end_session(&here).await.unwrap();
        assert!(!fixture.knows(&here).await);
        assert!(fixture.knows(&elsewhere).await);
    }

    async fn an_idle_session_ends(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.session_idle = 100);
        let session = fixture.signed_in("alice").await;
        fixture.clock.advance(100);
        assert!(!fixture.knows(&session).await);
    }

    async fn use_moves_the_end_of_a_session(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.session_idle = 100);
        let session = fixture.signed_in("alice").await;
        for _ in 0..5 {
            fixture.clock.advance(99);
            assert!(fixture.knows(&session).await);
        }
    }

    async fn the_end_is_written_once_in_a_twentieth_of_the_idle_time(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.session_idle = 100);
        let session = fixture.signed_in("alice").await;
        fixture.clock.advance(5);
        assert!(fixture.knows(&session).await);
        assert_eq!(fixture.ends(), ["1000100"]);
        fixture.clock.advance(1);
        assert!(fixture.knows(&session).await);
        assert_eq!(fixture.ends(), ["1000106"]);
    }

    async fn when_it_was_last_used_is_known_to_within_that_also_when_its_end_moves_no_more(fixture: Fixture) {
        let fixture = fixture.with(|settings| {
            settings.session_idle = 100;
            settings.session_lifetime = 110;
        });
        let session = fixture.signed_in("alice").await;
        for (seconds, last_used) in [(5, 1_000_000), (1, 1_000_006), (50, 1_000_056), (3, 1_000_056), (40, 1_000_099)] {
            fixture.clock.advance(seconds);
            assert!(fixture.knows(&session).await);
            let shown = fixture.server.sessions(&session).await.unwrap();
            assert_eq!(shown[0].last_used_at, Some(last_used));
        }
        assert_eq!(fixture.ends(), ["1000110"]);
    }

    async fn a_session_that_is_used_ends_with_its_lifetime(fixture: Fixture) {
        let fixture = fixture.with(|settings| {
            settings.session_idle = 100;
            settings.session_lifetime = 250;
        });
        let session = fixture.signed_in("alice").await;
        for seconds in [90, 90, 69] {
            fixture.clock.advance(seconds);
            assert!(fixture.knows(&session).await);
        }
        fixture.clock.advance(1);
        assert!(!fixture.knows(&session).await);
    }

    async fn a_password_change_ends_every_session_of_the_user(fixture: Fixture) {
        let here = fixture.signed_in("alice").await;
        let alice = here.user.clone();
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
}
