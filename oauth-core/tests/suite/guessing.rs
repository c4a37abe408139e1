//! How many wrong passwords are heard.

mod told;

use std::{net::IpAddr, sync::Arc};

use oauth_core::{AuthorizationServer, Caller, GrantType, GuessError, NewClient, TokenError};

use crate::{
    accounts::PASSWORD,
    support::{Fixture, Form, client},
};

const TEN: usize = 10;

impl Fixture {
    /// What is answered: whether it is right, or in how many seconds the next guess is heard.
    async fn guess(&self, username: &str, password: &str) -> Result<bool, i64> {
        answer(&self.server, username, password).await
    }

    /// A guess from an address.
    async fn guess_from(&self, address: &str, username: &str) -> Result<bool, i64> {
        answer(&self.server.asked_by(from(address)), username, "wrong").await
    }

    /// The password grant of a client that may use it.
    async fn password_form(&self, username: &str, password: &str) -> Form {
        let grant_types = vec![GrantType::Password];
        let secret = self.register(NewClient { grant_types, ..client("old") }).await.secret;
        Form::new(&[
            ("grant_type", "password"),
            ("client_id", "old"),
            ("client_secret", secret.expect("a generated secret").expose()),
            ("username", username),
            ("password", password),
            ("scope", "read"),
        ])
    }
}

pub(crate) async fn answer(
    server: &AuthorizationServer,
    username: &str,
    password: &str,
) -> Result<bool, i64> {
    match server.verify_password(username, password).await {
        Ok(user) => Ok(user.is_some()),
        Err(GuessError::TooManyGuesses { retry_after }) => Err(retry_after),
        Err(error) => panic!("{error}"),
    }
}

pub(crate) fn from(address: &str) -> Caller {
    let address: IpAddr = address.parse().expect("an address");
    Caller { address: Some(address), ..Caller::default() }
}

