//! What is said to the provider: the code flow of OpenID Connect Core §3.1, with PKCE.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use rand::{Rng, rand_core::UnwrapErr, rngs::SysRng};
use reqwest::{Client, redirect::Policy};
use serde::{Deserialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;
use url::Url;

use super::{CALLBACK, CLIENT_ID, CLIENT_SECRET, PATH, logins::Login};

pub(super) struct Provider {
    issuer: String,
    found: OnceCell<Found>,
}

/// How it is spoken to: asked once, when somebody logs in for the first time.
struct Found {
    http: Client,
    metadata: Metadata,
}

/// What it says of itself (OpenID Connect Discovery §3).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    userinfo_endpoint: Url,
    /// Not every provider logs out.
    end_session_endpoint: Option<Url>,
}

/// What the browser keeps from the request to its answer, so that no other answer is taken for it.
pub(super) struct Pending {
    /// Comes back with the answer.
    pub(super) state: String,
    /// Comes back in the ID token.
    pub(super) nonce: String,
    /// What only who asked for the code knows (RFC 7636).
    pub(super) code_verifier: String,
}

/// What the browser brings back (RFC 6749 §4.1.2, and RFC 9207 for the issuer).
#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    state: String,
    iss: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

/// What the token endpoint gives. There is more, such as a token for the provider's API.
#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    id_token: String,
}

/// What the ID token says beside what is checked before it is read.
#[derive(Deserialize)]
struct IdToken {
    sub: String,
    nonce: String,
}

/// Who logged in, as userinfo says. `sub` is what an application stores: it never changes, and all else may.
#[derive(Clone, Deserialize)]
pub(super) struct User {
    pub(super) sub: String,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
}

/// Why nobody logged in.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoginError {
    #[error("This login was begun in another browser, or too long ago.")]
    NotBegun,
    #[error("The provider refused it: {0}.")]
    Refused(String),
    #[error("The provider's answer is for somebody else.")]
    NotForUs,
    #[error("The provider gives no answer.")]
    Unanswered(#[from] reqwest::Error),
    #[error("The provider's ID token is not to be believed.")]
    Unbelievable(#[from] jsonwebtoken::errors::Error),
}

impl Provider {
    pub(super) fn new(issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), found: OnceCell::new() }
    }

    /// Where a browser is sent to log in.
    pub(super) async fn authorization(&self, pending: &Pending) -> Result<Url, LoginError> {
        let mut url = self.found().await?.metadata.authorization_endpoint.clone();
        let code_challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&pending.code_verifier));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", CLIENT_ID)
            .append_pair("redirect_uri", &self.url(CALLBACK))
            .append_pair("scope", "openid profile email")
            .append_pair("state", &pending.state)
            .append_pair("nonce", &pending.nonce)
            .append_pair("code_challenge", &code_challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    /// Who comes back with this answer.
    pub(super) async fn login(
        &self,
        answer: Answer,
        pending: Option<Pending>,
    ) -> Result<Login, LoginError> {
        let pending = pending.filter(|pending| pending.state == answer.state);
        let pending = pending.ok_or(LoginError::NotBegun)?;
        if answer.iss.as_ref().is_some_and(|iss| *iss != self.issuer) {
            return Err(LoginError::NotForUs);
        }
        let Some(code) = answer.code else {
            return Err(LoginError::Refused(answer.error.unwrap_or_default()));
        };
        let tokens = self.exchange(&code, &pending.code_verifier).await?;
        let id_token = self.verify(&tokens.id_token).await?;
        let user = self.userinfo(&tokens.access_token).await?;
        // §3.1.3.7 and §5.3.4: both "MUST be verified".
        if id_token.nonce != pending.nonce || id_token.sub != user.sub {
            return Err(LoginError::NotForUs);
        }
        Ok(Login { user, id_token: tokens.id_token })
    }

    /// Where a browser is sent to log out there, too, and then comes back from (RP-Initiated Logout §2).
    pub(super) async fn end_session(&self, id_token: &str) -> Option<Url> {
        let mut url = self.found().await.ok()?.metadata.end_session_endpoint.clone()?;
        url.query_pairs_mut()
            .append_pair("id_token_hint", id_token)
            .append_pair("post_logout_redirect_uri", &self.url(PATH));
        Some(url)
    }

    /// Trades the code for tokens (§3.1.3).
    async fn exchange(&self, code: &str, code_verifier: &str) -> Result<Tokens, LoginError> {
        let Found { http, metadata } = self.found().await?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.url(CALLBACK)),
            ("code_verifier", code_verifier),
        ];
        let request = http.post(metadata.token_endpoint.clone()).form(&form);
        let response = request.basic_auth(CLIENT_ID, Some(CLIENT_SECRET)).send().await?;
        Ok(response.error_for_status()?.json().await?)
    }

    /// Believes an ID token that the provider signed for us, and that has not ended (§3.1.3.7). The algorithm is the one
    /// that we are registered for, whatever the token says.
    async fn verify(&self, id_token: &str) -> Result<IdToken, LoginError> {
        let Found { http, metadata } = self.found().await?;
        // Fetched each time: who has many logins keeps them, and fetches them again at an unknown `kid`.
        let keys: JwkSet = json(http, metadata.jwks_uri.as_str()).await?;
        let kid = decode_header(id_token)?.kid.unwrap_or_default();
        let key = keys.find(&kid).ok_or(LoginError::NotForUs)?;

        let mut expected = Validation::new(Algorithm::RS256);
        expected.set_issuer(&[&self.issuer]);
        expected.set_audience(&[CLIENT_ID]);
        expected.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
        Ok(decode(id_token, &DecodingKey::from_jwk(key)?, &expected)?.claims)
    }

    /// What the provider tells of the user (§5.3).
    async fn userinfo(&self, access_token: &str) -> Result<User, LoginError> {
        let Found { http, metadata } = self.found().await?;
        let request = http.get(metadata.userinfo_endpoint.clone()).bearer_auth(access_token);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    async fn found(&self) -> Result<&Found, LoginError> {
        let find = async || {
            let http = http_client(&self.issuer)?;
            let document = format!("{}/.well-known/openid-configuration", self.issuer);
            let metadata: Metadata = json(&http, &document).await?;
            // Discovery §4.3: it "MUST be exactly equal".
            if metadata.issuer != self.issuer {
                return Err(LoginError::NotForUs);
            }
            Ok(Found { http, metadata })
        };
        self.found.get_or_try_init(find).await
    }

    /// One of our own addresses, which are the provider's as well, here.
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }
}

async fn json<T: DeserializeOwned>(http: &Client, url: &str) -> Result<T, reqwest::Error> {
    http.get(url).send().await?.error_for_status()?.json().await
}

fn http_client(issuer: &str) -> Result<Client, reqwest::Error> {
    // What speaks TLS wants this said once; only a second time can fail.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client = Client::builder().redirect(Policy::none()).timeout(PATIENCE);
    // This very machine needs no certificates, and no proxy is on the way.
    let is_here = issuer.starts_with("http:");
    if is_here { client.tls_certs_only([]).no_proxy() } else { client }.build()
}

/// 256 bits that nobody can guess.
pub(super) fn random() -> String {
    let mut bytes = [0; 32];
    UnwrapErr(SysRng).fill_bytes(&mut bytes);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Less than a browser waits.
const PATIENCE: Duration = Duration::from_secs(10);
