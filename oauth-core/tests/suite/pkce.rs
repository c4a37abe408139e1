//! Proof Key for Code Exchange: RFC 7636, and RFC 9700 §2.1.1.

use oauth_core::{AuthorizationErrorCode as Code, ClientSecret, NewClient};

use crate::support::{
    CALLBACK, CHALLENGE, Fixture, Form, VERIFIER, assert_refused, client, code_request,
    public_exchange_form, public_request,
};

async fn assert_refused_at_client(fixture: &Fixture, request: &Form, reason: &str) {
    let refusal = fixture.refusal(request).await;
    assert_eq!(refusal.code, Code::InvalidRequest, "{}", request.encoded());
    assert!(refusal.description.contains(reason), "not for {reason:?}: {}", refusal.description);
}

both_databases! {
    // RFC 9700 §2.1.1: "Public clients MUST use PKCE".
    async fn a_public_client_must_send_a_challenge(fixture: Fixture) {
        let request = public_request().without("code_challenge").without("code_challenge_method");
        assert_refused_at_client(&fixture, &request, "must use PKCE").await;
    }

    async fn a_public_client_can_be_registered_without_pkce(fixture: Fixture) {
        let lax =
            NewClient { secret: ClientSecret::None, require_pkce: Some(false), ..client("lax") };
        fixture.register(lax).await;
        assert!(fixture.judge(&code_request().set("client_id", "lax")).await.is_ok());
    }

    // RFC 9700 §2.1.1 recommends it; the clients that these tests register otherwise are those of the seeds.
    async fn a_confidential_client_must_send_a_challenge_too(fixture: Fixture) {
        fixture.register(NewClient { require_pkce: None, ..client("strict") }).await;
        let request = code_request().set("client_id", "strict");
        assert_refused_at_client(&fixture, &request, "must use PKCE").await;
        let request = request.set("code_challenge", CHALLENGE).set("code_challenge_method", "S256");
        assert!(fixture.judge(&request).await.is_ok());
    }

    async fn only_the_method_s256_is_taken(fixture: Fixture) {
        for method in ["plain", "s256", "S512", ""] {
            let request = public_request().set("code_challenge_method", method);
            assert_refused_at_client(&fixture, &request, "must be S256").await;
        }
    }

    // RFC 7636 §4.3: the method "defaults to "plain" if not present in the request".
    async fn an_absent_method_means_plain_and_is_refused(fixture: Fixture) {
        let request = public_request().without("code_challenge_method");
        assert_refused_at_client(&fixture, &request, "must be S256").await;
    }

    async fn a_malformed_challenge_is_refused(fixture: Fixture) {
        for malformed in [
            &CHALLENGE[1..],
            &format!("{CHALLENGE}A"),
            &format!("{}=", &CHALLENGE[1..]),
            VERIFIER_LIKE,
        ] {
            let request = public_request().set("code_challenge", malformed);
            assert_refused_at_client(&fixture, &request, "43 characters").await;
        }
    }

    async fn a_method_without_challenge_is_refused(fixture: Fixture) {
        let request = code_request().set("code_challenge_method", "S256");
        assert_refused_at_client(&fixture, &request, "code_challenge is missing").await;
    }

    async fn the_verifier_of_the_challenge_redeems_the_code(fixture: Fixture) {
        let code = fixture.code(&public_request()).await;
        assert!(fixture.token(&public_exchange_form(&code)).await.is_ok());
    }

    async fn a_confidential_client_that_used_pkce_needs_secret_and_verifier(fixture: Fixture) {
        let request = public_request().set("client_id", "confidential");
        let code = fixture.code(&request).await;
        assert_refused(fixture.exchange(&code).await, "invalid_grant", "code_verifier is missing");
        let form = fixture.exchange_form(&code).set("code_verifier", VERIFIER);
        assert!(fixture.token(&form).await.is_ok());
    }

    async fn a_missing_verifier_is_refused(fixture: Fixture) {
        let code = fixture.code(&public_request()).await;
        for form in [
            public_exchange_form(&code).without("code_verifier"),
            public_exchange_form(&code).set("code_verifier", ""),
        ] {
            assert_refused(fixture.token(&form).await, "invalid_grant", "code_verifier is missing");
        }
    }

    // RFC 7636 §4.6: "If the values are not equal, an error response indicating "invalid_grant" ... MUST be returned."
    async fn a_wrong_verifier_is_refused_and_leaves_the_code_as_it_was(fixture: Fixture) {
        let code = fixture.code(&public_request()).await;
        for wrong in [CHALLENGE, &VERIFIER.to_lowercase(), &"a".repeat(43), &"~".repeat(128)] {
            let form = public_exchange_form(&code).set("code_verifier", wrong);
            assert_refused(fixture.token(&form).await, "invalid_grant", "does not match");
        }
        assert!(fixture.token(&public_exchange_form(&code)).await.is_ok());
    }

    // RFC 7636 §4.1: 43 to 128 unreserved characters.
    async fn a_malformed_verifier_is_an_invalid_request(fixture: Fixture) {
        let code = fixture.code(&public_request()).await;
        for malformed in [
            &VERIFIER[1..],
            &"a".repeat(129),
            &format!("{}+", &VERIFIER[1..]),
            &"\u{fc}".repeat(43),
        ] {
            let form = public_exchange_form(&code).set("code_verifier", malformed);
            assert_refused(fixture.token(&form).await, "invalid_request", "43 to 128 characters");
        }
    }

    // RFC 9700 §4.8.2: or an attacker who strips the challenge from the request turns PKCE off.
    async fn a_verifier_for_a_code_without_challenge_is_refused(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let form = fixture.exchange_form(&code).set("code_verifier", VERIFIER);
        assert_refused(fixture.token(&form).await, "invalid_grant", "no code_challenge");
    }

    async fn pkce_stands_in_for_the_redirect_uri_at_the_token_endpoint(fixture: Fixture) {
        let code = fixture.code(&public_request().set("redirect_uri", CALLBACK)).await;
        let form = public_exchange_form(&code).without("redirect_uri");
        assert!(fixture.token(&form).await.is_ok());
    }

    async fn pkce_does_not_excuse_another_redirect_uri(fixture: Fixture) {
        let code = fixture.code(&public_request()).await;
        let form = public_exchange_form(&code).set("redirect_uri", "https://evil.example/");
        assert_refused(fixture.token(&form).await, "invalid_grant", "redirect_uri");
    }
}

/// 43 characters, but not all of base64url.
const VERIFIER_LIKE: &str = "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~";
