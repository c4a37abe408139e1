//! `state`: RFC 6749 §4.1.1, §10.12.

use oauth_core::{AuthorizationErrorCode as Code, NewClient, RequireState};

use crate::support::{
    CHALLENGE, Fixture, Form, client, code_request, implicit_request, in_fragment, in_query,
    public_request,
};

/// Whatever it holds: control characters, what a URL, HTML or SQL would take for its own, and other scripts.
const HOSTILE: &[&str] = &[
    "a b+c",
    "a&code=evil#fragment",
    "100%",
    "\"quoted\\\"",
    "line\r\nLocation: https://evil.example",
    "nul\0",
    "<script>alert(1)</script>",
    "\u{fc}\u{1F980}",
];

async fn is_refused(fixture: &Fixture, request: &Form) -> bool {
    if fixture.judge(request).await.is_ok() {
        return false;
    }
    let refusal = fixture.refusal(request).await;
    assert_eq!(
        (refusal.code, refusal.description.as_str()),
        (Code::InvalidRequest, "state must be included")
    );
    true
}

both_databases! {
    async fn by_default_a_request_without_pkce_must_carry_state(fixture: Fixture) {
        assert!(is_refused(&fixture, &code_request().without("state")).await);
        assert!(!is_refused(&fixture, &public_request().without("state")).await, "with PKCE");
    }

    async fn always_means_with_pkce_too(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.require_state = RequireState::Always);
        assert!(is_refused(&fixture, &public_request().without("state")).await);
        assert!(!is_refused(&fixture, &public_request()).await, "with state");
    }

    async fn never_means_not_even_without_pkce(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.require_state = RequireState::Never);
        for request in [code_request(), implicit_request()] {
            assert!(!is_refused(&fixture, &request.without("state")).await);
        }
    }

    // X6: what the client registered stands over the server's setting, also where it is laxer.
    async fn a_clients_own_policy_stands_over_the_servers(fixture: Fixture) {
        let strict = NewClient { require_state: Some(RequireState::Always), ..client("strict") };
        let lax = NewClient { require_state: Some(RequireState::Never), ..client("lax") };
        let middling = Some(RequireState::UnlessPkce);
        let middling = NewClient { require_state: middling, ..client("middling") };
        for new in [strict, lax, middling] {
            fixture.register(new).await;
        }
        let with_pkce = public_request().without("state");
        assert!(is_refused(&fixture, &with_pkce.clone().set("client_id", "strict")).await);
        assert!(!is_refused(&fixture, &code_request().without("state").set("client_id", "lax")).await);

        let fixture = fixture.with(|settings| settings.require_state = RequireState::Always);
        assert!(!is_refused(&fixture, &with_pkce.clone().set("client_id", "middling")).await);
        assert!(is_refused(&fixture, &with_pkce).await, "who said nothing has the server's");
    }

    async fn a_token_request_never_counts_as_using_pkce(fixture: Fixture) {
        let request = implicit_request()
            .set("code_challenge", CHALLENGE)
            .set("code_challenge_method", "S256");
        assert!(is_refused(&fixture, &request.without("state")).await);
    }

    async fn an_empty_state_counts_as_none(fixture: Fixture) {
        assert!(is_refused(&fixture, &code_request().set("state", "")).await);
    }

    async fn an_answer_without_state_in_the_request_has_none(fixture: Fixture) {
        let location = fixture.authorize(&public_request().without("state")).await;
        assert!(!location.contains("state"), "{location}");
    }

    // §4.1.2: "the exact value received from the client".
    async fn state_is_echoed_with_a_code_whatever_it_holds(fixture: Fixture) {
        for &state in HOSTILE {
            let location = fixture.authorize(&code_request().set("state", state)).await;
            assert_eq!(in_query(&location, "state").as_deref(), Some(state), "{location}");
            assert!(location.is_ascii() && !location.contains('+'), "{location}");
        }
    }

    async fn state_is_echoed_with_an_error_whatever_it_holds(fixture: Fixture) {
        for &state in HOSTILE {
            let request = code_request().set("scope", "admin").set("state", state);
            let location = fixture.refusal(&request).await.location;
            assert_eq!(in_query(&location, "state").as_deref(), Some(state), "{location}");
            assert_eq!(
                in_query(&location, "error").as_deref(),
                Some("invalid_scope"),
                "{location}"
            );
        }
    }

    async fn state_is_echoed_when_the_user_says_no_whatever_it_holds(fixture: Fixture) {
        for &state in HOSTILE {
            let request = fixture.judge(&code_request().set("state", state)).await.unwrap();
            let location = fixture.server.decline(request, "alice").await.unwrap();
            assert_eq!(in_query(&location, "state").as_deref(), Some(state), "{location:?}");
        }
    }

    // A fragment is not form-encoded for everybody who reads it: a `+` there may stay a plus.
    async fn state_is_echoed_in_the_fragment_with_a_space_as_percent_20(fixture: Fixture) {
        for &state in HOSTILE {
            let location = fixture.authorize(&implicit_request().set("state", state)).await;
            assert_eq!(in_fragment(&location, "state").as_deref(), Some(state), "{location}");
            assert!(!location.contains('+'), "{location}");
        }
    }
}
