//! The client's side: token requests, and calls with a token.

use std::{sync::Once, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::{Client, Method, RequestBuilder, header, header::HeaderMap, redirect::Policy};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{Answer, CALLBACK, CHALLENGE, Form, FormBody, Site, VERIFIER};

/// What `confidential` asks for.
pub(crate) fn code_request() -> Form {
    Form::new(&[
        ("response_type", "code"),
        ("client_id", "confidential"),
        ("redirect_uri", CALLBACK),
        ("scope", "read write"),
        ("state", "xyz"),
    ])
}

/// What `public` asks for.
pub(crate) fn public_request() -> Form {
    code_request()
        .set("client_id", "public")
        .set("code_challenge", CHALLENGE)
        .set("code_challenge_method", "S256")
}

/// What `implicit` asks for.
pub(crate) fn implicit_request() -> Form {
    code_request().set("client_id", "implicit").set("response_type", "token")
}

/// How `public` redeems a code.
pub(crate) fn public_exchange(code: &str) -> Form {
    Form::new(&[
        ("grant_type", "authorization_code"),
        ("client_id", "public"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ])
}

/// The value of an `Authorization` header.
pub(crate) fn basic(client_id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{client_id}:{secret}")))
}

impl Site {
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("http://{}{path}", self.address))
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::read(request.send().await.expect("an answer")).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, form: &Form) -> Answer {
        self.send(self.request(Method::POST, path).form_body(form.encoded())).await
    }

    /// How `confidential` redeems a code, with its credentials in the body.
    pub(crate) fn exchange_form(&self, code: &str) -> Form {
        self.authenticated("authorization_code").set("code", code).set("redirect_uri", CALLBACK)
    }

    /// How `confidential` redeems a refresh token.
    pub(crate) fn refresh_form(&self, refresh_token: &str) -> Form {
        self.authenticated("refresh_token").set("refresh_token", refresh_token)
    }

    fn authenticated(&self, grant_type: &str) -> Form {
        Form::new(&[
            ("grant_type", grant_type),
            ("client_id", "confidential"),
            ("client_secret", self.secret.expose()),
        ])
    }

    pub(crate) async fn token(&self, form: &Form) -> Answer {
        self.post("/oauth2/token/", form).await
    }

    pub(crate) async fn exchange(&self, code: &str) -> Answer {
        self.token(&self.exchange_form(code)).await
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> Answer {
        self.token(&self.refresh_form(refresh_token)).await
    }

    /// What `confidential` gets when alice says yes.
    pub(crate) async fn tokens(&self, scope: &str) -> Answer {
        let code = self.sign_in().await.code(&code_request().set("scope", scope)).await;
        self.exchange(&code).await.with_status(200)
    }

    /// An access token of `confidential` for alice.
    pub(crate) async fn access_token(&self, scope: &str) -> String {
        self.tokens(scope).await.text("access_token")
    }

    /// A call with a token in the header.
    pub(crate) async fn call(&self, path: &str, token: &str) -> Answer {
        self.call_with(path, &format!("Bearer {token}")).await
    }

    /// A call with this `Authorization` header.
    pub(crate) async fn call_with(&self, path: &str, authorization: &str) -> Answer {
        let request = self.request(Method::GET, path).header(header::AUTHORIZATION, authorization);
        self.send(request).await
    }

    /// Sends bytes that no HTTP library would send; gives the answer's as text. The request has to end the connection.
    pub(crate) async fn raw(&self, request: &[u8]) -> String {
        let mut connection = TcpStream::connect(self.address).await.expect("a connection");
        // The server may have hung up before it has read all of it.
        drop(connection.write_all(request).await);
        let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
        while let Ok(length @ 1..) = connection.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..length]);
        }
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// A client that shows every redirect, keeps no cookies, and goes through no proxy of the machine's.
pub(super) fn http(headers: &[(&'static str, &'static str)]) -> Client {
    static CRYPTOGRAPHY: Once = Once::new();
    // reqwest wants it installed, though these tests speak plain http; only a second installation can fail.
    CRYPTOGRAPHY.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let headers = headers.iter().map(|(name, value)| {
        (name.parse::<header::HeaderName>().unwrap(), header::HeaderValue::from_static(value))
    });
    Client::builder()
        .default_headers(headers.collect::<HeaderMap>())
        .redirect(Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .tls_certs_only([])
        .build()
        .expect("an HTTP client")
}
