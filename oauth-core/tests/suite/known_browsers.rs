//! A browser from which a user has signed in before is counted apart from strangers.

use oauth_core::{
    AuthorizationServer, Caller, EventKind, GuessLimit, PasswordChange, Secret, User,
};

use crate::{
    accounts::PASSWORD,
    guessing::{answer, from},
    support::Fixture,
};

const DAY: i64 = 24 * 3600;

impl Fixture {
    /// The server, asked by the browser that keeps this.
    fn by(&self, browser: &Secret) -> AuthorizationServer {
        let browser = Some(browser.clone());
        self.server.asked_by(Caller { browser, ..Caller::default() })
    }

    /// What a new browser keeps of a sign-in.
    async fn browser_of(&self, user: &User) -> Secret {
        self.server.remember_browser(user).await.expect("a browser that is known")
    }

    async fn lock_out(&self, username: &str) {
        while answer(&self.server, username, "wrong").await.is_ok() {}
    }

    async fn is_known(&self, browser: &Secret, username: &str) -> bool {
        self.lock_out(username).await;
        answer(&self.by(browser), username, PASSWORD).await.is_ok()
    }
}

both_databases! {
    async fn a_strangers_guesses_lock_nobody_out_of_a_browser_of_before(fixture: Fixture) {
        let alice = fixture.user("alice").await;
        let browser = fixture.browser_of(&alice).await;
        fixture.lock_out("alice").await;
        assert_eq!(answer(&fixture.by(&browser), "alice", PASSWORD).await, Ok(true));
    }

    async fn nor_do_those_who_share_its_address(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.sign_in_guesses_by_address = Some(1));
        let alice = fixture.user("alice").await;
        let browser = Some(fixture.browser_of(&alice).await);
        let neighbour = fixture.server.asked_by(from("192.0.2.1"));
        while answer(&neighbour, "bob", "wrong").await.is_ok() {}
        let server = fixture.server.asked_by(Caller { browser, ..from("192.0.2.1") });
        assert_eq!(answer(&server, "alice", PASSWORD).await, Ok(true));
    }

    async fn such_a_browser_is_heard_ten_times_itself(fixture: Fixture) {
        let alice = fixture.user("alice").await;
        let browser = fixture.browser_of(&alice).await;
        for _ in 0..10 {
            assert_eq!(answer(&fixture.by(&browser), "alice", "wrong").await, Ok(false));
        }
        fixture.events();
        assert_eq!(answer(&fixture.by(&browser), "alice", PASSWORD).await, Err(6));
        let (limit, subject) = (GuessLimit::Browser, Some(alice.id.to_string()));
        assert_eq!(fixture.events(), [EventKind::GuessesLimited { limit, subject, address: None }]);
        assert_eq!(answer(&fixture.server, "alice", PASSWORD).await, Ok(true), "from elsewhere");
    }

    async fn it_is_no_browser_of_another_user(fixture: Fixture) {
        let alice = fixture.user("alice").await;
        fixture.user("bob").await;
        let browser = fixture.browser_of(&alice).await;
        assert!(!fixture.is_known(&browser, "bob").await);
    }

    async fn what_nobody_was_given_is_no_browser(fixture: Fixture) {
        let alice = fixture.user("alice").await;
        fixture.browser_of(&alice).await;
        for made_up in [Secret::generate(), "".into(), "\0".into()] {
            assert!(!fixture.is_known(&made_up, "alice").await);
        }
    }

    async fn two_users_of_one_browser_are_both_known_there(fixture: Fixture) {
        let (alice, bob) = (fixture.user("alice").await, fixture.user("bob").await);
        let browser = fixture.browser_of(&alice).await;
        assert_eq!(fixture.by(&browser).remember_browser(&bob).await.unwrap(), browser);
        assert!(fixture.is_known(&browser, "alice").await);
        assert!(fixture.is_known(&browser, "bob").await);
    }

    // Who planted it in a browser must not be known as the user who signs in there.
    async fn a_browser_keeps_nothing_that_was_not_drawn_here(fixture: Fixture) {
        let alice = fixture.user("alice").await;
        let planted = Secret::generate();
        let browser = fixture.by(&planted).remember_browser(&alice).await.unwrap();
        assert_ne!(browser, planted);
        assert!(!fixture.is_known(&planted, "alice").await);
        assert!(fixture.is_known(&browser, "alice").await);
    }

    async fn it_is_known_for_180_days_after_the_last_sign_in(fixture: Fixture) {
        let alice = fixture.user("alice").await;
        let browser = fixture.browser_of(&alice).await;
        fixture.clock.advance(179 * DAY);
        assert_eq!(fixture.by(&browser).remember_browser(&alice).await.unwrap(), browser);
        fixture.clock.advance(180 * DAY - 1);
        assert!(fixture.is_known(&browser, "alice").await);
        fixture.clock.advance(1);
        assert!(!fixture.is_known(&browser, "alice").await);
        assert_ne!(fixture.by(&browser).remember_browser(&alice).await.unwrap(), browser);
    }

    async fn a_user_has_twenty_and_the_one_that_was_used_least_recently_goes(fixture: Fixture) {
        let alice = fixture.user("alice").await;
        let mut browsers = Vec::new();
        for _ in 0..20 {
            browsers.push(fixture.browser_of(&alice).await);
            fixture.clock.advance(1);
        }
        fixture.by(&browsers[0]).remember_browser(&alice).await.unwrap();
        fixture.clock.advance(1);
        let newest = fixture.browser_of(&alice).await;
        assert_eq!(fixture.count("oauth_known_browsers"), "20");
        assert!(fixture.is_known(&newest, "alice").await);
        assert!(fixture.is_known(&browsers[0], "alice").await);
        assert!(!fixture.is_known(&browsers[1], "alice").await);
        assert!(fixture.is_known(&browsers[2], "alice").await);
    }

    async fn a_change_of_the_password_forgets_them(fixture: Fixture) {
        let (alice, bob) = (fixture.user("alice").await, fixture.user("bob").await);
        let (hers, his) = (fixture.browser_of(&alice).await, fixture.browser_of(&bob).await);
        fixture.server.set_password(alice.id, PASSWORD).await.unwrap();
        assert!(!fixture.is_known(&hers, "alice").await);
        assert!(fixture.is_known(&his, "bob").await, "somebody else's");
    }

    async fn and_so_does_ones_own(fixture: Fixture) {
        let alice = fixture.user("alice").await;
        let browser = fixture.browser_of(&alice).await;
        let session = fixture.server.sign_in(None, alice).await.unwrap();
        let change = PasswordChange {
            old_password: PASSWORD.into(),
            new_password: "another password of alice".into(),
            disconnects: false,
        };
        fixture.server.change_password(&session, &change).await.unwrap();
        fixture.lock_out("alice").await;
        assert!(answer(&fixture.by(&browser), "alice", "another password of alice").await.is_err());
    }

    async fn it_is_known_whatever_the_spelling_of_the_name(fixture: Fixture) {
        let jose = fixture.user("jos\u{e9}").await;
        let browser = fixture.browser_of(&jose).await;
        for name in ["jos\u{e9}", "JOSE\u{301}"] {
            assert!(fixture.is_known(&browser, name).await, "{name}");
        }
    }

    // As for sessions: who knew the old password must not be known after it.
    async fn a_sign_in_that_a_change_of_the_password_overtook_is_not_known(fixture: Fixture) {
        let alice = fixture.user("alice").await;
        fixture.server.set_password(alice.id, PASSWORD).await.unwrap();
        let browser = fixture.browser_of(&alice).await;
        assert!(!fixture.is_known(&browser, "alice").await);
    }

    async fn it_goes_an_hour_after_its_end(fixture: Fixture) {
        let alice = fixture.user("alice").await;
        fixture.browser_of(&alice).await;
        fixture.clock.advance(180 * DAY + 3599);
        assert_eq!(fixture.clear().await.known_browsers, 0);
        fixture.clock.advance(1);
        assert_eq!(fixture.clear().await.known_browsers, 1);
        assert_eq!(fixture.count("oauth_known_browsers"), "0");
    }
}
