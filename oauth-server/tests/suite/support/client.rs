//! The client's side: token requests, and calls with a token.

use std::net::SocketAddr;

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::{Method, RequestBuilder, header};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub(crate) use super::requests::{code_request, implicit_request, public_exchange, public_request};
use super::{Answer, CALLBACK, Form, Site};

/// The value of an `Authorization` header.
pub(crate) fn basic(client_id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{client_id}:{secret}")))
}

/// Where an authorization request is sent.
pub(crate) fn authorization(request: &Form) -> String {
    format!("/oauth2/authorization/?{}", request.encoded())
}

/// A body of the type that every form has.
pub(crate) trait FormBody {
    fn form_body(self, body: impl Into<reqwest::Body>) -> Self;
}

impl FormBody for RequestBuilder {
    fn form_body(self, body: impl Into<reqwest::Body>) -> Self {
        self.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
    }
}

impl Site {
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

    /// A call with this `Authorization` header.
    pub(crate) async fn call_with(&self, path: &str, authorization: &str) -> Answer {
        let request = self.request(Method::GET, path).header(header::AUTHORIZATION, authorization);
        self.send(request).await
    }

    /// Sends bytes that no HTTP library would send; gives the answer's as text. The request has to end the connection.
    pub(crate) async fn raw(&self, request: &[u8]) -> String {
        raw(self.address, request).await
    }
}

/// The same, for who has no site at hand.
pub(crate) async fn raw(address: SocketAddr, request: &[u8]) -> String {
    let mut connection = TcpStream::connect(address).await.expect("a connection");
    // The server may have hung up before it has read all of it.
    drop(connection.write_all(request).await);
    let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(length @ 1..) = connection.read(&mut buffer).await {
        answer.extend_from_slice(&buffer[..length]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// The same, and hangs up once it has the answer: before the server does, it reads for a while what nobody needs.
pub(crate) async fn one_answer(address: SocketAddr, request: &[u8]) -> String {
    let mut connection = TcpStream::connect(address).await.expect("a connection");
    drop(connection.write_all(request).await);
    let (mut answer, mut byte) = (String::new(), [0]);
    while !answer.ends_with("\r\n\r\n") {
        connection.read_exact(&mut byte).await.unwrap_or_else(|_| panic!("no head: {answer}"));
        answer.push(char::from(byte[0]));
    }
    let length = answer.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.expect("its length").parse().expect("a number")];
    connection.read_exact(&mut body).await.unwrap_or_else(|_| panic!("no whole body: {answer}"));
    answer + &String::from_utf8_lossy(&body)
}
