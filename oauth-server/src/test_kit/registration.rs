//! A client that registers itself, and manages that: RFC 7591, RFC 7592.

use oauth_core::{DynamicRegistration, Secret, admin::Actor};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Answer, CALLBACK, TestClient, TestServer, http};

/// Where a client manages its registration, and with what.
#[derive(Debug, Clone)]
pub(super) struct Registration {
    pub(super) path: String,
    pub(super) token: Secret,
}

impl TestServer {
    /// A client that registers itself with what it says of itself, in the words of RFC 7591 §2: an object of JSON. Its
    /// redirect URI is [`CALLBACK`] where it names none. Where the server wants an initial access token, one is made for it.
    ///
    /// # Panics
    /// When it is refused. What is refused, and how, a test asks by [`asks_to_register`](Self::asks_to_register).
    pub async fn register_itself(&self, metadata: &Value) -> TestClient {
        let metadata = completed(metadata, "redirect_uris", json!([CALLBACK]));
        let wants_token = self.oauth.settings().dynamic_registration == DynamicRegistration::Token;
        let token = if wants_token { Some(self.initial_access_token().await) } else { None };
        let registered = self.asks_to_register(token.as_ref(), &metadata).await.with_status(201);
        let told = registered.json();
        let text = |name: &str| told.get(name).and_then(Value::as_str);
        let client_id = registered.text("client_id");
        let registration = Registration {
            path: format!("{}/{client_id}", self.paths.registration.trim_end_matches('/')),
            token: registered.text("registration_access_token").as_str().into(),
        };
        let uri = told.pointer("/redirect_uris/0").and_then(Value::as_str).unwrap_or_default();
        TestClient {
            http: self.http.clone(),
            token_path: self.paths.token.clone(),
            secret: text("client_secret").map(Secret::from),
            redirect_uri: uri.to_owned(),
            resource: None,
            registration: Some(registration),
            client_id,
        }
    }

    /// The answer to a client that registers itself with this document, and with an initial access token if it has one.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn asks_to_register(&self, token: Option<&Secret>, metadata: &Value) -> Answer {
        let request = self.request(Method::POST, &self.paths.registration);
        let request = match token {
            Some(token) => request.bearer_auth(token.expose()),
            None => request,
        };
        self.send(http::json(request, metadata)).await
    }

    /// An initial access token, good for one client and a day (RFC 7591 §3).
    ///
    /// # Panics
    /// When the database fails.
    pub async fn initial_access_token(&self) -> Secret {
        let admin = self.authorization_server().admin(Actor::command("test kit"));
        admin.issue_registration_token(1, 24 * 3600).await.expect("an initial access token")
    }
}

impl TestClient {
    /// Reads its registration: RFC 7592 §2.1.
    ///
    /// # Panics
    /// When it did not register itself, or there is no answer.
    pub async fn registration(&self) -> Answer {
        http::send(self.managing(Method::GET)).await
    }

    /// Puts this document in place of what it said of itself before (RFC 7592 §2.2); its `client_id` is
    /// added where it has none.
    ///
    /// # Panics
    /// When it did not register itself, or there is no answer.
    pub async fn change_registration(&self, metadata: &Value) -> Answer {
        let metadata = completed(metadata, "client_id", self.id().into());
        http::send(http::json(self.managing(Method::PUT), &metadata)).await
    }

    /// Deletes itself: RFC 7592 §2.3.
    ///
    /// # Panics
    /// When it did not register itself, or there is no answer.
    pub async fn delete_registration(&self) -> Answer {
        http::send(self.managing(Method::DELETE)).await
    }

    fn managing(&self, method: Method) -> RequestBuilder {
        let of = self.registration.as_ref().expect("a client that registered itself");
        self.http.request(method, &of.path).bearer_auth(of.token.expose())
    }
}

/// The same document, with this member where it had none.
fn completed(metadata: &Value, name: &str, value: Value) -> Value {
    let mut metadata = metadata.clone();
    if let Some(members) = metadata.as_object_mut() {
        members.entry(name).or_insert(value);
    }
    metadata
}
