//! The provider's introspection endpoint, over HTTP: RFC 7662 §2.

use std::{sync::Once, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use oauth_core::{Introspected, InvalidSetting};
use reqwest::{
    Client, Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};
use url::form_urlencoded::{Serializer, byte_serialize};

use super::RemoteGuardSettings;

pub(super) struct Provider {
    client: Client,
    endpoint: String,
    authorization: HeaderValue,
}

/// Why the provider said nothing of a token: for the log.
#[derive(Debug, Clone)]
pub(super) struct Failure(pub(super) String);

impl Provider {
    pub(super) fn new(settings: &RemoteGuardSettings) -> Result<Self, InvalidSetting> {
        static CRYPTOGRAPHY: Once = Once::new();
        // reqwest wants one installed; where the application has installed its own, that stays.
        CRYPTOGRAPHY
            .call_once(|| drop(rustls::crypto::aws_lc_rs::default_provider().install_default()));
        let client = Client::builder().redirect(Policy::none()).timeout(PATIENCE);
        let is_here = settings.introspection_endpoint.starts_with("http:");
        // This very machine needs no certificates, and reqwest refuses to start where none are installed; nor is a proxy
        // of the network on the way.
        let client = if is_here { client.tls_certs_only([]).no_proxy() } else { client };
        let expected = "one that this machine can speak to: it has no CA certificates";
        let client =
            client.build().map_err(|_| InvalidSetting::new("introspection_endpoint", expected))?;
        Ok(Self {
            client,
            endpoint: settings.introspection_endpoint.clone(),
            authorization: basic(&settings.client_id, settings.client_secret.expose())?,
        })
    }

    /// What it says of a token.
    pub(super) async fn ask(&self, token: &str) -> Result<Option<Introspected>, Failure> {
        let form = Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("token_type_hint", "access_token")
            .finish();
        let request = self
            .client
            .post(&self.endpoint)
            .header(AUTHORIZATION, self.authorization.clone())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        let unanswered = |error: reqwest::Error| failure(&format!("it gave no answer: {error:?}"));
        let response = request.send().await.map_err(unanswered)?;
        match response.status() {
            StatusCode::OK => {}
            refused @ (StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED) => {
                return Err(failure(&format!("it refuses this guard's client with {refused}")));
            }
            other => return Err(failure(&format!("it answered {other}"))),
        }
        let body = limited(response).await.map_err(unanswered)?;
        Introspected::parse(&body).map_err(|invalid| failure(&invalid.to_string()))
    }
}

fn failure(why: &str) -> Failure {
    Failure(format!("the introspection endpoint of the provider: {why}"))
}

/// The body, or its beginning, which is no answer then.
async fn limited(mut response: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MOST_BYTES {
            break;
        }
    }
    Ok(body)
}

/// RFC 6749 §2.3.1: both are form-urlencoded first.
fn basic(client_id: &str, secret: &str) -> Result<HeaderValue, InvalidSetting> {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let credentials = STANDARD.encode(format!("{}:{}", encoded(client_id), encoded(secret)));
    let header = HeaderValue::try_from(format!("Basic {credentials}"));
    let mut header = header.map_err(|_| InvalidSetting::new("client_secret", "a text"))?;
    header.set_sensitive(true);
    Ok(header)
}

/// Less than a client waits.
const PATIENCE: Duration = Duration::from_secs(3);
/// A token's scopes and a policy's data take less.
const MOST_BYTES: usize = 64 * 1024;
