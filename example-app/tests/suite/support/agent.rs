//! A user's browser, as far as HTTP goes, or a client: it keeps cookies and follows nothing.

use std::time::{Duration, Instant};

use reqwest::{Client, Method, RequestBuilder, Url, header::HeaderMap, redirect::Policy};

use super::{EXAMPLE_CLIENT, EXAMPLE_REQUEST, Server, html::Form};

pub(crate) struct Agent {
    http: Client,
    origin: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Agent {
    pub(crate) fn new(port: u16) -> Self {
        let http = client().cookie_store(true).redirect(Policy::none()).build().unwrap();
        Self { http, origin: origin(port) }
    }

    /// The same browser at another process of this machine: cookies go along, for they know no ports.
    pub(crate) fn at(&self, server: &Server) -> Self {
        Self { http: self.http.clone(), origin: origin(server.port) }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.origin))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    /// Asks again and again until this is the answer: readiness is looked at once a second.
    pub(crate) async fn is_told(&self, path: &str, expected: (u16, &str)) {
        let began = Instant::now();
        loop {
            let answer = self.get(path).await;
            if (answer.status, answer.body.as_str()) == expected {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{path}: not {expected:?} but {answer:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        send(self.request(Method::POST, path).form(fields)).await
    }

    /// Fills in the form of a page.
    pub(crate) async fn submit(&self, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let form = Form::of(&page.body);
        let hidden = form.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.post(&form.action, &hidden.chain(fields.iter().copied()).collect::<Vec<_>>()).await
    }

    pub(crate) async fn sign_in(&self, username: &str, password: &str) -> Answer {
        let page = self.get("/accounts/login/").await;
        self.submit(&page, &[("username", username), ("password", password)]).await
    }

    /// The consent page, for a request that may be put to the user.
    pub(crate) async fn consent(&self, request: &str) -> Answer {
        let page = self.get(&format!("/oauth2/authorization/?{request}")).await;
        assert_eq!(page.status, 200, "the consent page of {request}: {page:?}");
        page
    }

    /// Where the browser goes with the user's decision.
    pub(crate) async fn decide(&self, request: &str, user_action: &str) -> Url {
        let page = self.consent(request).await;
        let answer = self.submit(&page, &[("user_action", user_action)]).await;
        assert_eq!(answer.status, 303, "{user_action}: {answer:?}");
        answer.location()
    }

    /// A code that the user agreed to.
    pub(crate) async fn code(&self, request: &str) -> String {
        let redirect = self.decide(request, "Accept").await;
        query(&redirect, "code").unwrap_or_else(|| panic!("a code in {redirect}"))
    }

    /// Asks the token endpoint, with Basic credentials if there are any.
    pub(crate) async fn token(
        &self,
        client: Option<(&str, &str)>,
        fields: &[(&str, &str)],
    ) -> Answer {
        let Some(client) = client else {
            return send(self.request(Method::POST, "/oauth2/token/").form(fields)).await;
        };
        self.form("/oauth2/token/", client, fields).await
    }

    /// What a client sends with its secret.
    pub(crate) async fn form(
        &self,
        path: &str,
        (id, secret): (&str, &str),
        fields: &[(&str, &str)],
    ) -> Answer {
        send(self.request(Method::POST, path).form(fields).basic_auth(id, Some(secret))).await
    }

    /// The tokens that the code grant brings Example Client.
    pub(crate) async fn tokens(&self) -> Answer {
        let tokens = self.exchange(&self.code(EXAMPLE_REQUEST).await).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        tokens
    }

    /// Example Client presents a code.
    pub(crate) async fn exchange(&self, code: &str) -> Answer {
        let fields = [("grant_type", "authorization_code"), ("code", code)];
        self.token(Some(EXAMPLE_CLIENT), &fields).await
    }

    /// Example Client presents its refresh token.
    pub(crate) async fn refresh(&self, tokens: &Answer) -> Answer {
        let refresh_token = tokens.field("refresh_token");
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
        self.token(Some(EXAMPLE_CLIENT), &fields).await
    }

    /// The same, where the server may go in the middle of it: then there is no answer.
    pub(crate) async fn try_refresh(&self, tokens: &Answer) -> Option<Answer> {
        let refresh_token = tokens.field("refresh_token");
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
        let (id, secret) = EXAMPLE_CLIENT;
        let request = self.request(Method::POST, "/oauth2/token/").form(&fields);
        let response = request.basic_auth(id, Some(secret)).send().await.ok()?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Some(Answer { status, headers, body: response.text().await.ok()? })
    }

    /// Calls the API with this token.
    pub(crate) async fn user_info(&self, method: Method, access_token: &str) -> Answer {
        send(self.request(method, "/api/user_info/").bearer_auth(access_token)).await
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn location(&self) -> Url {
        let location = self.header("location");
        Url::parse("http://127.0.0.1").unwrap().join(location).unwrap()
    }

    /// A member of the JSON object, as text; empty where it is missing.
    pub(crate) fn field(&self, name: &str) -> String {
        let json: serde_json::Value =
            serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        match &json[name] {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

fn origin(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Sends a request.
pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, body: response.text().await.unwrap() }
}

/// What a URL carries in its query.
pub(crate) fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// An HTTP client for this machine alone: no proxy would find it, and there is no TLS to need certificates for.
pub(crate) fn client() -> reqwest::ClientBuilder {
    // Only a second installation can fail, and that finds the first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::builder().no_proxy().tls_certs_only([]).timeout(Duration::from_secs(60))
}

const PATIENCE: Duration = Duration::from_secs(30);
