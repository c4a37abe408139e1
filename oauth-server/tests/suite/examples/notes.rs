//! The example `notes`: a provider in an application that has its own users and tables, by another library.

use std::cell::Cell;

use oauth_server::test_kit::{Answer, Browser, Form, reqwest::Method};
use serde_json::{Value, json};

use super::{Example, accept, sign_in};
use crate::support::Database;

const REQUEST: &str = "/id/oauth2/authorization?response_type=code&client_id=editor&redirect_uri=http%3A%2F%2F\
                       localhost%3A1111&scope=notes%3Aread+notes%3Awrite&state=xyz";
const ADA: [(&str, &str); 2] = [("name", "Ada"), ("password", "engine")];
const GRACE: [(&str, &str); 2] = [("name", "Grace"), ("password", "moth")];

/// A user's browser, and what the client got from it.
struct Notes<'a> {
    example: &'a Example,
    browser: Browser,
    tokens: Answer,
}

impl<'a> Notes<'a> {
    /// Signs in at the application's own page, and lets the client in.
    async fn of(example: &'a Example, user: &[(&str, &str)]) -> Self {
        let browser = example.browser();
        sign_in(&browser, REQUEST, user).await;
        let code = accept(&browser, REQUEST).await;
        let form = Form::new(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", "http://localhost:1111"),
        ]);
        let tokens = request(example, form).await.with_status(200);
        Self { example, browser, tokens }
    }

    async fn list(&self) -> Answer {
        self.example.call("/notes", &self.tokens.text("access_token")).await
    }

    async fn write(&self, text: &str) -> Answer {
        let client = self.example.browser();
        let note = client.request(Method::POST, "/notes").json(&json!({ "text": text }));
        client.send(note.bearer_auth(self.tokens.text("access_token"))).await
    }

    async fn refresh(&self) -> Answer {
        refresh(self.example, &self.tokens.text("refresh_token")).await
    }

    async fn press(&self, button: &str) {
        let pressed = self.browser.post(button, &Form::new(&[])).await;
        assert_eq!(pressed.status, 303, "{pressed:#?}");
    }
}

async fn refresh(example: &Example, token: &str) -> Answer {
    request(example, Form::new(&[("grant_type", "refresh_token"), ("refresh_token", token)])).await
}

/// What the client asks the token endpoint.
async fn request(example: &Example, form: Form) -> Answer {
    let form = form.set("client_id", "editor").set("client_secret", "the secret of editor");
    example.browser().post("/id/oauth2/token", &form).await
}

fn texts(answer: &Answer) -> Vec<Value> {
    let json = answer.json();
    let notes = json.as_array().expect("a list");
    notes.iter().map(|note| note["text"].clone()).collect()
}

#[tokio::test]
async fn notes_are_read_and_written_by_a_client_whom_their_user_let_in() {
    let example = Example::start("notes");
    let (ada, grace) = (Notes::of(&example, &ADA).await, Notes::of(&example, &GRACE).await);
    ada.write("Buy milk.").await.with_status(201);
    assert_eq!(texts(&ada.list().await.with_status(200)), ["Buy milk."]);
    assert_eq!(texts(&grace.list().await.with_status(200)), [""; 0]);
    assert_eq!(ada.tokens.json()["expires_in"], 600, "as the policy says");
    ada.browser.get("/notes").await.with_status(401); // the application's own cookie is no token
}

#[tokio::test]
async fn notes_of_who_paused_the_account_are_closed_to_clients() {
    let example = Example::start("notes");
    let ada = Notes::of(&example, &ADA).await;
    ada.press("/account/pause").await;
    ada.refresh().await.assert_refused(400, "invalid_grant");
    ada.list().await.with_status(401);
}

#[tokio::test]
async fn notes_tokens_and_rows_go_with_their_user() {
    let example = Example::start("notes");
    let (ada, grace) = (Notes::of(&example, &ADA).await, Notes::of(&example, &GRACE).await);
    ada.write("Buy milk.").await.with_status(201);
    ada.press("/account/delete").await;
    ada.list().await.with_status(401);
    ada.refresh().await.assert_refused(400, "invalid_grant");
    let file = example.directory.path().join("notes.sqlite3");
    let database = Database::at(format!("sqlite://{}", file.display()));
    assert_eq!(database.count("notes"), 0);
    for left in ["users", "sessions", "oauth_grants", "oauth_access_tokens", "oauth_refresh_tokens"]
    {
        assert_eq!(database.count(left), 1, "{left}: Grace's alone");
    }
    grace.list().await.with_status(200);
}

#[tokio::test]
async fn notes_are_written_a_hundred_times_beside_the_providers_writes_and_none_is_locked() {
    let example = Example::start("notes");
    let (ada, grace) = (Notes::of(&example, &ADA).await, Notes::of(&example, &GRACE).await);
    let writing = async {
        for number in 0..100 {
            ada.write(&number.to_string()).await.with_status(201);
        }
    };
    let refreshed = Cell::new(0);
    let refreshing = async {
        let mut token = grace.tokens.text("refresh_token");
        loop {
            token = refresh(&example, &token).await.with_status(200).text("refresh_token");
            refreshed.set(refreshed.get() + 1);
        }
    };
    tokio::select! {
        () = writing => (),
        () = refreshing => (),
    }
    assert!(refreshed.get() > 0, "nothing was beside them");
    assert_eq!(ada.list().await.json().as_array().map(Vec::len), Some(100));
}
