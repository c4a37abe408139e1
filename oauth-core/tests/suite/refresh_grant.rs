//! `grant_type=refresh_token`: RFC 6749 §6, with the rotation of RFC 9700 §4.14.2.

use oauth_core::{GrantType, NewClient};

use crate::support::{
    Fixture, assert_live, assert_refused, client, code_request, public_exchange_form,
    public_refresh_form, public_request, refresh_token, scopes,
};

both_databases! {
    async fn a_refresh_token_gives_a_new_pair_of_the_same_scope(fixture: Fixture) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        assert_ne!(second.access_token, first.access_token);
        assert_ne!(refresh_token(&second), refresh_token(&first));
        assert_eq!((second.expires_in, &second.scopes), (Some(3600), &scopes("read write")));
        assert_live(&fixture, &second).await;
    }

    async fn the_new_token_acts_for_the_same_user(fixture: Fixture) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        let access =
            fixture.server.verify(second.access_token.expose(), &scopes("")).await.unwrap();
        assert_eq!(
            (access.subject.as_deref(), access.client_id.as_str()),
            (Some("alice"), "confidential")
        );
    }

    async fn the_access_token_of_a_redeemed_refresh_token_dies(fixture: Fixture) {
        let first = fixture.tokens().await;
        fixture.refresh(refresh_token(&first)).await.unwrap();
        assert!(!fixture.is_live(&first.access_token).await);
    }

    async fn tokens_rotate_as_often_as_the_client_likes(fixture: Fixture) {
        let mut tokens = fixture.tokens().await;
        for _ in 0..5 {
            tokens = fixture.refresh(refresh_token(&tokens)).await.unwrap();
        }
        assert_live(&fixture, &tokens).await;
    }

    async fn a_public_client_rotates_too(fixture: Fixture) {
        let code = fixture.code(&public_request()).await;
        let first = fixture.token(&public_exchange_form(&code)).await.unwrap();
        let second = fixture.token(&public_refresh_form(refresh_token(&first))).await.unwrap();
        assert_ne!(refresh_token(&second), refresh_token(&first));
    }

    async fn a_missing_refresh_token_is_an_invalid_request(fixture: Fixture) {
        for form in [
            fixture.refresh_form(&"x".into()).without("refresh_token"),
            fixture.refresh_form(&"".into()),
        ] {
            assert_refused(
                fixture.token(&form).await,
                "invalid_request",
                "refresh_token is missing",
            );
        }
    }

    async fn an_unknown_refresh_token_is_refused(fixture: Fixture) {
        let answer = fixture.refresh(&"never-issued".into()).await;
        assert_refused(answer, "invalid_grant", "unknown");
    }

    async fn an_access_token_is_no_refresh_token(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        assert_refused(fixture.refresh(&tokens.access_token).await, "invalid_grant", "unknown");
    }

    // §10.4: the server "MUST verify the binding between the refresh token and client identity".
    async fn another_clients_refresh_token_is_refused_and_its_family_unharmed(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let form = public_refresh_form(refresh_token(&tokens));
        assert_refused(fixture.token(&form).await, "invalid_grant", "another client");
        assert_live(&fixture, &tokens).await;
        assert!(fixture.refresh(refresh_token(&tokens)).await.is_ok());
    }

    async fn a_client_without_the_refresh_grant_is_unauthorized(fixture: Fixture) {
        let grant_types = vec![GrantType::AuthorizationCode];
        let secret =
            fixture.register(NewClient { grant_types, ..client("brief") }).await.secret.unwrap();
        let form = fixture.refresh_form(&"anything".into()).set("client_id", "brief");
        let form = form.set("client_secret", secret.expose());
        assert_refused(fixture.token(&form).await, "unauthorized_client", "refresh_token");
    }

    async fn a_narrower_scope_is_granted(fixture: Fixture) {
        let first = fixture.tokens().await;
        let form = fixture.refresh_form(refresh_token(&first)).set("scope", "read");
        let second = fixture.token(&form).await.unwrap();
        assert_eq!(second.scopes, scopes("read"));
        let writes = fixture.server.verify(second.access_token.expose(), &scopes("write")).await;
        assert_eq!(writes.unwrap_err().code(), Some("insufficient_scope"));
    }

    // §6: the new refresh token's scope "MUST be identical to that of the refresh token included by the client".
    async fn after_a_narrower_scope_the_next_refresh_may_have_the_full_one_again(fixture: Fixture) {
        let first = fixture.tokens().await;
        let form = fixture.refresh_form(refresh_token(&first)).set("scope", "read");
        let second = fixture.token(&form).await.unwrap();
        let third = fixture.refresh(refresh_token(&second)).await.unwrap();
        assert_eq!(third.scopes, scopes("read write"));
    }

    async fn the_same_scope_in_another_order_is_granted(fixture: Fixture) {
        let first = fixture.tokens().await;
        let form = fixture.refresh_form(refresh_token(&first)).set("scope", "write read");
        assert_eq!(fixture.token(&form).await.unwrap().scopes, scopes("read write"));
    }

    // §6: "The requested scope MUST NOT include any scope not originally granted by the resource owner".
    async fn a_wider_scope_is_invalid_and_redeems_nothing(fixture: Fixture) {
        let code = fixture.code(&code_request().set("scope", "read")).await;
        let tokens = fixture.exchange(&code).await.unwrap();
        for wider in ["read write", "write", "read nonsense"] {
            let form = fixture.refresh_form(refresh_token(&tokens)).set("scope", wider);
            assert_refused(fixture.token(&form).await, "invalid_scope", "not available");
        }
        assert_live(&fixture, &tokens).await;
        assert!(fixture.refresh(refresh_token(&tokens)).await.is_ok());
    }

    async fn a_malformed_scope_is_invalid(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let form = fixture.refresh_form(refresh_token(&tokens)).set("scope", "read\"");
        assert_refused(fixture.token(&form).await, "invalid_scope", "printable ASCII");
    }

    async fn a_server_that_does_not_refresh_refuses_the_tokens_it_gave_before(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let fixture = fixture.with(|settings| settings.access_tokens_refreshable = false);
        assert_refused(fixture.refresh(refresh_token(&tokens)).await, "invalid_grant", "does not refresh");
    }
}
