//! How long refresh tokens and their families last.

use crate::support::{Fixture, assert_live, assert_refused, refresh_token};

both_databases! {
    async fn a_refresh_token_ends_with_its_lifetime(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.refresh_token_lifetime = Some(100));
        let (in_time, too_late) = (fixture.tokens().await, fixture.tokens().await);
        fixture.clock.advance(99);
        assert!(fixture.refresh(refresh_token(&in_time)).await.is_ok());
        fixture.clock.advance(1);
        assert_refused(fixture.refresh(refresh_token(&too_late)).await, "invalid_grant", "expired");
    }

    async fn the_lifetime_slides_with_each_rotation(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.refresh_token_lifetime = Some(100));
        let mut tokens = fixture.tokens().await;
        for _ in 0..5 {
            fixture.clock.advance(99);
            tokens = fixture.refresh(refresh_token(&tokens)).await.unwrap();
        }
    }

    async fn an_access_token_that_has_ended_can_still_be_refreshed(fixture: Fixture) {
        let first = fixture.tokens().await;
        fixture.clock.advance(3600);
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        assert_eq!(second.expires_in, Some(3600));
        assert_live(&fixture, &second).await;
    }

    async fn the_grants_lifetime_bounds_the_refresh_tokens_of_the_family(fixture: Fixture) {
        let fixture = fixture.with(|settings| {
            settings.refresh_token_lifetime = Some(100);
            settings.grant_lifetime = Some(150);
        });
        let first = fixture.tokens().await;
        fixture.clock.advance(90);
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.clock.advance(60);
        assert_refused(fixture.refresh(refresh_token(&second)).await, "invalid_grant", "expired");
    }

    async fn the_grants_lifetime_bounds_the_access_tokens_of_the_family(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.grant_lifetime = Some(150));
        let first = fixture.tokens().await;
        fixture.clock.advance(90);
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        assert_eq!(second.expires_in, Some(60));
        fixture.clock.advance(59);
        assert_live(&fixture, &second).await;
        fixture.clock.advance(1);
        assert!(!fixture.is_live(&second.access_token).await);
    }

    async fn without_a_lifetime_a_refresh_token_lasts_as_long_as_its_grant(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.refresh_token_lifetime = None);
        let (in_time, too_late) = (fixture.tokens().await, fixture.tokens().await);
        fixture.clock.advance(365 * 24 * 3600 - 1);
        assert!(fixture.refresh(refresh_token(&in_time)).await.is_ok());
        fixture.clock.advance(1);
        assert_refused(fixture.refresh(refresh_token(&too_late)).await, "invalid_grant", "expired");
    }

    async fn without_any_lifetime_a_refresh_token_never_ends(fixture: Fixture) {
        let fixture = fixture.with(|settings| {
            settings.refresh_token_lifetime = None;
            settings.grant_lifetime = None;
        });
        let tokens = fixture.tokens().await;
        fixture.clock.advance(100 * 365 * 24 * 3600);
        assert!(fixture.refresh(refresh_token(&tokens)).await.is_ok());
    }

    // The cleaner goes by it.
    async fn the_end_that_is_stored_is_never_after_that_of_the_grant(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.grant_lifetime = Some(50));
        fixture.tokens().await;
        let fixture = fixture.with(|settings| settings.refresh_token_lifetime = None);
        fixture.tokens().await;
        let ends = "SELECT CAST(expires_at AS TEXT) AS text FROM oauth_refresh_tokens";
        assert_eq!(fixture.database.texts(ends), ["1000050", "1000050"]);
    }

    async fn an_expired_refresh_token_revokes_nothing(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.refresh_token_lifetime = Some(100));
        let tokens = fixture.tokens().await;
        fixture.clock.advance(100);
        assert_refused(fixture.refresh(refresh_token(&tokens)).await, "invalid_grant", "expired");
        assert_live(&fixture, &tokens).await;
        assert_eq!(fixture.alarms(), []);
    }
}
