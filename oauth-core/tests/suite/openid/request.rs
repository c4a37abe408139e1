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
        for name in ["nonce", "max_age", "claims", "id_token_hint"] {
            let query = Params::parse(format!("{name}=1&{name}=1&response_type=code&client_id=login&scope=openid&state=x").as_bytes());
            let refused = openid.fixture.server.authorization_request(&query).await;
            assert_eq!(error_of(&refused.unwrap_err()), "invalid_request", "{name}");
        }
    }
}
