//! A client: what it asks of the user and of the token endpoint.

use base64::{Engine, engine::general_purpose::STANDARD};
use oauth_core::{ClientSecret, GrantType, NewClient, Registered, Secret, admin::Actor};
use reqwest::header::AUTHORIZATION;
use url::form_urlencoded::byte_serialize;

use super::{
    Answer, Browser, Form, TestServer,
    http::{self, Http},
    registration::Registration,
};

/// A client that is registered with a [`TestServer`](super::TestServer), by the test or by itself.
#[derive(Debug, Clone)]
pub struct TestClient {
    pub(super) http: Http,
    pub(super) token_path: String,
    pub(super) client_id: String,
    pub(super) secret: Option<Secret>,
    pub(super) redirect_uri: String,
    pub(super) resource: Option<String>,
    pub(super) registration: Option<Registration>,
}

/// Where a client is told the user's answer that names no redirect URI itself. Nobody listens there.
pub const CALLBACK: &str = "https://client.example/callback";

impl TestClient {
    pub(super) fn new(
        http: Http,
        token_path: &str,
        new: &NewClient,
        registered: Registered,
    ) -> Self {
        let redirect_uri = new.redirect_uris.first().cloned().unwrap_or_default();
        let Registered { client, secret: generated, .. } = registered;
        let secret = match &new.secret {
            ClientSecret::Chosen(chosen) => Some(chosen.clone()),
            _ => generated,
        };
        let (token_path, client_id) = (token_path.to_owned(), client.client_id);
        let (resource, registration) = (None, None);
        Self { http, token_path, client_id, secret, redirect_uri, resource, registration }
    }

    /// Its identifier.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.client_id
    }

    /// Its secret, if it has one.
    #[must_use]
    pub fn secret(&self) -> Option<&Secret> {
        self.secret.as_ref()
    }

    /// The same client with another secret. The old one, which this value keeps, is good for so many seconds more.
    ///
    /// # Panics
    /// When it has no secret, or two that are good already.
    #[must_use]
    pub async fn rotate_secret(&self, server: &TestServer, old_ends_in: i64) -> Self {
        let server = server.authorization_server();
        let known = server.client(&self.client_id).await.expect("the clients").expect("the client");
        let admin = server.admin(Actor::command("test kit"));
        let rotated = admin.rotate_client_secret(known.id, old_ends_in).await;
        Self { secret: Some(rotated.expect("another secret")), ..self.clone() }
    }

    /// The same client, which names this resource in each of its requests (RFC 8707): its tokens are for that.
    #[must_use]
    pub fn at(&self, resource: &str) -> Self {
        Self { resource: Some(resource.to_owned()), ..self.clone() }
    }

    /// An authorization request for these scopes, with PKCE and `state=xyz`: RFC 6749 §4.1.1. The implicit grant asks
    /// the same with `.set("response_type", "token")`.
    #[must_use]
    pub fn request(&self, scope: &str) -> Form {
        let request = Form::new(&[
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", scope),
            ("state", "xyz"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        self.naming(request)
    }

    /// Redeems a code of its [`request`](Self::request): RFC 6749 §4.1.3.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn exchange(&self, code: &str) -> Answer {
        let form = Form::new(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ]);
        self.token(self.naming(form)).await
    }

    /// Redeems a refresh token: RFC 6749 §6.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn refresh(&self, refresh_token: &str) -> Answer {
        let grant = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        self.token(self.naming(Form::new(&grant))).await
    }

    /// Gets an access token for this one, for these scopes of its; the empty text is for all: RFC 8693 §2.1. The client is
    /// registered for [`GrantType::TokenExchange`](crate::GrantType), and for the resource of the token in
    /// [`introspects`](crate::NewClient::introspects), unless that is its own.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn exchange_token(&self, access_token: &str, scope: &str) -> Answer {
        let form = Form::new(&[
            ("grant_type", GrantType::TokenExchange.as_str()),
            ("subject_token", access_token),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("scope", scope),
        ]);
        self.token(self.naming(form)).await
    }

    fn naming(&self, form: Form) -> Form {
        self.resource.iter().fold(form, |form, resource| form.set("resource", resource))
    }

    /// Any token request, with the client's credentials: in the `Authorization` header where it has a secret
    /// (RFC 6749 §2.3.1), else as `client_id`.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn token(&self, form: Form) -> Answer {
        let request = match &self.secret {
            Some(secret) => {
                let credentials = basic(&self.client_id, secret.expose());
                self.http.form(&self.token_path, &form).header(AUTHORIZATION, credentials)
            }
            None => self.http.form(&self.token_path, &form.set("client_id", &self.client_id)),
        };
        http::send(request).await
    }

    /// The whole code grant: the user of this browser accepts these scopes, and the client gets its tokens.
    ///
    /// # Panics
    /// When it gets none.
    pub async fn tokens(&self, browser: &Browser, scope: &str) -> Answer {
        let code = browser.code(&self.request(scope)).await;
        self.exchange(&code).await.with_status(200)
    }
}

/// RFC 6749 §2.3.1: both parts are form-encoded first.
fn basic(client_id: &str, secret: &str) -> String {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(client_id), encoded(secret))))
}

/// The pair of RFC 7636, Appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
