//! `grant_type=authorization_code`: RFC 6749 §4.1.3, §4.1.4.

use oauth_core::{GrantType, NewClient};

use crate::support::{
    CALLBACK, Fixture, assert_live, assert_refused, client, code_request, public_exchange_form,
    refresh_token, scopes,
};

both_databases! {
    async fn a_code_gives_tokens_of_what_was_asked(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        assert_eq!((tokens.expires_in, &tokens.scopes), (Some(3600), &scopes("read write")));
        let access =
            fixture.server.verify(tokens.access_token.expose(), &scopes("read")).await.unwrap();
        assert_eq!(
            (access.subject.as_deref(), access.client_id.as_str()),
            (Some("alice"), "confidential")
        );
        assert_eq!(access.expires_at, Some(1_003_600));
        assert_ne!(refresh_token(&tokens), &tokens.access_token);
    }

    async fn an_unknown_code_is_refused(fixture: Fixture) {
        assert_refused(fixture.exchange("never-issued").await, "invalid_grant", "unknown");
    }

    async fn a_missing_code_is_an_invalid_request(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        for form in [fixture.exchange_form(&code).without("code"), fixture.exchange_form("")] {
            assert_refused(fixture.token(&form).await, "invalid_request", "code is missing");
        }
    }

    async fn a_code_ends_with_its_lifetime(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.authorization_code_lifetime = 30);
        let (in_time, too_late) =
            (fixture.code(&code_request()).await, fixture.code(&code_request()).await);
        fixture.clock.advance(29);
        assert!(fixture.exchange(&in_time).await.is_ok());
        fixture.clock.advance(1);
        assert_refused(fixture.exchange(&too_late).await, "invalid_grant", "expired");
    }

    async fn a_code_ends_with_its_grant(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.grant_lifetime = Some(10));
        let code = fixture.code(&code_request()).await;
        fixture.clock.advance(10);
        assert_refused(fixture.exchange(&code).await, "invalid_grant", "expired");
    }

    async fn tokens_do_not_outlive_the_grant(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.grant_lifetime = Some(100));
        let code = fixture.code(&code_request()).await;
        fixture.clock.advance(20);
        assert_eq!(fixture.exchange(&code).await.unwrap().expires_in, Some(80));
    }

    // §4.1.3: the server MUST "ensure that the authorization code was issued to the authenticated confidential client".
    async fn another_clients_code_is_refused_and_stays_good(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let form = public_exchange_form(&code).without("code_verifier");
        assert_refused(fixture.token(&form).await, "invalid_grant", "another client");
        assert!(fixture.exchange(&code).await.is_ok());
    }

    // §4.1.3: "if the "redirect_uri" parameter was included in the authorization request ... their values MUST be
    // identical".
    async fn a_redirect_uri_that_was_named_must_be_named_again(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let form = fixture.exchange_form(&code).without("redirect_uri");
        assert_refused(fixture.token(&form).await, "invalid_request", "redirect_uri is missing");
    }

    async fn a_redirect_uri_that_was_named_must_be_the_same(fixture: Fixture) {
        let both = vec![CALLBACK.to_owned(), "https://app.example/other".to_owned()];
        let secret =
            fixture.register(NewClient { redirect_uris: both, ..client("several") }).await.secret;
        let code = fixture.code(&code_request().set("client_id", "several")).await;
        let form = fixture.exchange_form(&code).set("client_id", "several");
        let form = form.set("client_secret", secret.unwrap().expose());
        for different in ["https://app.example/other", "https://app.example/callback/", "nonsense"]
        {
            let form = form.clone().set("redirect_uri", different);
            assert_refused(fixture.token(&form).await, "invalid_grant", "to the last slash");
        }
        assert!(fixture.token(&form).await.is_ok(), "the very same");
    }

    async fn the_port_of_a_loopback_redirect_uri_must_be_the_one_that_was_named(fixture: Fixture) {
        let loopback = vec!["http://127.0.0.1/cb".to_owned()];
        let secret = fixture
            .register(NewClient { redirect_uris: loopback, ..client("native") })
            .await
            .secret;
        let request = code_request()
            .set("client_id", "native")
            .set("redirect_uri", "http://127.0.0.1:5000/cb");
        let code = fixture.code(&request).await;
        let form = fixture.exchange_form(&code).set("client_id", "native");
        let form = form.set("client_secret", secret.unwrap().expose());

        let other_port = form.clone().set("redirect_uri", "http://127.0.0.1:5001/cb");
        assert_refused(fixture.token(&other_port).await, "invalid_grant", "redirect_uri");
        assert!(fixture.token(&form.set("redirect_uri", "http://127.0.0.1:5000/cb")).await.is_ok());
    }

    async fn a_redirect_uri_that_was_not_named_may_be_left_out(fixture: Fixture) {
        let code = fixture.code(&code_request().without("redirect_uri")).await;
        let form = fixture.exchange_form(&code).without("redirect_uri");
        assert!(fixture.token(&form).await.is_ok());
    }

    async fn a_redirect_uri_that_was_not_named_may_be_the_registered_one(fixture: Fixture) {
        let code = fixture.code(&code_request().without("redirect_uri")).await;
        assert!(fixture.exchange(&code).await.is_ok());
    }

    async fn a_redirect_uri_that_was_not_named_may_not_be_another_one(fixture: Fixture) {
        let code = fixture.code(&code_request().without("redirect_uri")).await;
        for unregistered in ["https://evil.example/", "nonsense"] {
            let form = fixture.exchange_form(&code).set("redirect_uri", unregistered);
            assert_refused(fixture.token(&form).await, "invalid_grant", "redirect_uri");
        }
    }

    async fn a_client_without_the_refresh_grant_gets_no_refresh_token(fixture: Fixture) {
        let grant_types = vec![GrantType::AuthorizationCode];
        let secret =
            fixture.register(NewClient { grant_types, ..client("brief") }).await.secret.unwrap();
        let code = fixture.code(&code_request().set("client_id", "brief")).await;
        let form = fixture.exchange_form(&code).set("client_id", "brief");
        let tokens = fixture.token(&form.set("client_secret", secret.expose())).await.unwrap();
        assert!(tokens.refresh_token.is_none());
        assert_live(&fixture, &tokens).await;
    }

    async fn no_client_gets_a_refresh_token_where_access_tokens_are_not_refreshable(
        fixture: Fixture,
    ) {
        let fixture = fixture.with(|settings| settings.access_tokens_refreshable = false);
        assert!(fixture.tokens().await.refresh_token.is_none());
        assert_eq!(fixture.count("oauth_refresh_tokens"), "0");
    }
}
