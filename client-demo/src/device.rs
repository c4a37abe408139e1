//! `--device`: device authorization, RFC 8628. This program plays the device, and its user says yes in a browser.

use std::time::Duration;

use qrcode::{QrCode, render::unicode::Dense1x2};
use reqwest::StatusCode;
use serde_json::Value;

use crate::{answer::Answer, api, demo_data, failure::Failure, token::Tokens, wire::Wire};

/// What the server gave this device: §3.2.
struct Codes {
    device_code: String,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    interval: u64,
}

impl Codes {
    fn read(answer: &Answer) -> Option<Self> {
        let body = answer.json().filter(|_| answer.status == StatusCode::OK)?;
        let text = |name| body.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            device_code: text("device_code")?,
            user_code: text("user_code")?,
            verification_uri: text("verification_uri")?,
            verification_uri_complete: text("verification_uri_complete"),
            // "If no value is provided, clients MUST use 5 as the default."
            interval: body.get("interval").and_then(Value::as_u64).unwrap_or(5),
        })
    }
}

/// Shows the code, waits until the user has answered, and calls the API.
pub(crate) async fn walk(wire: &mut Wire, client_id: &str) -> Result<(), Failure> {
    let codes = ask(wire, client_id).await?;
    show(wire, &codes);
    let tokens = poll(wire, client_id, &codes).await?;
    api::call_with_token(wire, &tokens.access_token).await.map(drop)
}

async fn ask(wire: &mut Wire, client_id: &str) -> Result<Codes, Failure> {
    wire.step("Ask for a device");
    wire.explain("A device without a browser asks for two codes (RFC 8628 §3.1).");
    let parameters = [("client_id", client_id), ("scope", demo_data::SCOPE)];
    let answer =
        wire.send(wire.post(wire.url("/oauth2/device_authorization/"), &parameters)).await?;
    Codes::read(&answer).ok_or_else(|| {
        Failure::answered("200 with a device_code and a user_code", &answer, demo_data::LOAD_IT)
    })
}

fn show(wire: &Wire, codes: &Codes) {
    let Codes { user_code, verification_uri, .. } = codes;
    wire.explain(&format!(
        "\nOpen this address in a browser, on any device:\n\n{verification_uri}\n"
    ));
    wire.explain(&format!("and type this code there:\n\n{user_code}\n"));
    let link = codes.verification_uri_complete.as_deref().unwrap_or(verification_uri);
    if let Ok(code) = QrCode::new(link) {
        wire.explain("Or let a camera read this, and compare the code:\n");
        wire.explain(&code.render::<Dense1x2>().build());
    }
}

/// §3.5: asks again and again, no faster than it is told to.
async fn poll(wire: &mut Wire, client_id: &str, codes: &Codes) -> Result<Tokens, Failure> {
    wire.step("Wait for the user");
    wire.explain("Meanwhile the device asks whether the user has answered (Ctrl-C ends this).");
    let parameters = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", client_id),
        ("device_code", &codes.device_code),
    ];
    let mut interval = codes.interval;
    loop {
        tokio::time::sleep(Duration::from_secs(interval)).await;
        let answer = wire.send(wire.post(wire.url("/oauth2/token/"), &parameters)).await?;
        if let Some(tokens) = Tokens::read(&answer) {
            return Ok(tokens);
        }
        let error = answer.json().and_then(|body| body.get("error")?.as_str().map(str::to_owned));
        match error.as_deref() {
            Some("authorization_pending") => {}
            Some("slow_down") => interval += 5,
            Some("access_denied") => {
                return Err(Failure::answered(
                    "the user's consent",
                    &answer,
                    "run this again, and accept",
                ));
            }
            Some("expired_token") => {
                let expected = "the user's answer within ten minutes";
                return Err(Failure::answered(expected, &answer, "run this again"));
            }
            _ => {
                let expected = "200 with token_type Bearer, an access_token and a refresh_token";
                return Err(Failure::answered(expected, &answer, demo_data::LOAD_IT));
            }
        }
    }
}
