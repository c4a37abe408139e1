//! Several issuers in one program: a provider for each tenant, with its own database, cookies, users and pages, chosen by
//! the host that was asked for.
//!
//! ```sh
//! cargo run -p oauth-server --example tenants
//! ```

use std::{collections::HashMap, env, error::Error};

use oauth_server::{
    Access, AuthorizationServer, ClientSecret, NewClient, NewUser, OAuth, Settings, Store, scope,
    sync_scopes,
};
use poem::{
    Endpoint, EndpointExt, Request, Response, Result,
    endpoint::BoxEndpoint,
    error::NotFoundError,
    handler,
    http::{header::HOST, uri::Authority},
    listener::{Acceptor, Listener, TcpListener},
    web::Data,
};

scope! { pub Menu = "menu", "Read the menu." }

/// The same code for all of them. A token is known to the tenant that issued it, and to no other.
#[handler]
async fn menu(token: Access<Menu>, Data(oauth): Data<&OAuth>) -> String {
    format!("The menu of {}, for {}.\n", oauth.server().settings().issuer, token.client_id)
}

/// A tenant by the name of its host, without a port.
struct Tenants(HashMap<String, BoxEndpoint<'static, Response>>);

impl Endpoint for Tenants {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        match host(&request).and_then(|host| self.0.get(&host)) {
            Some(tenant) => tenant.call(request).await,
            None => Err(NotFoundError.into()),
        }
    }
}

/// HTTP/2 says it in the URI.
fn host(request: &Request) -> Option<String> {
    let said = request.header(HOST).and_then(|host| host.parse::<Authority>().ok());
    let authority = said.or_else(|| request.uri().authority().cloned())?;
    Some(authority.host().to_ascii_lowercase())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let acceptor = TcpListener::bind(listen).into_acceptor().await?;
    let addresses = acceptor.local_addr();
    let bound = addresses.iter().find_map(|address| address.as_socket_addr());
    let bound = bound.ok_or("no TCP address")?;

    let mut tenants = HashMap::new();
    println!("listening on http://{bound}; open one of these:");
    for (name, greeting) in [("tea", "Enter the tea house"), ("coffee", "Enter the coffee house")] {
        let host = format!("{name}.localhost"); // every browser finds it on this machine
        let oauth = tenant(name, greeting, &format!("http://{host}:{}", bound.port())).await?;
        println!("  {}", oauth.url(|addresses| &addresses.home) + REQUEST);
        let urls = oauth.routes().at("/menu", menu).with(oauth.middleware());
        tenants.insert(host, urls.map_to_response().boxed());
    }
    println!("sign in as \"alice\" with the password \"the password of alice\"");
    oauth_server::serve(acceptor, Tenants(tenants)).run().await?;
    Ok(())
}

/// The provider of a tenant. Its cookies are called by its issuer, so that no browser mistakes them.
async fn tenant(name: &str, greeting: &str, issuer: &str) -> Result<OAuth, Box<dyn Error>> {
    let store = Store::open(&format!("sqlite://tenant_{name}.sqlite3"))?;
    let is_new = store.is_empty()?;
    store.migrate()?;
    // For a try on this machine. The default refuses what does not come over TLS.
    let settings = Settings { ssl_only: false, ..Settings::new(issuer) };
    let server = AuthorizationServer::new(settings, store)?;
    sync_scopes(&server, &[]).await?;
    if is_new {
        let alice = NewUser { username: "alice".to_owned(), ..NewUser::default() };
        server.create_user(alice, "the password of alice").await?;
        let waiter = NewClient {
            client_id: Some("waiter".to_owned()),
            secret: ClientSecret::Chosen("the secret of waiter".into()),
            redirect_uris: vec!["http://localhost:1111".to_owned()],
            scopes: "menu".parse()?,
            require_pkce: Some(false), // for a try by hand: the default is what a client should use
            ..NewClient::new("Waiter")
        };
        server.register_client(waiter).await?;
    }
    let oauth = OAuth::builder(server).locale("en", format!("sign-in = {greeting}"));
    Ok(oauth.build()?)
}

/// How the client asks.
const REQUEST: &str = "oauth2/authorization/?response_type=code&client_id=waiter&redirect_uri=http%3A%2F%2Flocalhost%3A1111\
                       &scope=menu&state=xyz";
