//! An API in a process of its own, without the provider's database: its guard asks the provider what a token is worth.
//!
//! ```sh
//! cargo run -p example-app                       # the provider, with its demo data
//! cargo run -p oauth-server --example remote_api # the API
//! ```

use std::{env, error::Error};

use oauth_server::{Access, RemoteGuard, RemoteGuardSettings, scope};
use poem::{
    EndpointExt, Route, handler,
    listener::{Acceptor, Listener, TcpListener},
};

// The provider knows the scope of this name. Here it is only what the guard wants.
scope! { pub UserInfo = "user_info", "Access basic information about the user." }

/// The guard is the same parameter as beside the provider.
#[handler]
async fn greeting(token: Access<UserInfo>) -> String {
    let subject = token.subject.as_deref().unwrap_or("nobody");
    format!("Hello user {subject}, of {}.\n", token.client_id)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let set = |name: &str, default: &str| env::var(name).unwrap_or_else(|_| default.to_owned());
    // As which client it asks: `register-client --introspects` registers one. This one is of the demo data.
    let (client_id, secret) = (
        set("CLIENT_ID", "example-resource-server"),
        set("CLIENT_SECRET", "example-resource-server-secret"),
    );
    let endpoint = set("INTROSPECTION_ENDPOINT", "http://localhost:8080/oauth2/introspect/");
    let guard = RemoteGuard::new(RemoteGuardSettings {
        ssl_only: false, // for a try on this machine
        ..RemoteGuardSettings::new(endpoint, client_id, secret.as_str())
    })?;
    let urls = Route::new().at("/greeting", greeting).with(guard);

    let acceptor = TcpListener::bind(set("LISTEN", "127.0.0.1:8081")).into_acceptor().await?;
    for address in acceptor.local_addr() {
        let origin = address.to_string().replace("socket://", "http://");
        println!(
            "listening on {origin}; with a token of the provider:
  curl -H 'Authorization: Bearer TOKEN' {origin}/greeting"
        );
    }
    oauth_server::serve(acceptor, urls).run().await?;
    Ok(())
}
