//! What a test wants to be otherwise than by default.

use std::net::SocketAddr;

use oauth_core::{AuthorizationServer, MovableClock, Policy, Settings};
use poem::{
    EndpointExt, IntoEndpoint, Response,
    endpoint::BoxEndpoint,
    listener::{Acceptor, Listener, TcpAcceptor, TcpListener},
};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::task::JoinHandle;

use super::{TestDatabase, TestServer, http::Http, server::Serving};
use crate::{Addresses, OAuth, OAuthBuilder, sync_scopes};

/// Starts a [`TestServer`] that differs from the default.
#[must_use]
pub struct TestServerBuilder {
    database: Option<TestDatabase>,
    clock: MovableClock,
    settings: Box<dyn FnOnce(&mut Settings)>,
    server: Box<dyn FnOnce(AuthorizationServer) -> AuthorizationServer>,
    oauth: Box<dyn FnOnce(OAuthBuilder) -> OAuthBuilder>,
    headers: HeaderMap,
    scopes: Scopes,
    authorization_path: Option<String>,
    token_path: Option<String>,
    registration_path: Option<String>,
}

/// Where the endpoints stand.
#[derive(Debug, Clone)]
pub(super) struct Paths {
    pub(super) authorization: String,
    pub(super) token: String,
    pub(super) registration: String,
    pub(super) login: String,
}

impl Default for Paths {
    fn default() -> Self {
        let Addresses { authorization, token, registration, accounts, .. } = Addresses::default();
        Self { authorization, token, registration, login: accounts + "login/" }
    }
}

/// Which scopes are registered at the start.
enum Scopes {
    Declared,
    None,
}

/// 2030-01-01T00:00:00Z.
const START: i64 = 1_893_456_000;

impl TestServerBuilder {
    pub(super) fn new() -> Self {
        Self {
            database: None,
            clock: MovableClock::at(START),
            settings: Box::new(|_| ()),
            server: Box::new(|server| server),
            oauth: Box::new(|oauth| oauth),
            headers: HeaderMap::new(),
            scopes: Scopes::Declared,
            authorization_path: None,
            token_path: None,
            registration_path: None,
        }
    }

    /// Uses this database: one on PostgreSQL, or that of a server which ran before. Default: a new one on SQLite.
    pub fn database(self, database: &TestDatabase) -> Self {
        Self { database: Some(database.clone()), ..self }
    }

    /// Goes by this clock. Default: one that shows the first moment of 2030.
    pub fn clock(self, clock: &MovableClock) -> Self {
        Self { clock: clock.clone(), ..self }
    }

    /// Changes settings. Default: those of [`Settings::new`] without `ssl_only`, with the server's origin as its issuer.
    pub fn settings(self, change: impl FnOnce(&mut Settings) + 'static) -> Self {
        Self { settings: Box::new(change), ..self }
    }

    /// Does with the [`AuthorizationServer`] what the application does at its start: [`AuthorizationServer::with_passwords`],
    /// a listener of its events.
    pub fn server(
        self,
        change: impl FnOnce(AuthorizationServer) -> AuthorizationServer + 'static,
    ) -> Self {
        Self { server: Box::new(change), ..self }
    }

    /// Brings the application's [`Policy`], beside what [`server`](Self::server) does.
    pub fn policy(self, policy: impl Policy) -> Self {
        let server = self.server;
        Self { server: Box::new(|built| server(built).with_policy(policy)), ..self }
    }

    /// Adds what the application adds to its [`OAuth`]: users, templates, trusted proxies.
    pub fn oauth(self, change: impl FnOnce(OAuthBuilder) -> OAuthBuilder + 'static) -> Self {
        Self { oauth: Box::new(change), ..self }
    }

    /// Adds a header to every request, as a proxy in front of the application would.
    ///
    /// # Panics
    /// When it is none that HTTP allows.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("the name of a header");
        self.headers.append(name, HeaderValue::from_str(value).expect("the value of a header"));
        self
    }

    /// Leaves the registration of scopes to the test. Default: every scope that the program declares is registered.
    pub fn without_scopes(self) -> Self {
        Self { scopes: Scopes::None, ..self }
    }

    /// Where the application has its authorization endpoint. Default: its [address](crate::Addresses).
    pub fn authorization_path(self, path: &str) -> Self {
        Self { authorization_path: Some(path.to_owned()), ..self }
    }

    /// Where the application has its token endpoint. Default: its [address](crate::Addresses).
    pub fn token_path(self, path: &str) -> Self {
        Self { token_path: Some(path.to_owned()), ..self }
    }

    /// Where the application has its registration endpoint. Default: its [address](crate::Addresses).
    pub fn registration_path(self, path: &str) -> Self {
        Self { registration_path: Some(path.to_owned()), ..self }
    }

    /// Starts the application, which is given its provider.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn start<A: IntoEndpoint>(self, application: impl FnOnce(&OAuth) -> A) -> TestServer
    where
        A::Endpoint: 'static,
    {
        let (acceptor, address) = listen().await;
        let origin = format!("http://{address}");
        let database = self.database.unwrap_or_else(TestDatabase::sqlite);
        let mut settings = Settings { ssl_only: false, ..Settings::new(&origin) };
        (self.settings)(&mut settings);
        if settings.ssl_only && settings.issuer == origin {
            settings.issuer = format!("https://{address}");
        }
        let server = AuthorizationServer::new(settings, database.store().clone());
        let server = server.expect("settings in their range").with_clock(self.clock.clone());
        let server = (self.server)(server);
        if matches!(self.scopes, Scopes::Declared) {
            sync_scopes(&server, &[]).await.expect("the declared scopes");
        }
        let oauth = (self.oauth)(OAuth::builder(server)).build().expect("a provider");
        let here = |address: &str| format!("{}{address}", oauth.place().mount());
        let addresses = &oauth.place().addresses;
        let paths = Paths {
            authorization: self
                .authorization_path
                .unwrap_or_else(|| here(&addresses.authorization)),
            token: self.token_path.unwrap_or_else(|| here(&addresses.token)),
            registration: self.registration_path.unwrap_or_else(|| here(&addresses.registration)),
            login: here(&addresses.accounts) + "login/",
        };
        let application = application(&oauth).into_endpoint().map_to_response().boxed();
        TestServer {
            http: Http::to(&origin, self.headers),
            oauth,
            clock: self.clock,
            address,
            paths,
            _serving: Serving(serve(acceptor, application)),
            database,
        }
    }
}

/// A free port.
async fn listen() -> (TcpAcceptor, SocketAddr) {
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.expect("a free port");
    let addresses = acceptor.local_addr();
    let address = addresses.first().and_then(|address| address.as_socket_addr());
    let address = *address.expect("a TCP address");
    (acceptor, address)
}

fn serve(acceptor: TcpAcceptor, application: BoxEndpoint<'static, Response>) -> JoinHandle<()> {
    tokio::spawn(async {
        crate::serve(acceptor, application).run().await.expect("to serve");
    })
}
