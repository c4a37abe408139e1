//! What a token is worth, told to who asks for it: RFC 7662.

use oauth_core::{ClientSecret, Introspection, NewClient, Secret, TokenError};

use crate::support::{
    Fixture, Form, client, code_request, in_query, public_exchange_form, public_request,
    refresh_token, scopes,
};

impl Fixture {
    async fn introspect(
        &self,
        client_id: &str,
        secret: &Secret,
        token: &str,
    ) -> Result<Option<Introspection>, TokenError> {
        let form = Form::new(&[
            ("client_id", client_id),
            ("client_secret", secret.expose()),
            ("token", token),
        ]);
        self.server.introspect(None, &form.params()).await
    }

    /// What `confidential` sees of a token of its own.
    async fn own(&self, token: &Secret) -> Option<Introspection> {
        self.introspect("confidential", &self.secret, token.expose()).await.unwrap()
    }

    /// A client that may look at the tokens of these resources.
    async fn resource_server(&self, introspects: &[&str]) -> Secret {
        let new = NewClient {
            introspects: introspects.iter().map(|&it| it.to_owned()).collect(),
            grant_types: Vec::new(),
            ..client("api")
        };
        self.register(new).await.secret.unwrap()
    }
}

both_databases! {
    async fn a_client_sees_its_own_access_token(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let seen = fixture.own(&tokens.access_token).await.expect("active");
        assert!(seen.is_access_token);
        assert_eq!((seen.client_id.as_str(), seen.subject.as_deref()), ("confidential", Some("alice")));
        assert_eq!((seen.scopes, seen.audience.as_deref()), (scopes("read write"), Some("https://id.example")));
        assert_eq!((seen.issued_at, seen.expires_at), (1_000_000, Some(1_003_600)));
    }

    async fn a_client_sees_its_own_refresh_token(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let seen = fixture.own(refresh_token(&tokens)).await.expect("active");
        assert!(!seen.is_access_token);
        assert_eq!((seen.scopes, seen.issued_at), (scopes("read write"), 1_000_000));
        assert_eq!(seen.expires_at, Some(1_000_000 + 30 * 24 * 3600));
    }

    /// RFC 7662 §2.2: "this response does not include any additional information about an inactive token".
    async fn what_is_over_unknown_or_of_another_kind_is_not_active(fixture: Fixture) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        let code = fixture.code(&code_request()).await;
        let random = Secret::generate();
        for token in [first.access_token.expose(), refresh_token(&first).expose(), &code, random.expose(), "x"] {
            let seen = fixture.introspect("confidential", &fixture.secret, token).await.unwrap();
            assert_eq!(seen, None, "{token}");
        }
        assert!(fixture.own(&second.access_token).await.is_some());
        fixture.clock.advance(3_600);
        assert_eq!(fixture.own(&second.access_token).await, None);
        assert!(fixture.own(refresh_token(&second)).await.is_some());
        fixture.clock.advance(30 * 24 * 3600);
        assert_eq!(fixture.own(refresh_token(&second)).await, None);
    }

    async fn a_revoked_token_is_not_active_from_the_next_request_on(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        assert!(fixture.own(&tokens.access_token).await.is_some());
        fixture.server.disconnect("alice", None).await.unwrap();
        assert_eq!(fixture.own(&tokens.access_token).await, None);
        assert_eq!(fixture.own(refresh_token(&tokens)).await, None);
    }

    /// RFC 7662 §4: "the authorization server MUST determine whether or not the token can be used at the protected
    /// resource making the introspection call".
    async fn a_resource_server_sees_the_access_tokens_of_its_resources_alone(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let secret = fixture.resource_server(&["https://ID.example/", "https://api.example/notes"]).await;
        let seen = fixture.introspect("api", &secret, tokens.access_token.expose()).await.unwrap();
        assert_eq!(seen, fixture.own(&tokens.access_token).await);
        assert!(seen.is_some());
        let seen = fixture.introspect("api", &secret, refresh_token(&tokens).expose()).await.unwrap();
        assert_eq!(seen, None, "a refresh token is its client's alone");
    }

    async fn who_names_no_resource_sees_nothing_of_others(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let secret = fixture.resource_server(&["https://api.example/notes"]).await;
        for token in [&tokens.access_token, refresh_token(&tokens)] {
            assert_eq!(fixture.introspect("api", &secret, token.expose()).await.unwrap(), None);
        }
    }

    /// RFC 7662 §2.1: "the endpoint MUST also require some form of authorization".
    async fn who_does_not_prove_who_it_is_hears_nothing(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let token = tokens.access_token.expose();
        let refused = fixture.introspect("confidential", &"wrong".into(), token).await.unwrap_err();
        assert_eq!(refused.code(), "invalid_client");
        let refused = fixture.introspect("unknown", &fixture.secret, token).await.unwrap_err();
        assert_eq!(refused.code(), "invalid_client");

        let code = in_query(&fixture.authorize(&public_request()).await, "code").unwrap();
        let its_own = fixture.token(&public_exchange_form(&code)).await.unwrap().access_token;
        let form = Form::new(&[("client_id", "public"), ("token", its_own.expose())]);
        let refused = fixture.server.introspect(None, &form.params()).await.unwrap_err();
        assert_eq!(refused.code(), "unauthorized_client");
    }

    async fn a_token_is_named_once(fixture: Fixture) {
        let refused = fixture.introspect("confidential", &fixture.secret, "").await.unwrap_err();
        assert_eq!(refused.code(), "invalid_request");
        let form = Form::new(&[("client_id", "confidential"), ("client_secret", fixture.secret.expose())]);
        let twice = form.and("token", "x").and("token", "y");
        let refused = fixture.server.introspect(None, &twice.params()).await.unwrap_err();
        assert_eq!(refused.code(), "invalid_request");
    }

    async fn a_client_without_a_secret_that_names_resources_still_cannot_ask(fixture: Fixture) {
        let new = NewClient {
            secret: ClientSecret::None,
            introspects: vec!["https://id.example".to_owned()],
            ..client("page")
        };
        fixture.register(new).await;
        let form = Form::new(&[("client_id", "page"), ("token", "x")]);
        let refused = fixture.server.introspect(None, &form.params()).await.unwrap_err();
        assert_eq!(refused.code(), "unauthorized_client");
    }
}
