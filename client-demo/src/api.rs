//! The protected resource: a bearer token in the `Authorization` header, RFC 6750 §2.1.

use reqwest::StatusCode;
use serde_json::Value;

use crate::{failure::Failure, wire::Wire};

/// §3: whoever brings no token is told how to authenticate, and no more.
pub(crate) async fn call_without_token(wire: &mut Wire) -> Result<(), Failure> {
    wire.step("Call the API without a token");
    let answer = wire.send(wire.get(wire.url(USER_INFO))).await?;
    if answer.status != StatusCode::UNAUTHORIZED || !answer.challenge().is_some_and(is_bearer) {
        let expected = "401 with WWW-Authenticate: Bearer";
        let next = "see how the server guards this view";
        return Err(Failure::answered(expected, &answer, next));
    }
    Ok(())
}

pub(crate) async fn call_with_token(
    wire: &mut Wire,
    access_token: &str,
) -> Result<String, Failure> {
    wire.step("Call the API with the token");
    call(wire, access_token).await
}

/// A call that must work; it returns the name of the user that the token stands for.
pub(crate) async fn call(wire: &Wire, access_token: &str) -> Result<String, Failure> {
    let answer = wire.send(wire.get(wire.url(USER_INFO)).bearer_auth(access_token)).await?;
    let profile = answer.json().unwrap_or_default();
    match profile.get("username").and_then(Value::as_str) {
        Some(username) if answer.status == StatusCode::OK => Ok(username.to_owned()),
        _ => {
            let expected = "200 with the profile of the user";
            Err(Failure::answered(expected, &answer, "look at the server's log"))
        }
    }
}

/// §3.1: a token that is revoked, as the one before a refresh, is `invalid_token`.
pub(crate) async fn call_in_vain(wire: &Wire, access_token: &str) -> Result<(), Failure> {
    let answer = wire.send(wire.get(wire.url(USER_INFO)).bearer_auth(access_token)).await?;
    let challenge = answer.challenge().filter(|challenge| is_bearer(challenge));
    let named = challenge.is_some_and(|challenge| challenge.contains("error=\"invalid_token\""));
    if answer.status != StatusCode::UNAUTHORIZED || !named {
        let expected = "401 with WWW-Authenticate: Bearer error=\"invalid_token\"";
        let next = "see whether the refresh grant of the server revokes the token before it";
        return Err(Failure::answered(expected, &answer, next));
    }
    Ok(())
}

fn is_bearer(challenge: &str) -> bool {
    let scheme = challenge.split_ascii_whitespace().next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("Bearer")
}

const USER_INFO: &str = "/api/user_info/";
