//! HTTP as a program speaks it: every redirect is shown, no cookie is kept.

use std::{sync::Once, time::Duration};

use reqwest::{
    Client, Method, RequestBuilder,
    header::{CONTENT_TYPE, HeaderMap},
    redirect::Policy,
};
use serde_json::Value;

use super::{Answer, Form};

/// Requests to one server.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: Client,
    origin: String,
}

impl Http {
    /// To the server at this origin (`http://127.0.0.1:8080`), each with these headers. It goes through no proxy of the
    /// machine's.
    pub(super) fn to(origin: &str, headers: HeaderMap) -> Self {
        static CRYPTOGRAPHY: Once = Once::new();
        // reqwest wants it installed, though tests speak plain http; only a second installation can fail.
        CRYPTOGRAPHY
            .call_once(|| drop(rustls::crypto::aws_lc_rs::default_provider().install_default()));
        let client = Client::builder()
            .default_headers(headers)
            .redirect(Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .tls_certs_only([])
            .build()
            .expect("an HTTP client");
        Self { client, origin: origin.trim_end_matches('/').to_owned() }
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.origin))
    }

    pub(super) fn form(&self, path: &str, form: &Form) -> RequestBuilder {
        let request = self.request(Method::POST, path);
        request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.encoded())
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }
}

/// A request with a document of JSON.
pub(super) fn json(request: RequestBuilder, document: &Value) -> RequestBuilder {
    request.header(CONTENT_TYPE, "application/json").body(document.to_string())
}

/// Sends a request, and reads the answer to its end.
pub(super) async fn send(request: RequestBuilder) -> Answer {
    Answer::read(request.send().await.expect("an answer")).await
}
