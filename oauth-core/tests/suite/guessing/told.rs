//! That a limit bites is told.

use oauth_core::{EventKind, GuessLimit};

use super::{TEN, from};
use crate::{accounts::PASSWORD, support::Fixture};

fn limited(limit: GuessLimit, subject: Option<&str>) -> EventKind {
    EventKind::GuessesLimited { limit, subject: subject.map(str::to_owned), address: None }
}

both_databases! {
    async fn that_a_limit_begins_to_bite_is_told_once(fixture: Fixture) {
        let subject = fixture.user("alice").await.id.to_string();
        for _ in 0..TEN {
            fixture.guess("alice", "wrong").await.unwrap();
        }
        fixture.events();
        fixture.guess("alice", "wrong").await.unwrap_err();
        assert_eq!(fixture.events(), [limited(GuessLimit::Account, Some(&subject))]);
        for _ in 0..TEN {
            fixture.guess("alice", "wrong").await.unwrap_err();
        }
        assert_eq!(fixture.events(), []);
        fixture.clock.advance(6);
        fixture.guess("alice", "wrong").await.unwrap();
        fixture.events();
        fixture.guess("alice", "wrong").await.unwrap_err();
        assert_eq!(fixture.events(), [], "it is still the same flood");
        fixture.clock.advance(60);
        for _ in 0..TEN {
            fixture.guess("alice", "wrong").await.unwrap();
        }
        fixture.events();
        fixture.guess("alice", "wrong").await.unwrap_err();
        assert_eq!(fixture.events(), [limited(GuessLimit::Account, Some(&subject))], "the next one");
    }

    async fn a_limit_by_address_is_told_with_the_address(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.sign_in_guesses_by_address = Some(1));
        fixture.user("alice").await;
        fixture.guess_from("192.0.2.1", "alice").await.unwrap();
        fixture.events();
        fixture.guess_from("192.0.2.1", "alice").await.unwrap_err();
        let address = from("192.0.2.1").address;
        let limit = GuessLimit::Address;
        assert_eq!(fixture.events(), [EventKind::GuessesLimited { limit, subject: None, address }]);
    }

    async fn at_the_token_endpoint_it_is_told_once_too_however_many_come(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.sign_in_guesses = Some(1));
        fixture.user("alice").await;
        let form = fixture.password_form("alice", "wrong").await;
        fixture.token(&form).await.unwrap_err();
        fixture.events();
        for _ in 0..3 {
            fixture.token(&form).await.unwrap_err();
        }
        let [EventKind::GuessesLimited { limit: GuessLimit::Account, .. }] = &*fixture.events()
        else {
            panic!("more than the limit's begin");
        };
    }

    // People type passwords into the field of the name.
    async fn of_a_name_that_nobody_has_nothing_is_told(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.sign_in_guesses = Some(1));
        fixture.guess(PASSWORD, "alice").await.unwrap();
        fixture.events();
        fixture.guess(PASSWORD, "alice").await.unwrap_err();
        assert_eq!(fixture.events(), [limited(GuessLimit::Account, None)]);
    }
}
