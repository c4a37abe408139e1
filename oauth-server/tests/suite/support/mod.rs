//! The site under test: the test kit's server, with the scopes and clients that most claims need.

#[macro_use]
#[path = "../../../../oauth-core/tests/suite/support/both_databases.rs"]
mod both_databases;
pub(crate) mod app;
pub(crate) mod client;
#[path = "../../../../oauth-core/tests/suite/support/database.rs"]
mod database;
#[path = "../../../../oauth-core/tests/suite/support/description.rs"]
mod description;
pub(crate) mod log;
pub(crate) mod nasty;
#[path = "../../../../oauth-core/tests/suite/support/postgres.rs"]
mod postgres;
#[allow(dead_code, reason = "the example's tests do more with their processes")]
#[path = "../../../../example-app/tests/suite/support/process.rs"]
pub(crate) mod process;
#[path = "../../../../oauth-core/tests/suite/support/requests.rs"]
mod requests;
mod sql;
pub(crate) mod table;
#[path = "../../../src/test_kit/temporary_directory.rs"]
pub(crate) mod temporary_directory;

use std::{net::SocketAddr, ops::Deref};

pub(crate) use oauth_server::test_kit::{Answer, Browser, Form, HtmlForm, PASSWORD};
use oauth_server::{
    AuthorizationPage, AuthorizationServer, ClientSecret, GrantType, MovableClock, NewClient,
    OAuth, OAuthBuilder, Secret, Settings, User,
    test_kit::{TestDatabase, TestServer},
};
use poem::{Response, endpoint::BoxEndpoint};
use tokio::sync::OnceCell;

pub(crate) use self::{
    client::{FormBody, authorization, basic},
    database::Database,
    description::is_description,
    requests::{CALLBACK, VERIFIER, recognised_by},
    temporary_directory::TemporaryDirectory,
};

/// A refresh token that has the shape of one and is nobody's.
pub(crate) const UNKNOWN_REFRESH_TOKEN: &str =
    "acme2rt_ASNFZ4mrze8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHxZcxgE";

/// Scopes: the server knows `read`, `write` and `admin`; the clients may ask for `read` and `write`.
///
/// Clients: `confidential` has a secret and redeems codes and refresh tokens; `public` has none and does the same with
/// PKCE; `implicit` is public and only takes tokens from the authorization endpoint.
pub(crate) struct Site {
    kit: TestServer,
    pub(crate) server: AuthorizationServer,
    pub(crate) clock: MovableClock,
    /// The secret of `confidential`.
    pub(crate) secret: Secret,
    pub(crate) address: SocketAddr,
    config: Config,
    alice: OnceCell<User>,
    /// Dropped last, when nobody uses it any more.
    pub(crate) database: Database,
}

/// What a test may want to be otherwise.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) settings: Settings,
    pub(crate) page: AuthorizationPage,
    pub(crate) oauth: fn(OAuthBuilder) -> OAuthBuilder,
    pub(crate) urls: fn(&OAuth) -> BoxEndpoint<'static, Response>,
    /// What a proxy in front of the site adds to every request.
    pub(crate) proxy_headers: &'static [(&'static str, &'static str)],
}

/// Argon2id like every password's, but with the lowest costs: the suite would spend a third of its time on hers.
const ALICE: &str = "INSERT INTO oauth_users (username, password_hash, first_name, last_name, email, is_staff, \
    is_superuser, is_active, created_at) VALUES ('alice', \
    '$argon2id$v=19$m=8,t=1,p=1$cDbZIm51KTT+btgq8f+Hrw$299zr1Xk6Jo9tqtZCtFGpROEFLZdcPfmuwqhQBC51D8', \
    '', '', '', FALSE, FALSE, TRUE, 1000000)";

impl Site {
    pub(crate) async fn on(database: Database) -> Self {
        let config = Config {
            // Most claims are about what the user is asked.
            settings: Settings {
                ssl_only: false,
                remember_consent: false,
                cookie_name: Some("oauth_session".to_owned()),
                ..Settings::new("http://id.example")
            },
            page: AuthorizationPage::default(),
            oauth: |builder| builder,
            urls: app::urls,
            proxy_headers: &[],
        };
        let clock = MovableClock::at(1_000_000);
        let kit = launch(&config, &TestDatabase::at(&database.url), &clock).await;
        let secret = registered(kit.authorization_server()).await;
        Self::of(kit, config, (secret, OnceCell::new(), database))
    }

    /// The same, changed, on another port.
    pub(crate) async fn with(self, change: impl FnOnce(&mut Config)) -> Self {
        let Self { kit, mut config, secret, alice, database, .. } = self;
        change(&mut config);
        if config.settings.ssl_only {
            // No server starts otherwise.
            config.settings.issuer = config.settings.issuer.replace("http://", "https://");
        }
        let kit = launch(&config, kit.database(), kit.clock()).await;
        Self::of(kit, config, (secret, alice, database))
    }

    fn of(
        kit: TestServer,
        config: Config,
        (secret, alice, database): (Secret, OnceCell<User>, Database),
    ) -> Self {
        let (server, clock) = (kit.authorization_server().clone(), kit.clock().clone());
        Self { server, clock, secret, address: kit.address(), kit, config, alice, database }
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

    /// A browser in which alice has signed in on the login page.
    pub(crate) async fn sign_in(&self) -> Browser {
        self.sign_in_at(self.browser()).await
    }

    /// The same browser, in which alice has signed in.
    pub(crate) async fn sign_in_at(&self, browser: Browser) -> Browser {
        self.alice().await;
        let page = browser.page("/accounts/login/").await;
        let answer = browser.submit(&page.form, &[("username", "alice"), ("password", PASSWORD)]);
        assert_eq!(answer.await.location(), "/");
        browser
    }

    /// A browser in which alice has signed in, who is a superuser and so of the staff.
    pub(crate) async fn superuser(&self) -> Browser {
        let browser = self.sign_in().await;
        self.database.execute("UPDATE oauth_users SET is_staff = TRUE, is_superuser = TRUE");
        browser
    }

    /// Registers a client of this name and identifier, like `confidential` otherwise.
    pub(crate) async fn register(&self, change: impl FnOnce(&mut NewClient)) -> Option<Secret> {
        let mut new = client("another");
        change(&mut new);
        self.server.register_client(new).await.expect("a client").secret
    }
}

impl Deref for Site {
    type Target = TestServer;

    fn deref(&self) -> &TestServer {
        &self.kit
    }
}

async fn launch(config: &Config, database: &TestDatabase, clock: &MovableClock) -> TestServer {
    let (settings, page, change) = (config.settings.clone(), config.page, config.oauth);
    let builder = TestServer::builder()
        .database(database)
        .clock(clock)
        .settings(|default| *default = settings)
        .oauth(move |builder| change(builder.authorization_page(page)))
        .without_scopes();
    let headers = config.proxy_headers.iter();
    let builder = headers.fold(builder, |builder, (name, value)| builder.header(name, value));
    builder.start(config.urls).await
}

async fn registered(server: &AuthorizationServer) -> Secret {
    let (read, write, admin) = tokio::join!(
        server.register_scope("read", "Read your notes."),
        server.register_scope("write", "Change your notes."),
        server.register_scope("admin", "Do anything."),
    );
    read.and(write).and(admin).expect("scopes");
    let public = NewClient { secret: ClientSecret::None, require_pkce: None, ..client("public") };
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
        require_pkce: Some(false),
        ..NewClient::new(client_id)
    }
}
