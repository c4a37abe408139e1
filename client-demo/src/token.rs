//! The client's half of the token endpoint: RFC 6749 §3.2.

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::{StatusCode, header::AUTHORIZATION};
use serde_json::Value;
use url::form_urlencoded;

use crate::{answer::Answer, demo_data, failure::Failure, wire::Wire};

/// What the server issued: §5.1.
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
}

impl Tokens {
    /// Nothing but a bearer token would be understood, and §7.1 forbids to use another.
    pub(crate) fn read(answer: &Answer) -> Option<Self> {
        let body = answer.json()?;
        let text = |name| body.get(name).and_then(Value::as_str).map(str::to_owned);
        if answer.status != StatusCode::OK || !text("token_type")?.eq_ignore_ascii_case("Bearer") {
            return None;
        }
        Some(Self { access_token: text("access_token")?, refresh_token: text("refresh_token")? })
    }
}

/// Asks for tokens as Example Client.
pub(crate) async fn request(wire: &Wire, parameters: &[(&str, &str)]) -> Result<Tokens, Failure> {
    let request = wire
        .post(wire.url("/oauth2/token/"), parameters)
        .header(AUTHORIZATION, basic(demo_data::CLIENT_ID, demo_data::CLIENT_SECRET));
    let answer = wire.send(request).await?;
    Tokens::read(&answer).ok_or_else(|| {
        let expected = "200 with token_type Bearer, an access_token and a refresh_token";
        Failure::answered(expected, &answer, "look at the server's log, or load the demo data anew")
    })
}

/// §2.3.1: the id and the secret are form-urlencoded first, so that a colon in either is no end.
fn basic(client_id: &str, client_secret: &str) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let credentials = format!("{}:{}", encoded(client_id), encoded(client_secret));
    format!("Basic {}", STANDARD.encode(credentials))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_urlencoded_before_base64() {
        let credentials = STANDARD.encode("a%3Ab:c+d%25");
        assert_eq!(basic("a:b", "c d%"), format!("Basic {credentials}"));
    }
}
