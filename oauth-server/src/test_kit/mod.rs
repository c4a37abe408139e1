//! For the tests of an application that embeds the provider: your application on a port of its own, over a database of
//! its own, with a clock that you move; a user who is signed in, a client that is registered, and what they do.
//!
//! ```toml
//! [dev-dependencies]
//! oauth-server = { version = "0.1", features = ["test-kit"] }
//! ```
//!
//! A first test:
//!
//! ```
//! # use oauth_server::{Access, OAuth, scope};
//! # use poem::{Endpoint, EndpointExt, Response, Route, handler};
//! use oauth_server::test_kit::TestServer;
//!
//! # scope! { pub Notes = "notes", "Read your notes." }
//! #
//! # #[handler]
//! # async fn read_notes(token: Access<Notes>) -> String {
//! #     format!("{} reads the notes of {:?}", token.client_id, token.subject)
//! # }
//! #
//! # /// The application under test.
//! # fn urls(oauth: &OAuth) -> impl Endpoint<Output = Response> + use<> {
//! #     Route::new()
//! #         .nest("/accounts", oauth.accounts())
//! #         .at("/oauth2/authorization", oauth.authorization_endpoint())
//! #         .at("/oauth2/token", oauth.token_endpoint())
//! #         .at("/notes", read_notes)
//! #         .with(oauth.middleware())
//! # }
//! #
//! # #[tokio::main]
//! # async fn main() {
//! #     a_client_reads_what_alice_allowed_it_and_for_as_long_as_its_token_lives().await;
//! # }
//! # const IGNORED: &str = stringify! {
//! #[tokio::test]
//! # };
//! async fn a_client_reads_what_alice_allowed_it_and_for_as_long_as_its_token_lives() {
//!     let server = TestServer::start(urls).await; // your own function of the quickstart
//!     let client = server.register_client("notes").await;
//!     let alice = server.sign_in("alice").await;
//!
//!     let code = alice.code(&client.request("notes")).await; // sees the consent page, and accepts
//!     let tokens = client.exchange(&code).await.with_status(200);
//!     let notes = server.call("/notes", &tokens.text("access_token")).await;
//!     assert_eq!(notes.status, 200, "{notes:?}");
//!
//!     server.clock().advance(3600);
//!     let notes = server.call("/notes", &tokens.text("access_token")).await;
//!     assert_eq!((notes.status, notes.json()["error"].as_str()), (401, Some("invalid_token")));
//!
//!     let tokens = client.refresh(&tokens.text("refresh_token")).await.with_status(200);
//!     server.call("/notes", &tokens.text("access_token")).await.with_status(200);
//! }
//! ```
//!
//! [`TestServer::builder`] changes settings, brings your own users and templates, or another database. What is asked
//! and answered are values ([`Form`], [`Answer`]), so that a test says in its own words what it expects. The kit itself
//! panics where a test cannot go on, and says why: that is how a test fails.
//!
//! In a debug build, the password of a new user takes most of a second to hash. This makes it quick:
//!
//! ```toml
//! [profile.dev.package]
//! argon2 = { opt-level = 3 }
//! blake2 = { opt-level = 3 }
//! ```

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that panics has failed, and says where"
)]

mod answer;
mod browser;
mod builder;
mod client;
mod database;
mod form;
mod html;
mod http;
mod registration;
mod server;
mod temporary_directory;

pub use reqwest;

pub use self::{
    answer::Answer,
    browser::{Browser, Page},
    builder::TestServerBuilder,
    client::{CALLBACK, TestClient},
    database::TestDatabase,
    form::Form,
    html::HtmlForm,
    server::{PASSWORD, TestServer},
};
