//! What has ended is deleted, and nobody notices.

use std::time::Duration;

use oauth_core::{Cleared, Lifetime, NewClient, TokenError, Tokens};
use tokio::time::timeout;

use crate::support::{
    Fixture, Form, assert_dead, assert_live, assert_refused, code_request, implicit_request,
    in_fragment, machine, refresh_token,
};

const DAY: i64 = 24 * 3600;
/// A batch is 100 rows of each table at most.
const LARGEST_BATCH: usize = 4 * 100;

impl Fixture {
    pub(crate) async fn clear(&self) -> Cleared {
        self.server.clear_expired().await.expect("a clean-up")
    }

    /// How many rows are left of what can end.
    fn left(&self) -> [String; 5] {
        ["sessions", "authorization_codes", "access_tokens", "refresh_tokens", "grants"]
            .map(|table| self.count(&format!("oauth_{table}")))
    }

    /// A client that gets tokens for itself, and how.
    async fn robot(&self, access_token_lifetime: Option<Lifetime>) -> Form {
        let new = NewClient { access_token_lifetime, ..machine("robot") };
        let secret = self.register(new).await.secret.expect("a generated secret");
        Form::new(&[
            ("grant_type", "client_credentials"),
            ("client_id", "robot"),
            ("client_secret", secret.expose()),
            ("scope", "read"),
        ])
    }
}

fn none() -> [String; 5] {
    ["0"; 5].map(str::to_owned)
}

pub(crate) fn answered(answer: &Result<Tokens, TokenError>) -> &'static str {
    answer.as_ref().map_or_else(TokenError::code, |_| "tokens")
}

