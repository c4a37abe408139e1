//! RFC 6749 §4.1.1, §4.1.2.1: what is refused at the client, and what is asked of the user.

use oauth_core::{AuthorizationError, AuthorizationErrorCode as Code, NewClient};

use crate::support::{CALLBACK, Fixture, Form, Redirect, client, code_request, in_query};

both_databases! {
    async fn an_answer_carries_a_code_in_the_query_and_nothing_else_but_state_and_issuer(fixture: Fixture) {
        let location = fixture.authorize(&code_request()).await;
        let code = in_query(&location, "code").expect("a code");
        assert_eq!(location, format!("{CALLBACK}?code={code}&state=xyz&iss=https%3A%2F%2Fid.example"));
    }

    async fn the_user_is_asked_for_the_client_and_the_scopes_of_the_request(fixture: Fixture) {
        let request =
            fixture.judge(&code_request().set("scope", "write read write")).await.unwrap();
        assert_eq!(request.client().client_id, "confidential");
        assert_eq!(request.redirect_uri().as_str(), CALLBACK);
        let asked: Vec<_> =
            request.scopes().iter().map(|scope| scope.description.as_str()).collect();
        assert_eq!(asked, ["Read", "Write"]);
    }

    async fn a_missing_response_type_is_an_invalid_request(fixture: Fixture) {
        for request in
            [code_request().without("response_type"), code_request().set("response_type", "")]
        {
            assert_eq!(fixture.refusal(&request).await.code, Code::InvalidRequest);
        }
    }

    async fn an_unknown_response_type_is_unsupported(fixture: Fixture) {
        for unknown in ["magic", "Code", "code token", "id_token", "none"] {
            let refusal = fixture.refusal(&code_request().set("response_type", unknown)).await;
            assert_eq!(refusal.code, Code::UnsupportedResponseType, "{unknown}");
        }
    }

    async fn a_client_may_only_use_the_response_types_of_its_grants(fixture: Fixture) {
        let code = code_request().set("client_id", "implicit");
        let token = code_request().set("response_type", "token");
        for request in [code, token] {
            assert_eq!(fixture.refusal(&request).await.code, Code::UnauthorizedClient);
        }
    }

    async fn a_scope_must_be_asked_for(fixture: Fixture) {
        for request in [
            code_request().without("scope"),
            code_request().set("scope", ""),
            code_request().set("scope", "   "),
        ] {
            let refusal = fixture.refusal(&request).await;
            assert_eq!(refusal.code, Code::InvalidScope);
            assert_eq!(refusal.description, "scope must be included");
        }
    }

    // §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
    async fn a_malformed_scope_is_invalid(fixture: Fixture) {
        for malformed in ["read\"", "read\\", "read\twrite", "r\u{e9}ad", "read\nwrite"] {
            let refusal = fixture.refusal(&code_request().set("scope", malformed)).await;
            assert_eq!(refusal.code, Code::InvalidScope, "{malformed:?}");
        }
    }

    async fn a_scope_that_the_server_or_the_client_lacks_is_invalid_and_named(fixture: Fixture) {
        for (lacking, name) in [
            ("read retired", "retired"),
            ("read admin", "admin"),
            ("READ", "READ"),
            ("nonsense", "nonsense"),
        ] {
            let refusal = fixture.refusal(&code_request().set("scope", lacking)).await;
            assert_eq!(refusal.code, Code::InvalidScope, "{lacking}");
            assert!(refusal.description.ends_with(&format!(": {name}")), "{}", refusal.description);
        }
    }

    async fn a_scope_of_10_000_characters_is_refused_with_a_short_answer(fixture: Fixture) {
        for long in [
            "s".repeat(10_000),
            "ab ".repeat(3_333),
            (0..2_000).map(|n| format!("s{n} ")).collect(),
        ] {
            let refusal = fixture.refusal(&code_request().set("scope", &long)).await;
            assert_eq!(refusal.code, Code::InvalidScope);
            assert!(refusal.location.len() < 1_000, "{} bytes", refusal.location.len());
        }
    }

    async fn a_repeated_parameter_is_refused_at_the_client(fixture: Fixture) {
        for name in ["response_type", "scope", "state", "code_challenge", "code_challenge_method"] {
            let refusal = fixture.refusal(&code_request().and(name, "x").and(name, "x")).await;
            assert_eq!(refusal.code, Code::InvalidRequest, "{name}");
            assert_eq!(refusal.description, format!("{name} must not be included more than once"));
        }
    }

    // §3.1: the server "MUST ignore unrecognized request parameters".
    async fn unknown_parameters_are_ignored_also_when_repeated_or_malformed(fixture: Fixture) {
        let request = code_request().and("nonce", "1").and("nonce", "2").and("claims", "a\0b");
        let query = format!("{}&display=%zz", request.encoded());
        let params = oauth_core::Params::parse(query.as_bytes());
        assert!(fixture.server.authorization_request(&params).await.is_ok());
    }

    async fn malformed_percent_encoding_is_refused_at_the_client_once_it_is_known(
        fixture: Fixture,
    ) {
        for name in ["response_type", "scope", "state", "code_challenge", "code_challenge_method"] {
            for malformed in ["%", "%2", "%zz", "%ff", "%c3%28"] {
                let query =
                    format!("{}&{name}={malformed}", code_request().without(name).encoded());
                let params = oauth_core::Params::parse(query.as_bytes());
                let answer = fixture.server.authorization_request(&params).await;
                let Err(AuthorizationError::Client { code, .. }) = answer else {
                    panic!("{query}: {answer:?}")
                };
                assert_eq!(code, Code::InvalidRequest, "{query}");
            }
        }
    }

    async fn a_refusal_is_answered_at_the_client_with_code_description_and_state(fixture: Fixture) {
        let refusal = fixture.refusal(&code_request().set("scope", "admin")).await;
        assert!(
            refusal.location.starts_with("https://app.example/callback?error="),
            "{}",
            refusal.location
        );
        let answered = |name| in_query(&refusal.location, name);
        assert_eq!(answered("error").as_deref(), Some("invalid_scope"));
        assert_eq!(answered("error_description").as_deref(), Some(refusal.description.as_str()));
        assert_eq!(answered("state").as_deref(), Some("xyz"));
    }

    async fn a_user_who_says_no_is_access_denied(fixture: Fixture) {
        let request = fixture.judge(&code_request()).await.unwrap();
        let response = fixture.server.decline(request, "alice").await.unwrap();
        let location = response.location();
        assert!(
            location.starts_with("https://app.example/callback?error=access_denied&"),
            "{location}"
        );
        assert_eq!(in_query(&location, "state").as_deref(), Some("xyz"));
        assert_eq!(in_query(&location, "code"), None);
    }

    // §4.1.2.1: server_error, for a status of 500 "cannot be returned to the client via an HTTP redirect".
    async fn a_failure_of_ours_is_a_server_error_at_the_client(fixture: Fixture) {
        let request = fixture.judge(&code_request()).await.unwrap();
        fixture.database.execute("DROP TABLE oauth_authorization_codes; DROP TABLE oauth_scopes");

        let before = fixture.refusal(&code_request()).await;
        assert_eq!(before.code, Code::ServerError);
        let after = fixture.server.accept(request, "alice").await;
        let Err(AuthorizationError::Client { response: location, .. }) = after else { panic!("{after:?}") };
        for location in [before.location.as_str(), location.location()] {
            assert_eq!(in_query(&location, "error").as_deref(), Some("server_error"));
            assert_eq!(in_query(&location, "state").as_deref(), Some("xyz"));
            assert!(!location.contains("oauth_"), "{location}");
        }
    }

    async fn a_failure_of_ours_before_the_client_is_known_is_answered_nowhere_else(
        fixture: Fixture,
    ) {
        fixture.database.execute("ALTER TABLE oauth_clients RENAME TO gone");
        let answer = fixture.judge(&code_request()).await;
        assert!(matches!(answer, Err(AuthorizationError::Server(_))), "{answer:?}");
    }

    // §3.1.2: the query of the redirect URI "MUST be retained when adding additional query parameters".
    async fn the_query_of_the_redirect_uri_is_kept_on_success_and_on_error(fixture: Fixture) {
        let uri = "https://app.example/cb?tenant=%C3%BC&empty=";
        fixture
            .register(NewClient { redirect_uris: vec![uri.to_owned()], ..client("query") })
            .await;
        let request = code_request().set("client_id", "query").set("redirect_uri", uri);

        let success = fixture.authorize(&request).await;
        assert!(success.starts_with(&format!("{uri}&code=")), "{success}");
        let error = fixture.refusal(&request.set("scope", "admin")).await.location;
        assert!(error.starts_with(&format!("{uri}&error=invalid_scope&")), "{error}");
    }

    async fn every_authorization_gives_another_code(fixture: Fixture) {
        let request: Form = code_request();
        assert_ne!(fixture.code(&request).await, fixture.code(&request).await);
    }
}
