//! Guards a plain poem handler: only a client to which the user has said yes reads the user's notes.
//!
//! ```sh
//! cargo run -p oauth-server --example plain_handler
//! ```

use std::{env, error::Error};

use oauth_server::{
    Access, AuthorizationServer, ClientSecret, NewClient, NewUser, OAuth, Settings, Store, scope,
    sync_scopes,
};
use poem::{
    EndpointExt, Route, handler,
    listener::{Acceptor, Listener, TcpListener},
};

// A scope is a type: the guard below wants it, and `sync_scopes` finds it.
scope! { pub Notes = "notes", "Read your notes." }

/// The guard is a parameter. Who has no token of this scope never gets here, and is told so as RFC 6750 says.
#[handler]
async fn notes(token: Access<Notes>) -> String {
    // For whom: the key of a user, or nobody where a client acts for itself.
    let subject = token.subject.as_deref().unwrap_or("nobody");
    format!("The notes of user {subject}, for {}.\n", token.client_id)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = Store::open("sqlite://plain_handler.sqlite3")?;
    let is_new = store.is_empty()?;
    store.migrate()?;
    // For a try on this machine. The default refuses what does not come over TLS, and codes live for a minute.
    let settings = Settings {
        ssl_only: false,
        authorization_code_lifetime: 600,
        ..Settings::new("http://localhost:8080")
    };
    let server = AuthorizationServer::new(settings, store)?;
    sync_scopes(&server, &[]).await?;
    if is_new {
        register(&server).await?;
    }

    let oauth = OAuth::builder(server).build()?;
    let urls = Route::new()
        .nest("/accounts", oauth.accounts()) // signing in and out
        .at("/oauth2/authorization", oauth.authorization_endpoint())
        .at("/oauth2/token", oauth.token_endpoint())
        .at("/notes", notes)
        .with(oauth.middleware()); // gives the guard its server

    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let acceptor = TcpListener::bind(listen).into_acceptor().await?;
    for address in acceptor.local_addr() {
        announce(&address.to_string());
    }
    oauth_server::serve(acceptor, urls).run().await?;
    Ok(())
}

/// Somebody who has notes, and a client that wants to read them.
async fn register(server: &AuthorizationServer) -> Result<(), Box<dyn Error>> {
    let alice = NewUser { username: "alice".to_owned(), ..NewUser::default() };
    server.create_user(alice, "the password of alice").await?;
    let reader = NewClient {
        client_id: Some("reader".to_owned()),
        // For a try. `ClientSecret::Generated` draws a better one, and `register_client` tells it, once.
        secret: ClientSecret::Chosen("the secret of reader".into()),
        redirect_uris: vec!["http://localhost:1111".to_owned()],
        scopes: "notes".parse()?,
        require_pkce: Some(false), // for a try by hand: the default is what a client should use
        ..NewClient::new("Reader")
    };
    server.register_client(reader).await?;
    Ok(())
}

fn announce(address: &str) {
    let origin = address.replace("socket://", "http://");
    println!(
        "listening on {origin}; without a token there are no notes:
  curl -i {origin}/notes
open this, sign in as \"alice\" with the password \"the password of alice\", and accept:
  {origin}/oauth2/authorization/?response_type=code&client_id=reader&redirect_uri=http%3A%2F%2Flocalhost%3A1111&scope=notes&state=xyz
take the code from the address bar (nothing listens on port 1111), and trade it for a token:
  curl -u 'reader:the secret of reader' -d grant_type=authorization_code -d redirect_uri=http://localhost:1111 -d code=CODE {origin}/oauth2/token/
  curl -H 'Authorization: Bearer TOKEN' {origin}/notes"
    );
}
