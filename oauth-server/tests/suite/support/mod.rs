//! The site under test: real HTTP on a port of its own, over a database of its own, with a movable clock.

#[macro_use]
mod both_databases;
mod answer;
pub(crate) mod app;
mod browser;
pub(crate) mod client;
mod database;
mod form;
pub(crate) mod log;
pub(crate) mod nasty;
#[path = "../../../../oauth-core/tests/suite/support/postgres.rs"]
mod postgres;
pub(crate) mod table;

use std::net::SocketAddr;

use oauth_server::{
    AuthorizationPage, AuthorizationServer, ClientSecret, GrantType, MovableClock, NewClient,
    OAuth, OAuthBuilder, Secret, Settings, Store, User,
};
use poem::{
    Response, Server,
    endpoint::BoxEndpoint,
    listener::{Acceptor, Listener, TcpListener},
};
use tokio::{sync::OnceCell, task::JoinHandle};

pub(crate) use self::{
    answer::{Answer, is_description},
    browser::{Browser, FormBody, authorization},
    client::basic,
    database::Database,
    form::{Form, HtmlForm},
};

/// Scopes: the server knows `read`, `write` and `admin`; the clients may ask for `read` and `write`.
///
/// Clients: `confidential` has a secret and redeems codes and refresh tokens; `public` has none and does the same with
/// PKCE; `implicit` is public and only takes tokens from the authorization endpoint.
pub(crate) struct Site {
    pub(crate) server: AuthorizationServer,
    pub(crate) clock: MovableClock,
    /// The secret of `confidential`.
    pub(crate) secret: Secret,
    pub(crate) address: SocketAddr,
    config: Config,
    http: reqwest::Client,
    alice: OnceCell<User>,
    _serving: Serving,
    /// Dropped last, when nobody uses it any more.
    pub(crate) database: Database,
}

/// What a test may want to be otherwise.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) settings: Settings,
    pub(crate) page: AuthorizationPage,
    pub(crate) oauth: fn(OAuthBuilder) -> OAuthBuilder,
    pub(crate) urls: fn(&OAuth, AuthorizationPage) -> BoxEndpoint<'static, Response>,
    /// What a proxy in front of the site adds to every request.
    pub(crate) proxy_headers: &'static [(&'static str, &'static str)],
}

pub(crate) const CALLBACK: &str = "https://app.example/callback";
pub(crate) const PASSWORD: &str = "correct horse battery staple";
/// Argon2id like every password's, but with the lowest costs: the suite would spend a third of its time on hers.
const ALICE: &str = "INSERT INTO oauth_users (username, password_hash, first_name, last_name, email, is_staff, \
    is_superuser, is_active, created_at) VALUES ('alice', \
    '$argon2id$v=19$m=8,t=1,p=1$cDbZIm51KTT+btgq8f+Hrw$299zr1Xk6Jo9tqtZCtFGpROEFLZdcPfmuwqhQBC51D8', \
    '', '', '', FALSE, FALSE, TRUE, 1000000)";
/// The pair of RFC 7636, Appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

impl Site {
    pub(crate) async fn on(database: Database) -> Self {
        let config = Config {
            // Most claims are about what the user is asked.
            settings: Settings {
                ssl_only: false,
                remember_consent: false,
                ..Settings::new("http://id.example")
            },
            page: AuthorizationPage::default(),
            oauth: |builder| builder,
            urls: app::urls,
            proxy_headers: &[],
        };
        let store = Store::open(&database.url).expect("a store");
        store.migrate().expect("the tables");
        let clock = MovableClock::at(1_000_000);
        let server = AuthorizationServer::new(config.settings.clone(), store).expect("settings");
        let secret = registered(&server).await;
        Self::launch(config, server, (clock, secret, OnceCell::new(), database)).await
    }

    /// The same, changed, on another port.
    pub(crate) async fn with(self, change: impl FnOnce(&mut Config)) -> Self {
        let Self { mut config, server, clock, secret, alice, database, .. } = self;
        change(&mut config);
        Self::launch(config, server, (clock, secret, alice, database)).await
    }

    async fn launch(
        config: Config,
        server: AuthorizationServer,
        (clock, secret, alice, database): (MovableClock, Secret, OnceCell<User>, Database),
    ) -> Self {
        let store = server.store().clone();
        let server = AuthorizationServer::new(config.settings.clone(), store).expect("settings");
        let server = server.with_clock(clock.clone());
        let oauth = (config.oauth)(OAuth::builder(server.clone())).build().expect("templates");
        let (address, serving) = serve((config.urls)(&oauth, config.page)).await;
        let http = client::http(config.proxy_headers);
        let _serving = Serving(serving);
        Self { server, clock, secret, address, config, http, alice, _serving, database }
    }

    /// The user, who is created when she is needed.
    pub(crate) async fn alice(&self) -> &User {
        let create = || async {
            self.database.execute(ALICE);
            let alice = self.server.verify_password("alice", PASSWORD).await.expect("the users");
            alice.expect("alice's password")
        };
        self.alice.get_or_init(create).await
    }

    /// Registers a client of this name and identifier, like `confidential` otherwise.
    pub(crate) async fn register(&self, change: impl FnOnce(&mut NewClient)) -> Option<Secret> {
        let mut new = client("another");
        change(&mut new);
        self.server.register_client(new).await.expect("a client").secret
    }
}

async fn registered(server: &AuthorizationServer) -> Secret {
    let (read, write, admin) = tokio::join!(
        server.register_scope("read", "Read your notes."),
        server.register_scope("write", "Change your notes."),
        server.register_scope("admin", "Do anything."),
    );
    read.and(write).and(admin).expect("scopes");
    let public = NewClient { secret: ClientSecret::None, ..client("public") };
    let implicit = NewClient {
        secret: ClientSecret::None,
        grant_types: vec![GrantType::Implicit],
        ..client("implicit")
    };
    let (confidential, public, implicit) = tokio::join!(
        server.register_client(client("confidential")),
        server.register_client(public),
        server.register_client(implicit),
    );
    public.and(implicit).expect("clients");
    confidential.expect("a client").secret.expect("a generated secret")
}

fn client(client_id: &str) -> NewClient {
    NewClient {
        client_id: Some(client_id.to_owned()),
        redirect_uris: vec![CALLBACK.to_owned()],
        scopes: "read write".parse().unwrap(),
        ..NewClient::new(client_id)
    }
}

/// Serves an application on a free port.
async fn serve(app: BoxEndpoint<'static, Response>) -> (SocketAddr, JoinHandle<()>) {
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.expect("a free port");
    let addresses = acceptor.local_addr();
    let address = addresses[0].as_socket_addr().copied().expect("a TCP address");
    let serving = async { Server::new_with_acceptor(acceptor).run(app).await.expect("to serve") };
    (address, tokio::spawn(serving))
}

/// Ends with the test.
struct Serving(JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}