both_databases! {
    async fn an_account_hears_ten_wrong_passwords_and_then_not_even_the_right_one(fixture: Fixture) {
        fixture.user("alice").await;
        for _ in 0..TEN {
            assert_eq!(fixture.guess("alice", "wrong").await, Ok(false));
        }
        assert_eq!(fixture.guess("alice", "wrong").await, Err(6));
        assert_eq!(fixture.guess("alice", PASSWORD).await, Err(6));
    }

    async fn then_it_hears_one_every_six_seconds(fixture: Fixture) {
        fixture.user("alice").await;
        for _ in 0..TEN {
            fixture.guess("alice", "wrong").await.unwrap();
        }
        fixture.clock.advance(5);
        assert_eq!(fixture.guess("alice", PASSWORD).await, Err(1));
        fixture.clock.advance(1);
        assert_eq!(fixture.guess("alice", "wrong").await, Ok(false));
        assert_eq!(fixture.guess("alice", PASSWORD).await, Err(6));
        fixture.clock.advance(60);
        for _ in 0..TEN {
            assert_eq!(fixture.guess("alice", "wrong").await, Ok(false), "after a minute of rest");
        }
        assert_eq!(fixture.guess("alice", PASSWORD).await, Err(6));
    }

    async fn a_right_password_does_not_count(fixture: Fixture) {
        fixture.user("alice").await;
        for _ in 0..2 * TEN {
            assert_eq!(fixture.guess("alice", PASSWORD).await, Ok(true));
        }
        for _ in 0..TEN {
            assert_eq!(fixture.guess("alice", "wrong").await, Ok(false));
        }
    }

    async fn what_is_sent_at_once_is_counted_before_it_is_judged(fixture: Fixture) {
        fixture.user("alice").await;
        let guesses: Vec<_> = (0..3 * TEN)
            .map(|_| {
                let server = fixture.server.clone();
                tokio::spawn(async move { answer(&server, "alice", "wrong").await })
            })
            .collect();
        let mut heard = 0;
        for guess in guesses {
            heard += usize::from(guess.await.unwrap() == Ok(false));
        }
        assert_eq!(heard, TEN);
    }

    // Else the limit would say who has an account here.
    async fn a_name_that_nobody_has_is_answered_alike(fixture: Fixture) {
        fixture.user("alice").await;
        let mut answers = [Vec::new(), Vec::new()];
        for second in 0..2 * TEN {
            for (name, answers) in ["alice", "nobody"].into_iter().zip(&mut answers) {
                answers.push(fixture.guess(name, "wrong").await);
            }
            fixture.clock.advance(i64::from(second % 2 == 0));
        }
        assert_eq!(answers[0], answers[1]);
        assert!(answers[0].contains(&Ok(false)) && answers[0].iter().any(Result::is_err));
    }

    async fn another_spelling_of_a_name_is_no_other_account(fixture: Fixture) {
        for name in ["alice", "Alice", "ALICE", " alice "].into_iter().cycle().take(TEN) {
            fixture.guess(name, "wrong").await.unwrap();
        }
        assert_eq!(fixture.guess("aLICE", "wrong").await, Err(6));
    }

    async fn composed_or_not_the_accents_of_a_name_make_no_other_account(fixture: Fixture) {
        let spellings = ["jos\u{e9}", "jose\u{301}", "JOSE\u{301}", "\u{ff4a}os\u{e9}"];
        for name in spellings.into_iter().cycle().take(TEN) {
            fixture.guess(name, "wrong").await.unwrap();
        }
        for name in spellings {
            assert_eq!(fixture.guess(name, "wrong").await, Err(6), "{name}");
        }
        assert_eq!(fixture.guess("jose", "wrong").await, Ok(false), "another name");
    }

    async fn accounts_are_counted_apart(fixture: Fixture) {
        fixture.user("bob").await;
        for _ in 0..=TEN {
            let _ = fixture.guess("alice", "wrong").await;
        }
        assert_eq!(fixture.guess("bob", PASSWORD).await, Ok(true));
    }

    async fn an_address_is_heard_sixty_times_at_whatever_accounts(fixture: Fixture) {
        for number in 0..60 {
            let heard = fixture.guess_from("192.0.2.1", &format!("user{number}")).await;
            assert_eq!(heard, Ok(false), "{number}");
        }
        assert_eq!(fixture.guess_from("192.0.2.1", "another").await, Err(1));
        assert_eq!(fixture.guess_from("192.0.2.2", "another").await, Ok(false), "its neighbour");
        fixture.clock.advance(1);
        assert_eq!(fixture.guess_from("192.0.2.1", "another").await, Ok(false), "a second later");
    }

    async fn a_network_of_64_bits_is_one_address(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.sign_in_guesses_by_address = Some(2));
        fixture.guess_from("2001:db8:0:1::1", "a").await.unwrap();
        fixture.guess_from("2001:db8:0:1:ffff::2", "b").await.unwrap();
        assert!(fixture.guess_from("2001:db8:0:1::3", "c").await.is_err());
        assert_eq!(fixture.guess_from("2001:db8:0:2::1", "c").await, Ok(false), "the next one");
    }

    async fn an_ipv4_address_is_the_same_in_ipv6(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.sign_in_guesses_by_address = Some(2));
        fixture.guess_from("192.0.2.1", "a").await.unwrap();
        fixture.guess_from("::ffff:192.0.2.1", "b").await.unwrap();
        assert!(fixture.guess_from("192.0.2.1", "c").await.is_err());
        assert_eq!(fixture.guess_from("::ffff:192.0.2.2", "c").await, Ok(false), "its neighbour");
    }

    // Nothing is judged, so nothing is counted.
    async fn what_an_account_refuses_does_not_count_by_address(fixture: Fixture) {
        let fixture = fixture.with(|settings| {
            settings.sign_in_guesses = Some(1);
            settings.sign_in_guesses_by_address = Some(3);
        });
        for _ in 0..10 {
            let _ = fixture.guess_from("192.0.2.1", "alice").await;
        }
        assert_eq!(fixture.guess_from("192.0.2.1", "bob").await, Ok(false));
    }

    async fn without_limits_every_guess_is_heard(fixture: Fixture) {
        let fixture = fixture.with(|settings| {
            settings.sign_in_guesses = None;
            settings.sign_in_guesses_by_address = None;
        });
        for _ in 0..70 {
            assert_eq!(fixture.guess_from("192.0.2.1", "alice").await, Ok(false));
        }
    }

    async fn the_password_grant_counts_with_the_login_page(fixture: Fixture) {
        fixture.user("alice").await;
        let wrong = fixture.password_form("alice", "wrong").await;
        for _ in 0..TEN / 2 {
            assert_eq!(fixture.guess("alice", "wrong").await, Ok(false));
            assert_eq!(fixture.token(&wrong).await.unwrap_err().code(), "invalid_grant");
        }
        let refusal = fixture.token(&wrong.set("password", PASSWORD)).await.unwrap_err();
        assert!(matches!(refusal, TokenError::TooManyGuesses { retry_after: 6 }), "{refusal:?}");
        assert_eq!(refusal.code(), "temporarily_unavailable");
        assert_eq!(fixture.guess("alice", PASSWORD).await, Err(6));
    }

    async fn an_applications_own_users_are_guessed_at_no_more_often(fixture: Fixture) {
        let form = fixture.password_form("carol", "hers").await;
        let server = fixture.server.clone().with_passwords(Arc::new(|name, password| {
            let known = name == "carol" && password.expose() == "hers";
            Box::pin(async move { Ok(known.then(|| "user-7".to_owned())) })
        }));
        for _ in 0..TEN {
            server.token(None, &form.params()).await.expect("the right password");
        }
        let wrong = form.clone().set("password", "wrong").params();
        for _ in 0..TEN {
            assert_eq!(server.token(None, &wrong).await.unwrap_err().code(), "invalid_grant");
        }
        let refusal = server.token(None, &form.params()).await.unwrap_err();
        assert!(matches!(refusal, TokenError::TooManyGuesses { retry_after: 6 }), "{refusal:?}");
    }

    async fn an_applications_own_login_page_counts_with_the_password_grant(fixture: Fixture) {
        fixture.user("alice").await;
        for _ in 0..TEN {
            fixture.server.guess("alice").await.expect("heard").was_right();
        }
        for _ in 0..TEN {
            drop(fixture.server.guess("alice").await.expect("heard"));
        }
        assert_eq!(fixture.guess("alice", PASSWORD).await, Err(6));
    }
}
