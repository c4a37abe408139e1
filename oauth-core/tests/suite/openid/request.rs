//! What authorization requests say: OpenID Connect Core §3.1.2.1.

use super::*;

both_databases! {
    async fn with_the_switch_off_there_is_no_scope_openid(fixture: Fixture) {
        let request = Form::new(&[
            ("response_type", "code"), ("client_id", "confidential"), ("redirect_uri", CALLBACK),
            ("scope", "openid"), ("state", "xyz"),
        ]);
        let refused = fixture.server.authorization_request(&request.params()).await.unwrap_err();
        assert_eq!(error_of(&refused), "invalid_scope");
        assert_eq!(fixture.count("oauth_signing_keys"), "0");
    }

    async fn what_the_request_says_amiss_the_client_is_told(openid: OpenId) {
        for (name, value) in [
            ("prompt", "none login"), ("max_age", "-1"), ("max_age", "soon"), ("claims", "[]"),
            ("claims", r#"{"userinfo":7}"#), ("id_token_hint", "no.token.ofours"), ("nonce", &"n".repeat(1025)),
            ("claims", &format!("{{\"userinfo\":{{}},\"x\":\"{}\"}}", "x".repeat(4096))),
        ] {
            let refused = openid.fixture.server.authorization_request(&openid.request(&[(name, value)])).await;
            assert_eq!(error_of(&refused.unwrap_err()), "invalid_request", "{name}={value}");
        }
    }

    async fn a_parameter_that_is_read_stands_there_once(openid: OpenId) {
        for name in ["nonce", "max_age", "claims", "id_token_hint", "request", "request_uri"] {
            let query = format!("{name}=1&{name}=1&response_type=code&client_id=login&redirect_uri={CALLBACK}&scope=openid&state=x");
            let refused = openid.fixture.server.authorization_request(&Params::parse(query.as_bytes())).await;
            assert_eq!(error_of(&refused.unwrap_err()), "invalid_request", "{name}");
        }
    }

    /// §3.1.2.1: `redirect_uri` is "REQUIRED", though OAuth 2.0 lets the only one be left out.
    async fn where_an_id_token_is_asked_for_the_redirect_uri_is_named(openid: OpenId) {
        let asks = async |scope| {
            let request = Form::new(&[
                ("response_type", "code"), ("client_id", "login"), ("scope", scope), ("state", "xyz"),
            ]);
            openid.fixture.server.authorization_request(&request.params()).await
        };
        assert!(asks("read").await.is_ok());
        let refused = asks("read openid").await;
        assert!(matches!(refused, Err(AuthorizationError::Page(_))), "{refused:?}");
    }

    /// §3.1.2.6.
    async fn a_request_in_an_object_or_at_an_address_is_refused_at_the_client(openid: OpenId) {
        for (name, value, code) in [
            ("request", "e30.e30.", "request_not_supported"),
            ("request", "rubbish", "request_not_supported"),
            ("request_uri", "https://app.example/request.jwt", "request_uri_not_supported"),
            ("request_uri", "urn:example:request", "request_uri_not_supported"),
        ] {
            let refused = openid.fixture.server.authorization_request(&openid.request(&[(name, value)])).await;
            let Err(AuthorizationError::Client { code: told, response, .. }) = refused else { panic!("{refused:?}") };
            assert_eq!(told.as_str(), code, "{name}={value}");
            let AuthorizationResponse::Redirect(location) = response else { panic!("no redirect") };
            assert!(location.starts_with(CALLBACK), "{location}");
            assert_eq!(in_query(&location, "state").as_deref(), Some("xyz"));
        }
        // RFC 6749 §3.1: without a value means omitted.
        let empty = openid.request(&[("request", ""), ("request_uri", "")]);
        assert!(openid.fixture.server.authorization_request(&empty).await.is_ok());
    }

    /// RFC 6749 §4.1.2.1: to no client and no redirect URI that are not proven.
    async fn beside_an_object_the_client_and_its_redirect_uri_are_judged_first(openid: OpenId) {
        for wrong in [("client_id", "nobody"), ("redirect_uri", "https://evil.example/")] {
            for object in [("request", "e30.e30."), ("request_uri", "https://app.example/request.jwt")] {
                let refused = openid.fixture.server.authorization_request(&openid.request(&[wrong, object])).await;
                assert!(matches!(refused, Err(AuthorizationError::Page(_))), "{wrong:?}: {refused:?}");
            }
        }
    }
}
