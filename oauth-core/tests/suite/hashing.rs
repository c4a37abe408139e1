//! Sign-ins under a flood: what is hashed, and for whom first.

use std::{
    thread::available_parallelism,
    time::{Duration, Instant},
};

use oauth_core::{Caller, ClientSecret, EventKind, GuessLimit, NewClient};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    accounts::PASSWORD,
    guessing::{answer, from},
    support::{Fixture, client},
};

impl Fixture {
    /// Without the limits on guesses, which would end a flood before it is one.
    fn unlimited(self) -> Self {
        self.with(|settings| {
            settings.sign_in_guesses = None;
            settings.sign_in_guesses_by_address = None;
        })
    }

    /// Wrong passwords at once, each at the account and from the address that it is given.
    fn flood(&self, size: usize, of: impl Fn(usize) -> (String, String)) -> JoinSet<Heard> {
        (0..size)
            .map(|number| {
                let (name, address) = of(number);
                let server = self.server.asked_by(from(&address));
                async move {
                    let heard = answer(&server, &name, "wrong").await.is_ok();
                    if heard { Ok(()) } else { Err(name) }
                }
            })
            .collect()
    }

    /// More wrong passwords than fit, at as many accounts and from as many addresses.
    fn flood_from_everywhere(&self) -> JoinSet<Heard> {
        let size = 64 * available_parallelism().map_or(1, usize::from) + 64;
        self.flood(size, |number| (format!("user{number}"), format!("2001:db8:0:{number:x}::1")))
    }
}

/// Whether a guess was heard, and at whose account it was not.
type Heard = Result<(), String>;

/// How many of them have not been answered.
fn waiting<T: 'static>(mut flood: JoinSet<T>) -> usize {
    while flood.try_join_next().is_some() {}
    flood.len()
}

async fn begun<T: 'static>(flood: &mut JoinSet<T>) {
    flood.join_next().await.expect("a guess").expect("no panic");
}

/// Comes once a guess did not fit: from then on the queue is full. Who sent it hears of it later.
async fn full(fixture: &Fixture) {
    let is_full = |kind: &EventKind| {
        matches!(kind, EventKind::GuessesLimited { limit: GuessLimit::Hashes, .. })
    };
    while !fixture.events().iter().any(is_full) {
        sleep(Duration::from_millis(1)).await;
    }
}

/// Whether most guesses of strangers are still to be heard.
fn before_most(mut flood: JoinSet<Heard>) -> bool {
    let mut heard = 0;
    while let Some(one) = flood.try_join_next() {
        heard += usize::from(one.expect("no panic").is_ok());
    }
    heard < 16 * available_parallelism().map_or(1, usize::from)
}

both_databases! {
    async fn a_flood_at_one_account_keeps_no_other_waiting(fixture: Fixture) {
        let fixture = fixture.unlimited();
        fixture.user("bob").await;
        let mut flood = fixture.flood(30, |number| ("alice".to_owned(), format!("192.0.2.{number}")));
        begun(&mut flood).await;
        assert_eq!(answer(&fixture.server, "bob", PASSWORD).await, Ok(true));
        assert!(waiting(flood) > 15, "bob should come before most of the flood");
    }

    async fn a_flood_from_one_address_keeps_no_other_waiting(fixture: Fixture) {
        let fixture = fixture.unlimited();
        fixture.user("bob").await;
        let mut flood = fixture.flood(30, |number| (format!("user{number}"), "192.0.2.1".to_owned()));
        begun(&mut flood).await;
        let server = fixture.server.asked_by(from("192.0.2.2"));
        assert_eq!(answer(&server, "bob", PASSWORD).await, Ok(true));
        assert!(waiting(flood) > 15, "bob should come before most of the flood");
    }

    async fn a_flood_of_wrong_client_secrets_keeps_no_user_waiting(fixture: Fixture) {
        fixture.user("bob").await;
        let secret = ClientSecret::Chosen("correct horse".into());
        fixture.register(NewClient { secret, ..client("chosen") }).await;
        let form = fixture.exchange_form("x").set("client_id", "chosen").set("client_secret", "wrong");
        let mut flood: JoinSet<bool> = (0..30)
            .map(|_| {
                let (server, params) = (fixture.server.clone(), form.params());
                async move { server.token(None, &params).await.is_ok() }
            })
            .collect();
        begun(&mut flood).await;
        assert_eq!(answer(&fixture.server, "bob", PASSWORD).await, Ok(true));
        assert!(waiting(flood) > 15, "bob should come before most of the flood");
    }

    async fn what_does_not_fit_is_refused_and_told_once(fixture: Fixture) {
        let fixture = fixture.unlimited();
        fixture.events();
        let heard = fixture.flood_from_everywhere().join_all().await;
        assert!(heard.contains(&Ok(())) && heard.iter().any(Result::is_err));
        let mut events = fixture.events();
        events.retain(|kind| !matches!(kind, EventKind::SignInFailed { .. }));
        let [EventKind::GuessesLimited { limit: GuessLimit::Hashes, subject: None, .. }] =
            events.as_slice()
        else {
            panic!("{events:?}");
        };
    }

    async fn what_did_not_fit_does_not_count(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.sign_in_guesses = Some(1));
        let heard = fixture.flood_from_everywhere().join_all().await;
        let name = heard.into_iter().find_map(Result::err).expect("one that does not fit");
        assert_eq!(answer(&fixture.server, &name, "wrong").await, Ok(false));
        assert_eq!(answer(&fixture.server, &name, "wrong").await, Err(60), "this one did");
    }

    async fn a_known_browser_always_fits_and_comes_first(fixture: Fixture) {
        let fixture = fixture.unlimited();
        let alice = fixture.user("alice").await;
        let browser = Some(fixture.server.remember_browser(&alice).await.unwrap());
        let server = fixture.server.asked_by(Caller { browser, ..Caller::default() });
        let flood = fixture.flood_from_everywhere();
        full(&fixture).await;
        for _ in 0..3 {
            assert_eq!(answer(&server, "alice", PASSWORD).await, Ok(true));
        }
        assert!(before_most(flood), "alice should come before most of the flood");
    }

    async fn a_password_is_set_in_spite_of_a_flood(fixture: Fixture) {
        let fixture = fixture.unlimited();
        let alice = fixture.user("alice").await;
        let flood = fixture.flood_from_everywhere();
        full(&fixture).await;
        assert!(fixture.server.set_password(alice.id, "another password").await.unwrap());
        assert!(before_most(flood), "it should come before most of the flood");
    }

    async fn who_does_not_fit_hears_it_after_a_pause_lest_a_flood_comes_again_at_once(fixture: Fixture) {
        let fixture = fixture.unlimited();
        let began = Instant::now();
        let mut flood = fixture.flood_from_everywhere();
        while flood.join_next().await.expect("one that does not fit").expect("no panic").is_ok() {}
        assert!(began.elapsed() >= Duration::from_secs(1));
    }
}
