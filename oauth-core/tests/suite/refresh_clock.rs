//! A clock that goes back, or lags behind another server's, must not stretch the grace of a redeemed refresh token.

use crate::support::{Fixture, assert_dead, assert_live, assert_refused, refresh_token};

both_databases! {
    async fn a_redemption_up_to_2_seconds_ahead_of_the_clock_counts_as_one_of_now(fixture: Fixture) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(-2);
        let again = fixture.refresh(refresh_token(&first)).await.unwrap();
        assert_eq!(again.access_token, second.access_token);
        assert_eq!(refresh_token(&again), refresh_token(&second));
    }

    async fn one_that_lies_further_ahead_is_past_its_grace_and_no_replay(fixture: Fixture) {
        for back in [3, 7200] {
            let first = fixture.tokens().await;
            let second = fixture.refresh(refresh_token(&first)).await.unwrap();
            fixture.clock.advance(-back);
            for _ in 0..2 {
                let answer = fixture.refresh(refresh_token(&first)).await;
                assert_refused(answer, "invalid_grant", "used before");
            }
            assert_eq!(fixture.alarms(), []);
            assert_live(&fixture, &second).await;
            let third = fixture.refresh(refresh_token(&second)).await.unwrap();
            assert_live(&fixture, &third).await;
        }
    }

    async fn nor_is_it_a_replay_once_its_successor_was_used(fixture: Fixture) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        let third = fixture.refresh(refresh_token(&second)).await.unwrap();
        fixture.clock.advance(-7200);
        assert_refused(fixture.refresh(refresh_token(&first)).await, "invalid_grant", "used before");
        assert_eq!(fixture.alarms(), []);
        assert_live(&fixture, &third).await;
    }

    async fn where_the_clock_has_caught_up_it_is_a_replay_again(fixture: Fixture) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(-7200);
        fixture.refresh(refresh_token(&first)).await.unwrap_err();
        fixture.clock.advance(7210);
        assert_refused(fixture.refresh(refresh_token(&first)).await, "invalid_grant", "used before");
        assert_eq!(fixture.alarms().len(), 1);
        assert_dead(&fixture, &second).await;
    }
}
