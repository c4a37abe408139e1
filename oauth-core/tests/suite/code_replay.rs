//! A code is redeemed once: RFC 6749 §4.1.2, §10.5.
//!
//! Its reuse revokes what it led to; but only by its own client, proven, or a leaked code would be a way to revoke.

use oauth_core::{EventKind, Secret};

use crate::support::{
    Fixture, VERIFIER, assert_dead, assert_live, assert_refused, code_request,
    public_exchange_form, public_request, refresh_token,
};

fn used_again(client_id: &str) -> EventKind {
    EventKind::AuthorizationCodeUsedAgain {
        client_id: client_id.to_owned(),
        subject: Some("alice".to_owned()),
    }
}

both_databases! {
    // §4.1.2: "If an authorization code is used more than once, the authorization server MUST deny the request".
    async fn a_code_is_redeemed_once(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        assert!(fixture.exchange(&code).await.is_ok());
        assert_refused(fixture.exchange(&code).await, "invalid_grant", "used before");
    }

    // §4.1.2: "and SHOULD revoke (when possible) all tokens previously issued based on that authorization code".
    async fn reuse_revokes_the_tokens_that_the_code_led_to(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let tokens = fixture.exchange(&code).await.unwrap();
        assert_refused(fixture.exchange(&code).await, "invalid_grant", "used before");
        assert_dead(&fixture, &tokens).await;
    }

    async fn reuse_revokes_the_tokens_of_later_rotations(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let first = fixture.exchange(&code).await.unwrap();
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        assert_refused(fixture.exchange(&code).await, "invalid_grant", "used before");
        assert_dead(&fixture, &second).await;
    }

    async fn reuse_raises_the_event(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        fixture.exchange(&code).await.unwrap();
        assert_eq!(fixture.alarms(), []);
        fixture.exchange(&code).await.unwrap_err();
        assert_eq!(fixture.alarms(), [used_again("confidential")]);
    }

    async fn reuse_after_the_codes_expiry_still_revokes(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let tokens = fixture.exchange(&code).await.unwrap();
        fixture.clock.advance(601);
        assert_refused(fixture.exchange(&code).await, "invalid_grant", "used before");
        assert_dead(&fixture, &tokens).await;
    }

    async fn reuse_does_not_touch_another_authorization_of_the_same_user_and_client(
        fixture: Fixture,
    ) {
        let code = fixture.code(&code_request()).await;
        fixture.exchange(&code).await.unwrap();
        let elsewhere = fixture.tokens().await;
        fixture.exchange(&code).await.unwrap_err();
        assert_live(&fixture, &elsewhere).await;
        assert!(fixture.refresh(refresh_token(&elsewhere)).await.is_ok());
    }

    async fn another_client_that_presents_a_redeemed_code_revokes_nothing(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let tokens = fixture.exchange(&code).await.unwrap();
        let form = public_exchange_form(&code).without("code_verifier");
        assert_refused(fixture.token(&form).await, "invalid_grant", "another client");
        assert_live(&fixture, &tokens).await;
        assert_eq!(fixture.alarms(), []);
    }

    async fn reuse_with_a_wrong_verifier_revokes_nothing(fixture: Fixture) {
        let code = fixture.code(&public_request()).await;
        let tokens = fixture.token(&public_exchange_form(&code)).await.unwrap();
        for form in [
            public_exchange_form(&code).without("code_verifier"),
            public_exchange_form(&code).set("code_verifier", &"a".repeat(43)),
            public_exchange_form(&code).set("code_verifier", "short"),
        ] {
            fixture.token(&form).await.unwrap_err();
        }
        assert_live(&fixture, &tokens).await;
        assert_eq!(fixture.alarms(), []);
    }

    async fn reuse_with_the_verifier_revokes(fixture: Fixture) {
        let code = fixture.code(&public_request()).await;
        let tokens = fixture.token(&public_exchange_form(&code)).await.unwrap();
        let again = public_exchange_form(&code).set("code_verifier", VERIFIER);
        assert_refused(fixture.token(&again).await, "invalid_grant", "used before");
        assert!(!fixture.is_live(&tokens.access_token).await);
        assert_eq!(fixture.alarms(), [used_again("public")]);
    }

    // The secret says that it is the code's own client: a code that was injected into it looks exactly like this.
    async fn reuse_by_a_client_with_a_secret_revokes_whatever_else_is_wrong(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let tokens = fixture.exchange(&code).await.unwrap();
        let form = fixture.exchange_form(&code).set("redirect_uri", "https://evil.example/");
        assert_refused(fixture.token(&form).await, "invalid_grant", "used before");
        assert_dead(&fixture, &tokens).await;
    }

    // Anybody can say a public client's identifier.
    async fn reuse_for_a_public_client_with_another_redirect_uri_revokes_nothing(fixture: Fixture) {
        let code = fixture.code(&public_request()).await;
        let form = public_exchange_form(&code);
        let tokens = fixture.token(&form).await.unwrap();
        fixture.token(&form.set("redirect_uri", "https://evil.example/")).await.unwrap_err();
        assert_live(&fixture, &tokens).await;
    }

    async fn reuse_without_the_clients_secret_revokes_nothing(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let tokens = fixture.exchange(&code).await.unwrap();
        let form = fixture.exchange_form(&code).set("client_secret", Secret::generate().expose());
        assert_refused(fixture.token(&form).await, "invalid_client", "wrong");
        assert_live(&fixture, &tokens).await;
    }

    async fn a_refused_exchange_does_not_redeem_the_code(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let form = fixture.exchange_form(&code);
        for refused in [form.clone().without("redirect_uri"), form.set("code_verifier", VERIFIER)] {
            fixture.token(&refused).await.unwrap_err();
        }
        assert!(fixture.exchange(&code).await.is_ok());
    }
}
