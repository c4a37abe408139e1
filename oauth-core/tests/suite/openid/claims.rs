//! What clients are told of users: OpenID Connect Core §5, §8.

use super::*;

both_databases! {
    /// §5.4, and what was not asked for is not told, whatever the application says.
    async fn userinfo_tells_the_claims_of_the_scopes_and_no_others(openid: OpenId) {
        let told = openid.told(&openid.tokens(&[("scope", "openid email")]).await).await;
        let Value::Object(expected) = json!({
            "sub": "alice", "email": "alice@example.com", "email_verified": true,
        }) else { return };
        assert_eq!(told, expected);
        let told = openid.told(&openid.tokens(&[]).await).await;
        assert_eq!(told.keys().collect::<Vec<_>>(), ["sub"]);
    }

    /// §5.5.
    async fn claims_that_are_asked_for_one_by_one_are_told_where_they_were_asked_for(openid: OpenId) {
        let asked = r#"{"userinfo":{"birthdate":null},"id_token":{"email":{"essential":true}}}"#;
        let tokens = openid.tokens(&[("claims", asked)]).await;
        let (_, claims) = id_token(&tokens);
        assert_eq!(claims["email"], "alice@example.com");
        assert!(claims.get("birthdate").is_none());
        let told = openid.told(&tokens).await;
        assert_eq!(told["birthdate"], "1990-01-01");
        assert!(told.get("email").is_none());
    }

    async fn an_application_cannot_say_what_the_server_says_itself(openid: OpenId) {
        let asked = r#"{"userinfo":{"sub":null},"id_token":{"aud":null,"sub":null}}"#;
        let tokens = openid.tokens(&[("claims", asked)]).await;
        let (_, claims) = id_token(&tokens);
        assert_eq!((&claims["aud"], &claims["sub"]), (&json!("login"), &json!("alice")));
        assert_eq!(openid.told(&tokens).await["sub"], "alice");
    }

    /// §5.3.2.
    async fn userinfo_is_signed_for_a_client_that_is_registered_for_that(openid: OpenId) {
        let metadata = OpenIdMetadata {
            userinfo_signed_response_alg: Some(SigningAlgorithm::Es256),
            ..OpenIdMetadata::default()
        };
        let secret = OpenId::registered(&openid.fixture, "signed", metadata).await;
        let tokens = openid.tokens_of("signed", &secret, &[]).await;
        let scope = "openid".parse().unwrap();
        let server = &openid.fixture.server;
        let token = server.verify(tokens.access_token.expose(), &scope).await.unwrap();
        let UserInfo::Signed(jwt) = server.userinfo(&token).await.unwrap() else { panic!("not signed") };
        let (header, claims) = parts(&jwt);
        assert_eq!(header["alg"], "ES256");
        assert_eq!((&claims["sub"], &claims["aud"]), (&json!("alice"), &json!("signed")));
    }

    /// §8.1: clients of one sector know a user by one name, others by another, and none by the subject.
    async fn pairwise_names_are_the_same_in_a_sector_and_differ_between_sectors(openid: OpenId) {
        let in_sector = |uri: Option<&str>| OpenIdMetadata {
            subject_type: SubjectType::Pairwise,
            sector_identifier_uri: uri.map(str::to_owned),
            ..OpenIdMetadata::default()
        };
        let mut names = Vec::new();
        for (client_id, sector) in [("a", None), ("b", None), ("c", Some("https://elsewhere.example/uris"))] {
            let secret = OpenId::registered(&openid.fixture, client_id, in_sector(sector)).await;
            let tokens = openid.tokens_of(client_id, &secret, &[]).await;
            let (_, claims) = id_token(&tokens);
            assert_eq!(claims["sub"], openid.told(&tokens).await["sub"]);
            names.push(claims["sub"].as_str().unwrap().to_owned());
        }
        assert_eq!(names[0], names[1]);
        assert_ne!(names[0], names[2]);
        assert!(names.iter().all(|name| name.len() == 43));
    }

    async fn where_the_application_cannot_tell_the_claims_nothing_is_issued(openid: OpenId) {
        let failing: ClaimsSource = Arc::new(|_, _| {
            Box::pin(async { Err(StoreError::Unavailable("the directory is down".into())) })
        });
        let code = openid.code(&[("claims", r#"{"id_token":{"email":null}}"#)]).await;
        let exchange = Form::new(&[
            ("grant_type", "authorization_code"), ("client_id", "login"), ("client_secret", openid.secret.expose()),
            ("code", &code), ("redirect_uri", CALLBACK),
        ]);
        let server = openid.fixture.server.clone().with_claims(failing);
        assert_eq!(server.token(None, &exchange.params()).await.unwrap_err().code(), "temporarily_unavailable");
        assert!(openid.fixture.server.token(None, &exchange.params()).await.is_ok(), "the code was not taken");
    }
}
