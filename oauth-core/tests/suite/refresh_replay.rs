//! A refresh token that is presented again: RFC 9700 §4.14.2.
//!
//! Within the grace, and while its successor is unused, the client gets the very same pair again: the answer may have
//! been lost on its way. Anything else is theft, and ends the family.

use oauth_core::{EventKind, Tokens};

use crate::support::{
    Fixture, assert_dead, assert_live, assert_refused, public_refresh_form, refresh_token, scopes,
};

fn stolen() -> EventKind {
    EventKind::RefreshTokenUsedAfterInvalidation {
        client_id: "confidential".to_owned(),
        subject: Some("alice".to_owned()),
    }
}

fn assert_same_pair(one: &Tokens, other: &Tokens) {
    assert_eq!(one.access_token.expose(), other.access_token.expose());
    assert_eq!(refresh_token(one).expose(), refresh_token(other).expose());
    assert_eq!(one.scopes, other.scopes);
}

async fn assert_replay(fixture: &Fixture, presented: &Tokens, latest: &Tokens) {
    let answer = fixture.refresh(refresh_token(presented)).await;
    assert_refused(answer, "invalid_grant", "used before");
    assert_eq!(fixture.alarms(), [stolen()]);
    assert_dead(fixture, latest).await;
}

both_databases! {
    async fn within_the_grace_the_very_same_pair_is_given_again(fixture: Fixture) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(9);
        let again = fixture.refresh(refresh_token(&first)).await.unwrap();
        assert_same_pair(&second, &again);
        assert_eq!(again.expires_in, Some(3591));
        assert_live(&fixture, &again).await;
        assert_eq!(fixture.alarms(), []);
    }

    async fn the_pair_that_was_given_again_rotates_on(fixture: Fixture) {
        let first = fixture.tokens().await;
        fixture.refresh(refresh_token(&first)).await.unwrap();
        let again = fixture.refresh(refresh_token(&first)).await.unwrap();
        let third = fixture.refresh(refresh_token(&again)).await.unwrap();
        assert_live(&fixture, &third).await;
    }

    async fn the_pair_that_is_given_again_has_the_scope_of_the_first_answer(fixture: Fixture) {
        let first = fixture.tokens().await;
        let narrow = fixture.refresh_form(refresh_token(&first)).set("scope", "read");
        let second = fixture.token(&narrow).await.unwrap();
        for form in [narrow.clone(), narrow.clone().without("scope"), narrow.set("scope", "write")]
        {
            let again = fixture.token(&form).await.unwrap();
            assert_same_pair(&second, &again);
            assert_eq!(again.scopes, scopes("read"));
        }
    }

    async fn a_repetition_adds_no_row(fixture: Fixture) {
        let first = fixture.tokens().await;
        for _ in 0..3 {
            fixture.refresh(refresh_token(&first)).await.unwrap();
        }
        assert_eq!(
            (fixture.count("oauth_refresh_tokens"), fixture.count("oauth_access_tokens")),
            ("2".into(), "2".into())
        );
    }

    async fn a_repetition_does_not_begin_the_grace_anew(fixture: Fixture) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(6);
        fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(6);
        assert_replay(&fixture, &first, &second).await;
    }

    async fn a_repetition_of_an_access_token_that_has_ended_never_says_a_negative_lifetime(
        fixture: Fixture,
    ) {
        let fixture = fixture.with(|settings| settings.access_token_lifetime = 5);
        let first = fixture.tokens().await;
        fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(9);
        assert_eq!(fixture.refresh(refresh_token(&first)).await.unwrap().expires_in, Some(0));
    }

    async fn after_the_grace_the_family_is_revoked(fixture: Fixture) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(10);
        assert_replay(&fixture, &first, &second).await;
    }

    async fn once_the_successor_was_used_the_family_is_revoked_within_the_grace_too(
        fixture: Fixture,
    ) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        let third = fixture.refresh(refresh_token(&second)).await.unwrap();
        assert_replay(&fixture, &first, &third).await;
    }

    async fn without_grace_the_family_is_revoked_at_once(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.refresh_token_grace = 0);
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        assert_replay(&fixture, &first, &second).await;
    }

    // Two callers at the turn of a second: the one that read the clock first may come second.
    async fn without_grace_a_clock_that_lags_behind_is_none(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.refresh_token_grace = 0);
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(-1);
        assert_replay(&fixture, &first, &second).await;
    }

    async fn a_replay_is_one_whatever_scope_it_asks_for(fixture: Fixture) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(10);
        let form = fixture.refresh_form(refresh_token(&first)).set("scope", "admin");
        assert_refused(fixture.token(&form).await, "invalid_grant", "used before");
        assert_dead(&fixture, &second).await;
    }

    async fn a_token_that_is_redeemed_and_expired_still_revokes_the_family(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.refresh_token_lifetime = Some(100));
        let first = fixture.tokens().await;
        fixture.clock.advance(50);
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(60);
        assert_live(&fixture, &second).await;
        assert_replay(&fixture, &first, &second).await;
    }

    async fn another_client_that_presents_a_redeemed_token_revokes_nothing(fixture: Fixture) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(10);
        let form = public_refresh_form(refresh_token(&first));
        assert_refused(fixture.token(&form).await, "invalid_grant", "another client");
        assert_live(&fixture, &second).await;
        assert_eq!(fixture.alarms(), []);
    }

    async fn a_replay_does_not_touch_another_authorization_of_the_same_user_and_client(
        fixture: Fixture,
    ) {
        let (first, elsewhere) = (fixture.tokens().await, fixture.tokens().await);
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(10);
        assert_replay(&fixture, &first, &second).await;
        assert_live(&fixture, &elsewhere).await;
        assert!(fixture.refresh(refresh_token(&elsewhere)).await.is_ok());
    }

    async fn a_replay_raises_the_event_and_another_of_the_same_family_none(
        fixture: Fixture,
    ) {
        let first = fixture.tokens().await;
        fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(10);
        for _ in 0..2 {
            let answer = fixture.refresh(refresh_token(&first)).await;
            assert_refused(answer, "invalid_grant", "used before");
        }
        assert_eq!(fixture.alarms(), [stolen()]);
    }

    async fn a_revoked_family_gives_no_pair_again(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.refresh_token_grace = 3600);
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.refresh(refresh_token(&second)).await.unwrap();
        fixture.refresh(refresh_token(&first)).await.unwrap_err();
        let answer = fixture.refresh(refresh_token(&second)).await;
        assert_refused(answer, "invalid_grant", "revoked");
    }

    // Who read the database and has one dead token must not be able to compute the live one.
    async fn what_a_successor_was_derived_with_is_forgotten_once_the_successor_is_used(fixture: Fixture) {
        let salts = || fixture.database.texts("SELECT CAST(COUNT(salt) AS TEXT) AS text FROM oauth_refresh_tokens");
        let mut tokens = fixture.tokens().await;
        assert_eq!(salts(), ["0"]);
        for _ in 0..4 {
            tokens = fixture.refresh(refresh_token(&tokens)).await.unwrap();
            assert_eq!(salts(), ["1"], "only that of the direct predecessor");
        }
    }
}
