//! The implicit grant: RFC 6749 §4.2.

use oauth_core::{AuthorizationErrorCode as Code, ClientSecret, GrantType, Lifetime, NewClient};

use crate::support::{
    CALLBACK, Fixture, Redirect, client, code_request, implicit_request, in_fragment, in_query,
    scopes,
};

both_databases! {
    async fn the_token_is_answered_in_the_fragment(fixture: Fixture) {
        let location = fixture.authorize(&implicit_request()).await;
        let token = in_fragment(&location, "access_token").expect("a token");
        let expected = format!(
            "{CALLBACK}#access_token={token}&token_type=Bearer&expires_in=3600&scope=read%20write&state=xyz\
             &iss=https%3A%2F%2Fid.example"
        );
        assert_eq!(location, expected);
    }

    // §4.2.2: "The authorization server MUST NOT issue a refresh token."
    async fn there_is_no_refresh_token(fixture: Fixture) {
        let location = fixture.authorize(&implicit_request()).await;
        assert!(!location.contains("refresh_token"), "{location}");
        assert_eq!(fixture.count("oauth_refresh_tokens"), "0");
    }

    async fn the_token_acts_for_the_user_with_the_scopes_of_the_request(fixture: Fixture) {
        let location = fixture.authorize(&implicit_request().set("scope", "read")).await;
        let token = in_fragment(&location, "access_token").unwrap();
        let token = fixture.server.verify(&token, &scopes("read")).await.expect("a live token");
        assert_eq!(
            (token.subject.as_deref(), token.client_id.as_str()),
            (Some("alice"), "implicit")
        );
        assert_eq!(token.scopes, scopes("read"));
    }

    // §4.2.2: expires_in is left out where there is no end.
    async fn a_token_that_never_ends_is_answered_without_an_end(fixture: Fixture) {
        fixture
            .register(NewClient {
                secret: ClientSecret::None,
                grant_types: vec![GrantType::Implicit],
                access_token_lifetime: Some(Lifetime::Never),
                ..client("endless")
            })
            .await;
        let location = fixture.authorize(&implicit_request().set("client_id", "endless")).await;
        assert_eq!(in_fragment(&location, "expires_in"), None);
        let token = in_fragment(&location, "access_token").unwrap();
        fixture.clock.advance(100 * 365 * 24 * 3600);
        assert!(fixture.server.verify(&token, &scopes("read")).await.is_ok());
    }

    async fn the_token_ends_with_its_grant(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.grant_lifetime = Some(60));
        let location = fixture.authorize(&implicit_request()).await;
        assert_eq!(in_fragment(&location, "expires_in").as_deref(), Some("60"));
        let token = in_fragment(&location, "access_token").unwrap();
        fixture.clock.advance(59);
        assert!(fixture.is_live(&token.as_str().into()).await);
        fixture.clock.advance(1);
        assert!(!fixture.is_live(&token.as_str().into()).await);
    }

    // §4.2.2.1: errors are in the fragment, too.
    async fn errors_are_answered_in_the_fragment(fixture: Fixture) {
        let refusal = fixture.refusal(&implicit_request().set("scope", "admin")).await;
        assert_eq!(refusal.code, Code::InvalidScope);
        assert!(
            refusal.location.starts_with(&format!("{CALLBACK}#error=invalid_scope&")),
            "{}",
            refusal.location
        );
        assert_eq!(in_fragment(&refusal.location, "state").as_deref(), Some("xyz"));
    }

    async fn a_client_without_the_implicit_grant_hears_so_in_the_fragment(fixture: Fixture) {
        let refusal = fixture.refusal(&code_request().set("response_type", "token")).await;
        assert_eq!(refusal.code, Code::UnauthorizedClient);
        assert_eq!(in_fragment(&refusal.location, "error").as_deref(), Some("unauthorized_client"));
        assert_eq!(in_query(&refusal.location, "error"), None);
    }

    async fn a_user_who_says_no_is_access_denied_in_the_fragment(fixture: Fixture) {
        let request = fixture.judge(&implicit_request()).await.unwrap();
        let response = fixture.server.decline(request, "alice").await.unwrap();
        let location = response.location();
        assert!(location.starts_with(&format!("{CALLBACK}#error=access_denied&")), "{location}");
    }

    async fn the_query_of_the_redirect_uri_stays_before_the_fragment(fixture: Fixture) {
        let uri = "https://app.example/cb?tenant=1";
        let grant_types = vec![oauth_core::GrantType::Implicit];
        let new = NewClient { redirect_uris: vec![uri.to_owned()], grant_types, ..client("query") };
        fixture.register(new).await;
        let request = implicit_request().set("client_id", "query").set("redirect_uri", uri);
        let location = fixture.authorize(&request).await;
        assert!(location.starts_with(&format!("{uri}#access_token=")), "{location}");
    }

    async fn each_authorization_is_a_grant_of_its_own(fixture: Fixture) {
        fixture.authorize(&implicit_request()).await;
        fixture.authorize(&implicit_request()).await;
        assert_eq!(fixture.count("oauth_grants"), "2");
    }
}
