//! Pages of your own: a consent page, another layout and stylesheet for all pages, other words, and a page of the
//! application in the same layout. The templates are the files of `examples/templates/`.
//!
//! ```sh
//! cargo run -p oauth-server --example own_templates
//! ```

use std::{env, error::Error};

use oauth_server::{
    AuthorizationPage, AuthorizationServer, ClientSecret, NewClient, NewUser, OAuth, Settings,
    Store, scope, sync_scopes,
};
use poem::{
    EndpointExt, Response, Route, get, handler,
    listener::{Acceptor, Listener, TcpListener},
    web::Data,
};
use serde_json::json;

scope! { pub Recipes = "recipes", "Read your recipes." }

/// A page of the application, in the layout of all the others and with their security headers.
#[handler]
async fn home(Data(oauth): Data<&OAuth>) -> Response {
    oauth.page("home", &json!({ "request": REQUEST }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let oauth = OAuth::builder(server().await?)
        // A template of the code is compiled in. It replaces the bundled one of its name, or adds one.
        .template("home", include_str!("templates/home.hbs"))
        // Those of a folder are read at the start, over those of the code: `layout` and `style.css` replace the bundled
        // ones, so that the login page looks like the rest; `consent` is new. A mistake in one is an error of `build`.
        .template_folder(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/templates"))
        // Every text of the bundled pages has a key; this replaces one, in English.
        .locale("en", "sign-in = Enter the kitchen")
        .authorization_page(AuthorizationPage {
            authorization_template: "consent",
            ..AuthorizationPage::default()
        })
        .build()?;
    let urls = Route::new()
        .at("/", get(home))
        .nest("/accounts", oauth.accounts())
        .at("/oauth2/authorization", oauth.authorization_endpoint())
        .at("/oauth2/token", oauth.token_endpoint())
        .with(oauth.middleware());

    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let acceptor = TcpListener::bind(listen).into_acceptor().await?;
    for address in acceptor.local_addr() {
        let origin = address.to_string().replace("socket://", "http://");
        println!("listening on {origin}; open it, and follow the link:\n  {origin}/");
    }
    println!("sign in as \"alice\" with the password \"the password of alice\"");
    oauth_server::serve(acceptor, urls).run().await?;
    Ok(())
}

/// The server, with a user and a client.
async fn server() -> Result<AuthorizationServer, Box<dyn Error>> {
    let store = Store::open("sqlite://own_templates.sqlite3")?;
    let is_new = store.is_empty()?;
    store.migrate()?;
    // For a try on this machine. The default refuses what does not come over TLS.
    let settings = Settings { ssl_only: false, ..Settings::new("http://localhost:8080") };
    let server = AuthorizationServer::new(settings, store)?;
    sync_scopes(&server, &[]).await?;
    if is_new {
        let alice = NewUser { username: "alice".to_owned(), ..NewUser::default() };
        server.create_user(alice, "the password of alice").await?;
        let cook = NewClient {
            client_id: Some("cook".to_owned()),
            secret: ClientSecret::Chosen("the secret of cook".into()),
            redirect_uris: vec!["http://localhost:1111".to_owned()],
            scopes: "recipes".parse()?,
            require_pkce: Some(false), // for a try by hand: the default is what a client should use
            ..NewClient::new("Cook")
        };
        server.register_client(cook).await?;
    }
    Ok(server)
}

/// How the client asks.
const REQUEST: &str = "/oauth2/authorization/?response_type=code&client_id=cook&redirect_uri=http%3A%2F%2Flocalhost%3A1111\
                       &scope=recipes&state=xyz";
