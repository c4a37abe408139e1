//! A notes service that existed before it was a provider: with its own users, login page and cookie, and with its own
//! tables, by another library, in the same SQLite file. The provider stands under `/id`; what the application wrote for
//! it is `provider.rs`, and the guards of `api.rs`.
//!
//! ```sh
//! cargo run -p oauth-server --example notes
//! ```

mod account;
mod api;
mod database;
mod provider;

use std::{env, error::Error};

use database::Database;
use oauth_server::Store;
use poem::{
    EndpointExt, get,
    listener::{Acceptor, Listener, TcpListener},
    post,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let acceptor = TcpListener::bind(listen).into_acceptor().await?;
    let addresses = acceptor.local_addr();
    let bound = addresses.iter().find_map(|address| address.as_socket_addr());
    let origin = format!("http://localhost:{}", bound.ok_or("no TCP address")?.port());

    let store = Store::open("sqlite://notes.sqlite3")?; // before the first connection of our own
    let database = Database::open("notes.sqlite3")?;
    let oauth = provider::open(&origin, store, database.clone()).await?;
    let urls = oauth
        .routes()
        .at("/login", get(account::login_page).post(account::login))
        .at("/account", get(account::page))
        .at("/account/pause", post(account::pause))
        .at("/account/delete", post(account::delete))
        .at("/notes", get(api::list).post(api::create))
        .data(database)
        .with(oauth.middleware());
    announce(&origin, &oauth.url(|addresses| &addresses.token));
    oauth_server::serve(acceptor, urls).run().await?;
    Ok(())
}

fn announce(origin: &str, token_endpoint: &str) {
    println!(
        "listening on {origin}; open this, sign in as \"Ada\" with the password \"engine\", and accept:
  {origin}/id/oauth2/authorization/?response_type=code&client_id=editor&redirect_uri=http%3A%2F%2Flocalhost%3A1111&scope=notes:read+notes:write&state=xyz
take the code from the address bar (nothing listens on port 1111), and trade it for a token:
  curl -u 'editor:the secret of editor' -d grant_type=authorization_code -d redirect_uri=http://localhost:1111 -d code=CODE {token_endpoint}
  curl -H 'Authorization: Bearer TOKEN' --json '{{\"text\":\"Buy milk.\"}}' {origin}/notes
  curl -H 'Authorization: Bearer TOKEN' {origin}/notes"
    );
}