both_databases! {
    async fn a_fresh_database_has_nothing_to_clear(fixture: Fixture) {
        assert_eq!(fixture.clear().await, Cleared::default());
    }

    async fn what_is_alive_stays(fixture: Fixture) {
        fixture.code(&code_request()).await;
        let tokens = fixture.tokens().await;
        fixture.session().await;
        assert_eq!(fixture.clear().await, Cleared::default());
        assert_live(&fixture, &tokens).await;
    }

    async fn in_the_end_nothing_is_left_but_clients_and_consents(fixture: Fixture) {
        fixture.code(&code_request()).await;
        let first = fixture.tokens().await;
        fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.authorize(&implicit_request()).await;
        fixture.session().await;
        fixture.clock.advance(400 * DAY);
        let cleared = fixture.clear().await;
        assert_eq!((cleared.sessions, cleared.authorization_codes), (1, 2));
        assert_eq!((cleared.access_tokens, cleared.refresh_tokens, cleared.grants), (3, 2, 3));
        assert_eq!(fixture.left(), none());
        assert_eq!((fixture.count("oauth_clients"), fixture.count("oauth_consents")), ("3".into(), "2".into()));
        assert_eq!(fixture.clear().await, Cleared::default(), "there is nothing left to do");
    }

    async fn a_session_goes_an_hour_after_its_end(fixture: Fixture) {
        fixture.session().await;
        fixture.clock.advance(DAY + 3599);
        assert_eq!(fixture.clear().await.sessions, 0);
        fixture.clock.advance(1);
        assert_eq!(fixture.clear().await.sessions, 1);
    }

    // Earlier releases wrote them for every browser that looked at the login page.
    async fn a_session_in_which_nobody_had_signed_in_goes_too(fixture: Fixture) {
        fixture.session().await;
        fixture.database.execute("UPDATE oauth_sessions SET user_id = NULL");
        fixture.clock.advance(DAY + 3600);
        assert_eq!(fixture.clear().await.sessions, 1);
    }

    async fn a_grant_on_which_nothing_hangs_goes_with_its_last_token(fixture: Fixture) {
        let robot = fixture.robot(None).await;
        fixture.token(&robot).await.unwrap();
        fixture.clock.advance(2 * 3600 - 1);
        assert_eq!(fixture.clear().await, Cleared::default());
        fixture.clock.advance(1);
        fixture.clear().await;
        assert_eq!(fixture.left(), none());
    }

    async fn a_code_that_nobody_redeemed_goes_with_its_grant_a_day_after_its_end(fixture: Fixture) {
        fixture.code(&code_request()).await;
        fixture.clock.advance(60 + DAY - 1);
        assert_eq!(fixture.clear().await, Cleared::default());
        fixture.clock.advance(1);
        let cleared = fixture.clear().await;
        assert_eq!((cleared.authorization_codes, cleared.grants), (1, 1));
    }

    async fn a_family_goes_a_day_after_its_last_refresh_token_ended(fixture: Fixture) {
        let first = fixture.tokens().await;
        fixture.clock.advance(DAY);
        fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(31 * DAY - 1);
        fixture.clear().await;
        assert_eq!(fixture.count("oauth_refresh_tokens"), "2", "the first one is kept for its replay");
        fixture.clock.advance(1);
        fixture.clear().await;
        assert_eq!(fixture.left(), none());
    }

    async fn a_family_stays_while_its_access_token_outlives_its_refresh_token(fixture: Fixture) {
        let fixture = fixture.with(|settings| {
            settings.refresh_token_lifetime = Some(100);
            settings.access_token_lifetime = 10 * DAY;
        });
        let tokens = fixture.tokens().await;
        fixture.clock.advance(10 * DAY - 1);
        fixture.clear().await;
        assert_live(&fixture, &tokens).await;
        fixture.clock.advance(3601);
        fixture.clear().await;
        assert_eq!(fixture.left(), none());
    }

    async fn a_revoked_family_goes_a_day_later(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        fixture.server.disconnect("alice", None).await.unwrap();
        fixture.clock.advance(DAY - 1);
        fixture.clear().await;
        assert_dead(&fixture, &tokens).await;
        assert_eq!(fixture.count("oauth_grants"), "1");
        fixture.clock.advance(1);
        fixture.clear().await;
        assert_eq!(fixture.left(), none());
    }

    async fn a_redeemed_token_that_has_ended_still_ends_its_family(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.refresh_token_lifetime = Some(10 * DAY));
        let first = fixture.tokens().await;
        let mut latest = first.clone();
        for _ in 0..5 {
            fixture.clock.advance(9 * DAY);
            fixture.clear().await;
            latest = fixture.refresh(refresh_token(&latest)).await.unwrap();
        }
        assert_refused(fixture.refresh(refresh_token(&first)).await, "invalid_grant", "used before");
        assert_dead(&fixture, &latest).await;
    }

    async fn within_the_grace_the_same_pair_is_given_again_also_when_its_access_token_has_ended(fixture: Fixture) {
        let fixture = fixture.with(|settings| {
            settings.access_token_lifetime = 1;
            settings.refresh_token_grace = 3600;
        });
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(3599);
        fixture.clear().await;
        let again = fixture.refresh(refresh_token(&first)).await.unwrap();
        assert_eq!(again.access_token, second.access_token);
    }

    async fn a_family_without_end_forgets_what_was_redeemed_and_ended_a_year_ago(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.grant_lifetime = None);
        let first = fixture.tokens().await;
        let mut latest = first.clone();
        for _ in 0..14 {
            fixture.clock.advance(29 * DAY);
            latest = fixture.refresh(refresh_token(&latest)).await.unwrap();
            fixture.clear().await;
        }
        assert_eq!(fixture.count("oauth_refresh_tokens"), "14", "the first is gone");
        assert_refused(fixture.refresh(refresh_token(&first)).await, "invalid_grant", "unknown");
        assert!(fixture.refresh(refresh_token(&latest)).await.is_ok(), "the family lives on");
    }

    async fn tokens_that_never_end_stay(fixture: Fixture) {
        let robot = fixture.robot(Some(Lifetime::Never)).await;
        let tokens = fixture.token(&robot).await.unwrap();
        fixture.clock.advance(5000 * DAY);
        assert_eq!(fixture.clear().await, Cleared::default());
        assert_live(&fixture, &tokens).await;
    }

    async fn a_family_larger_than_a_batch_is_deleted_in_batches(fixture: Fixture) {
        let mut tokens = fixture.tokens().await;
        for _ in 0..450 {
            tokens = fixture.refresh(refresh_token(&tokens)).await.unwrap();
        }
        fixture.server.disconnect("alice", None).await.unwrap();
        fixture.clock.advance(DAY);
        let (mut clearing, mut batches) = (fixture.server.clearing(), 0);
        while let Some(cleared) = clearing.batch().await.unwrap() {
            assert!(cleared.total() <= LARGEST_BATCH, "{cleared:?}");
            batches += usize::from(cleared.total() > 0);
        }
        assert!(batches >= 3, "{batches}");
        assert_eq!(fixture.left(), none());
    }

    async fn two_cleaners_at_once_delete_each_row_once(fixture: Fixture) {
        let robot = fixture.robot(None).await;
        for _ in 0..500 {
            fixture.token(&robot).await.unwrap();
        }
        for _ in 0..10 {
            fixture.tokens().await;
        }
        fixture.clock.advance(400 * DAY);
        let (one, other) = tokio::join!(fixture.clear(), fixture.clear());
        let both = one + other;
        assert_eq!((both.access_tokens, both.refresh_tokens, both.grants), (510, 10, 510));
        assert_eq!(fixture.left(), none());
    }

    async fn a_clean_up_runs_in_the_background_until_it_is_dropped(fixture: Fixture) {
        fixture.tokens().await;
        fixture.clock.advance(400 * DAY);
        let task = fixture.server.clear_expired_every(Duration::from_millis(1));
        let gone = async {
            while fixture.left() != none() {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(10), gone).await.expect("to be cleared");
        drop(task);
    }

    async fn a_redeemed_code_is_recognised_for_a_day(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let tokens = fixture.exchange(&code).await.unwrap();
        fixture.clock.advance(60 + DAY - 1);
        fixture.clear().await;
        assert_refused(fixture.exchange(&code).await, "invalid_grant", "used before");
        assert_dead(&fixture, &tokens).await;
    }

    async fn an_implicit_token_is_refused_alike_before_and_after(fixture: Fixture) {
        let location = fixture.authorize(&implicit_request()).await;
        let token = in_fragment(&location, "access_token").unwrap();
        fixture.clock.advance(3600);
        assert!(!fixture.is_live(&token.as_str().into()).await);
        fixture.clock.advance(3600);
        assert_eq!(fixture.clear().await.access_tokens, 1);
        assert!(!fixture.is_live(&token.as_str().into()).await);
    }
}
