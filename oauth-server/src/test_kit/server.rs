//! The application under test, and who talks to it.

use std::net::SocketAddr;

use oauth_core::{
    AccountError, AuthorizationServer, ClientSecret, MovableClock, NewClient, NewUser, User,
};
use poem::IntoEndpoint;
use reqwest::{Method, RequestBuilder};
use tokio::task::JoinHandle;

use super::{
    Answer, Browser, CALLBACK, Form, TestClient, TestDatabase, TestServerBuilder,
    builder::Paths,
    http::{self, Http},
};
use crate::{OAuth, cookies::Cookies};

/// An application that embeds the provider, as it is tested: real HTTP on a free port of this machine, a database of
/// its own, a clock that stands still until it is moved. It ends with the value.
///
/// See [the module](super) for a first test.
pub struct TestServer {
    pub(super) oauth: OAuth,
    pub(super) clock: MovableClock,
    pub(super) address: SocketAddr,
    pub(super) http: Http,
    pub(super) paths: Paths,
    pub(super) _serving: Serving,
    /// Dropped last, when nobody uses it any more.
    pub(super) database: TestDatabase,
}

/// The password of every user that the kit creates.
pub const PASSWORD: &str = "correct horse battery staple";

impl TestServer {
    /// Starts an application, which is given its provider. Every scope that the program declares is registered.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn start<A: IntoEndpoint>(application: impl FnOnce(&OAuth) -> A) -> Self
    where
        A::Endpoint: 'static,
    {
        Self::builder().start(application).await
    }

    /// Starts with the defaults, to be changed.
    pub fn builder() -> TestServerBuilder {
        TestServerBuilder::new()
    }

    /// The provider.
    #[must_use]
    pub fn oauth(&self) -> &OAuth {
        &self.oauth
    }

    /// Its authorization server: for what the kit has no verb for.
    #[must_use]
    pub fn authorization_server(&self) -> &AuthorizationServer {
        self.oauth.server()
    }

    /// The clock of the provider.
    #[must_use]
    pub fn clock(&self) -> &MovableClock {
        &self.clock
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.http.origin())
    }
}

/// Whom it knows.
impl TestServer {
    /// A browser in which nobody has signed in. An application with its own users signs in here, on its own login page.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser::new(self.http.clone(), self.paths.clone())
    }

    /// A browser in which this user of the bundled accounts has signed in, who is created when there is none: a plain
    /// user. Staff are created before, with [`AuthorizationServer::create_user`].
    ///
    /// An application with its own users knows nothing of this session: there a test takes a [`browser`](Self::browser)
    /// and signs in as users do, or gives it the application's own cookie ([`Browser::set_cookie`]). The guide
    /// [`testing`](crate::guide::testing) has such a test, whole.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn sign_in(&self, username: &str) -> Browser {
        let user = self.user(username).await;
        let server = self.authorization_server();
        let session = server.sign_in(None, user).await.expect("a session");
        let browser = self.browser();
        let cookies = Cookies::of(server.settings());
        browser.set_cookie(cookies.session.name(), session.secret.expose());
        browser
    }

    /// The user of the bundled accounts, created with [`PASSWORD`] when there is none.
    ///
    /// # Panics
    /// When the name cannot be one, or the database fails.
    pub async fn user(&self, username: &str) -> User {
        let server = self.authorization_server();
        if let Some(user) = server.user_named(username).await.expect("the users") {
            return user;
        }
        let new = NewUser { username: username.to_owned(), ..NewUser::default() };
        match server.create_user(new, PASSWORD).await {
            Err(AccountError::Taken(_)) => {
                let user = server.user_named(username).await.expect("the users");
                user.expect("the user whom another task has just created")
            }
            created => created.expect("a user"),
        }
    }

    /// A new client with a secret, which may ask for these scopes and redeem codes and refresh tokens.
    ///
    /// # Panics
    /// When a scope is not known.
    pub async fn register_client(&self, scope: &str) -> TestClient {
        self.register(client("Test client", scope)).await
    }

    /// The same without a secret: a public client, which proves itself with PKCE (RFC 6749 §2.1, RFC 7636).
    ///
    /// # Panics
    /// When a scope is not known.
    pub async fn register_public_client(&self, scope: &str) -> TestClient {
        let new = client("Public test client", scope);
        self.register(NewClient { secret: ClientSecret::None, ..new }).await
    }

    /// A new client of any kind; its redirect URI is [`CALLBACK`] where it has none.
    ///
    /// # Panics
    /// When it cannot be registered.
    pub async fn register(&self, mut new: NewClient) -> TestClient {
        if new.redirect_uris.is_empty() {
            new.redirect_uris.push(CALLBACK.to_owned());
        }
        let registered = self.authorization_server().register_client(new.clone()).await;
        let registered = registered.unwrap_or_else(|error| panic!("{new:?}: {error}"));
        TestClient::new(self.http.clone(), &self.paths.token, &new, registered)
    }
}

/// What a program asks of it, without cookies.
impl TestServer {
    /// A request, to be completed and [sent](Self::send).
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, path)
    }

    /// Sends a request.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        http::send(request).await
    }

    /// A GET request.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// A POST request with a form.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn post(&self, path: &str, form: &Form) -> Answer {
        self.send(self.http.form(path, form)).await
    }

    /// A GET request with a token in its header: RFC 6750 §2.1.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn call(&self, path: &str, access_token: &str) -> Answer {
        self.send(self.request(Method::GET, path).bearer_auth(access_token)).await
    }

    /// A POST request with a token in its form: RFC 6750 §2.2, for a guard that takes it [there](crate::InHeaderOrBody).
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn call_in_form(&self, path: &str, access_token: &str) -> Answer {
        self.post(path, &Form::new(&[("access_token", access_token)])).await
    }

    /// A GET request with a token in its query: RFC 6750 §2.3, for a guard that takes it [there](crate::Anywhere).
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn call_in_query(&self, path: &str, access_token: &str) -> Answer {
        let separator = if path.contains('?') { '&' } else { '?' };
        let query = Form::new(&[("access_token", access_token)]).encoded();
        self.get(&format!("{path}{separator}{query}")).await
    }
}

fn client(name: &str, scope: &str) -> NewClient {
    NewClient { scopes: scope.parse().expect("scopes"), ..NewClient::new(name) }
}

/// Ends with the test.
pub(super) struct Serving(pub(super) JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}
