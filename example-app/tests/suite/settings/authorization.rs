//! What each setting of the authorization endpoint does.

use super::effects::authorization;
use crate::support::{CHALLENGE, EXAMPLE_REQUEST, Server, Site, agent::query};

#[tokio::test]
async fn require_state_says_when_a_request_must_carry_it() {
    let pkce = format!("{EXAMPLE_REQUEST}&{CHALLENGE}");
    let implicit = "response_type=token&client_id=example-implicit-client&scope=user_info";
    let of_kinds = [EXAMPLE_REQUEST, &pkce, implicit];
    for (value, required) in [
        (None, [false, false, false]),
        (Some("never"), [false, false, false]),
        (Some("false"), [false, false, false]),
        (Some("always"), [true, true, true]),
        (Some("true"), [true, true, true]),
        (Some("unless_pkce"), [true, false, true]),
    ] {
        let site = Site::new();
        let mut command = site.program(&[]);
        command.envs(value.map(|value| ("OAUTH_REQUIRE_STATE", value)));
        let server = Server::start(&mut command);
        let agent = server.signed_in().await;
        for (request, required) in of_kinds.iter().zip(required) {
            let answer = agent.get(&authorization(request)).await;
            let expected = if required { 303 } else { 200 };
            assert_eq!(answer.status, expected, "{value:?} {request}: {answer:?}");
            let with_state = agent.get(&authorization(&format!("{request}&state=xyz"))).await;
            assert_eq!(with_state.status, 200, "{value:?} {request}: {with_state:?}");
        }
    }
}

#[tokio::test]
async fn require_redirect_uri_says_whether_the_only_one_may_be_left_out() {
    let named = format!("{EXAMPLE_REQUEST}&redirect_uri=http://localhost:1111");
    for (value, required) in [(None, false), (Some("false"), false), (Some("true"), true)] {
        let site = Site::new();
        let mut command = site.program(&[]);
        command.envs(value.map(|value| ("OAUTH_REQUIRE_REDIRECT_URI", value)));
        let server = Server::start(&mut command);
        let agent = server.signed_in().await;
        let answer = agent.get(&authorization(EXAMPLE_REQUEST)).await;
        assert_eq!(answer.status, if required { 303 } else { 200 }, "{value:?}: {answer:?}");
        if required {
            assert_eq!(answer.header("location"), "/oauth2/missing_redirect_uri/");
        }
        agent.consent(&named).await;
    }
}

#[tokio::test]
async fn a_consent_is_asked_for_once() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.signed_in().await;
    agent.code(EXAMPLE_REQUEST).await;
    let again = agent.get(&authorization(EXAMPLE_REQUEST)).await;
    assert_eq!(again.status, 303, "{again:?}");
    assert!(query(&again.location(), "code").is_some(), "{again:?}");
}

#[tokio::test]
async fn with_remembering_off_a_consent_is_asked_for_every_time() {
    let site = Site::new();
    let server = site.serve_with("OAUTH_REMEMBER_CONSENT", "false");
    let agent = server.signed_in().await;
    agent.code(EXAMPLE_REQUEST).await;
    agent.consent(EXAMPLE_REQUEST).await;
}
