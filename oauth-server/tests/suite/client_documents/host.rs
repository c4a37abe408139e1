//! The host of a document.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use poem::{
    Response, Server,
    http::StatusCode,
    listener::{Acceptor, Listener, TcpListener},
};
use serde_json::{Value, json};

use super::CHALLENGE;
use crate::support::{CALLBACK, Form};

/// Where the document is, what it is answered with, and how often it was asked for.
pub(super) struct Host {
    pub(super) client_id: String,
    answer: Arc<Mutex<Served>>,
    asked: Arc<AtomicUsize>,
}

#[derive(Clone)]
pub(super) struct Served {
    pub(super) status: StatusCode,
    pub(super) kind: &'static str,
    pub(super) cache: &'static str,
    pub(super) body: String,
}

impl Host {
    pub(super) async fn start() -> Self {
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let port = acceptor.local_addr()[0].as_socket_addr().unwrap().port();
        let client_id = format!("http://127.0.0.1:{port}/client.json");
        let body = document(&client_id).to_string();
        let (status, kind, cache) = (StatusCode::OK, "application/json", "max-age=600");
        let answer = Arc::new(Mutex::new(Served { status, kind, cache, body }));
        let asked = Arc::<AtomicUsize>::default();
        let (served, counted) = (Arc::clone(&answer), Arc::clone(&asked));
        let endpoint = poem::endpoint::make_sync(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            let Served { status, kind, cache, body } = served.lock().unwrap().clone();
            Response::builder()
                .status(status)
                .content_type(kind)
                .header("Cache-Control", cache)
                .header("Location", "http://127.0.0.1:1/elsewhere")
                .body(body)
        });
        tokio::spawn(Server::new_with_acceptor(acceptor).run(endpoint));
        Self { client_id, answer, asked }
    }

    pub(super) fn serve(&self, change: impl FnOnce(&mut Served)) {
        change(&mut self.answer.lock().unwrap());
    }

    /// The document with members in place of its own.
    pub(super) fn says(&self, members: &Value) {
        let mut document = document(&self.client_id);
        let (all, new) = (document.as_object_mut().unwrap(), members.as_object().unwrap());
        all.extend(new.clone());
        all.retain(|_, value| !value.is_null());
        self.serve(|served| served.body = document.to_string());
    }

    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub(super) fn request(&self) -> Form {
        Form::new(&[
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", CALLBACK),
            ("scope", "read"),
            ("state", "xyz"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ])
    }
}

fn document(client_id: &str) -> Value {
    json!({
        "client_id": client_id,
        "client_name": "Assistant",
        "client_uri": "https://assistant.example/",
        "logo_uri": "https://assistant.example/logo.png",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": "read write",
    })
}
