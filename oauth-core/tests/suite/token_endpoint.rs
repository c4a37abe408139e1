//! The token endpoint before it knows the grant: RFC 6749 §3.2, §5.2.

use oauth_core::{NewClient, Params};

use crate::support::{Fixture, assert_refused, client, code_request};

both_databases! {
    async fn a_missing_grant_type_is_an_invalid_request(fixture: Fixture) {
        for form in [
            fixture.exchange_form("x").without("grant_type"),
            fixture.exchange_form("x").set("grant_type", ""),
        ] {
            assert_refused(fixture.token(&form).await, "invalid_request", "grant_type is missing");
        }
    }

    async fn an_unknown_grant_type_is_unsupported(fixture: Fixture) {
        for unknown in [
            "invalid",
            "implicit",
            "Authorization_Code",
            "urn:ietf:params:oauth:grant-type:saml2-bearer",
        ] {
            let form = fixture.exchange_form("x").set("grant_type", unknown);
            assert_refused(
                fixture.token(&form).await,
                "unsupported_grant_type",
                "grant_type must be",
            );
        }
    }

    async fn a_client_that_is_not_registered_for_the_code_grant_is_unauthorized(fixture: Fixture) {
        let grant_types = vec![oauth_core::GrantType::RefreshToken];
        let secret =
            fixture.register(NewClient { grant_types, ..client("other") }).await.secret.unwrap();
        let form = fixture
            .exchange_form("x")
            .set("client_id", "other")
            .set("client_secret", secret.expose());
        assert_refused(fixture.token(&form).await, "unauthorized_client", "authorization_code");
    }

    // §3.2: parameters "MUST NOT be included more than once".
    async fn a_repeated_parameter_is_an_invalid_request(fixture: Fixture) {
        for name in [
            "grant_type",
            "client_id",
            "client_secret",
            "code",
            "redirect_uri",
            "code_verifier",
            "refresh_token",
            "scope",
        ] {
            let form = fixture.exchange_form("x").and(name, "y").and(name, "y");
            assert_refused(fixture.token(&form).await, "invalid_request", "more than once");
        }
    }

    // §3.2: the server "MUST ignore unrecognized request parameters".
    async fn unknown_parameters_are_ignored_also_when_repeated(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let form =
            fixture.exchange_form(&code).and("audience", "a").and("audience", "b").and("x", "a\0b");
        assert!(fixture.token(&form).await.is_ok());
    }

    async fn malformed_encoding_is_an_invalid_request(fixture: Fixture) {
        for body in [
            "grant_type=%zz",
            "grant_type=refresh_token&refresh_token=%ff",
            "grant_type=authorization_code&code=a%00b",
            "grant_type=authorization_code&%ff=1",
            "scope=%",
        ] {
            let answer = fixture.server.token(None, &Params::parse(body.as_bytes())).await;
            assert_refused(answer, "invalid_request", "percent-encoded UTF-8");
        }
    }

    async fn the_client_is_judged_before_the_grant(fixture: Fixture) {
        let form =
            fixture.exchange_form("x").set("client_secret", "wrong").set("grant_type", "invalid");
        assert_refused(fixture.token(&form).await, "invalid_client", "wrong");
    }
}
