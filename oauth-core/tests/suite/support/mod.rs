//! The fixture: a server on a database of its own, its clients, and what they do.

#[macro_use]
mod both_databases;
mod assertions;
mod database;
mod description;
#[allow(dead_code, unreachable_pub, reason = "it belongs to the test kit, which is a library")]
#[path = "../../../../oauth-server/src/test_kit/form.rs"]
mod form;
pub(crate) mod own_postgres;
mod postgres;
pub(crate) mod proxy;
pub(crate) mod queries;
mod requests;
pub(crate) mod resources;
mod sql;
#[path = "../../../../oauth-server/src/test_kit/temporary_directory.rs"]
mod temporary_directory;
mod wire;

use std::sync::Mutex;

use oauth_core::{
    AuthorizationError, AuthorizationRequest, AuthorizationServer, ClientSecret, EventKind,
    GrantType, MovableClock, NewClient, Registered, Scopes, Secret, Settings, Spread, Store,
    StoreOptions, Subscription, TokenError, Tokens,
};

pub(crate) use self::{
    assertions::{assert_dead, assert_live, assert_refused},
    database::Database,
    description::is_description,
    form::Form,
    requests::{
        CALLBACK, CHALLENGE, VERIFIER, code_request, implicit_request,
        public_exchange as public_exchange_form, public_request, recognised_by,
    },
    resources::{App, MAIL, NOTES, all, resource, scope_at},
    sql::Column,
    temporary_directory::TemporaryDirectory,
    wire::{Redirect, in_fragment, in_query},
};

/// Scopes: the server knows `read`, `write` and `admin`, and `retired`, which is disabled; the clients may ask for
/// `read`, `write` and `retired`.
///
/// Clients: `confidential` has a secret and redeems codes and refresh tokens; `public` has none and does the same with
/// PKCE; `implicit` is public and only takes tokens from the authorization endpoint.
pub(crate) struct Fixture {
    pub(crate) server: AuthorizationServer,
    pub(crate) clock: MovableClock,
    /// The secret of `confidential`.
    pub(crate) secret: Secret,
    subscription: Mutex<Subscription>,
    /// Dropped last, when nobody uses it any more.
    pub(crate) database: Database,
}

/// A client of this identifier, like the fixture's own: it need not use PKCE, as those of the seeds.
pub(crate) fn client(client_id: &str) -> NewClient {
    NewClient {
        client_id: Some(client_id.to_owned()),
        redirect_uris: vec![CALLBACK.to_owned()],
        scopes: "read write retired".parse().unwrap(),
        require_pkce: Some(false),
        ..NewClient::new(client_id)
    }
}

/// A client that acts for itself, and asks no user.
pub(crate) fn machine(client_id: &str) -> NewClient {
    NewClient {
        grant_types: vec![GrantType::ClientCredentials],
        scopes: Scopes::default(),
        client_credentials_scopes: scopes("read write retired"),
        ..client(client_id)
    }
}

pub(crate) fn scopes(text: &str) -> Scopes {
    text.parse().unwrap()
}

impl Fixture {
    pub(crate) async fn on(database: Database) -> Self {
        Self::with_options(database, StoreOptions::default()).await
    }

    pub(crate) async fn with_options(database: Database, options: StoreOptions) -> Self {
        let store = Store::open_with(&database.url, options).expect("a store");
        if database.is_spread() {
            store.migrate_spread(Spread::Partitions).expect("the tables");
        } else {
            store.migrate().expect("the tables");
        }
        let clock = MovableClock::at(1_000_000);
        let server = serve(Settings::new("https://id.example"), store, &clock);

        let (read, write) = (("read", "Read"), ("write", "Write"));
        for (name, description) in [read, write, ("admin", "Administer"), ("retired", "Retired")] {
            server.register_scope(name, description).await.unwrap();
        }
        server.set_scope_disabled("retired", true).await.unwrap();
        let registered = server.register_client(client("confidential")).await.unwrap();
        let secret = registered.secret.expect("a generated secret");
        let public =
            NewClient { secret: ClientSecret::None, require_pkce: None, ..client("public") };
        let grant_types = vec![GrantType::Implicit];
        let implicit = NewClient { secret: ClientSecret::None, grant_types, ..client("implicit") };
        for new in [public, implicit] {
            server.register_client(new).await.unwrap();
        }
        let subscription = Mutex::new(server.events().subscribe());
        Self { server, clock, secret, subscription, database }
    }

    /// The same with another setting.
    pub(crate) fn with(self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.server.settings().clone();
        change(&mut settings);
        let server = serve(settings, self.server.store().clone(), &self.clock);
        let subscription = Mutex::new(server.events().subscribe());
        Self { server, subscription, ..self }
    }

    pub(crate) async fn register(&self, new: NewClient) -> Registered {
        self.server.register_client(new).await.expect("a client")
    }

    /// What was raised since it was last asked for.
    pub(crate) fn events(&self) -> Vec<EventKind> {
        let mut subscription = self.subscription.lock().unwrap();
        let next = || subscription.try_next().map(|heard| heard.expect("none missed").kind.clone());
        std::iter::from_fn(next).collect()
    }

    /// Those of them that tell of a stolen code or token.
    pub(crate) fn alarms(&self) -> Vec<EventKind> {
        use EventKind::{AuthorizationCodeUsedAgain, RefreshTokenUsedAfterInvalidation};
        let is_alarm = |kind: &EventKind| {
            matches!(
                kind,
                AuthorizationCodeUsedAgain { .. } | RefreshTokenUsedAfterInvalidation { .. }
            )
        };
        self.events().into_iter().filter(is_alarm).collect()
    }

    pub(crate) async fn judge(
        &self,
        request: &Form,
    ) -> Result<AuthorizationRequest, AuthorizationError> {
        self.server.authorization_request(&request.params()).await
    }

    /// Where the browser goes when alice says yes.
    pub(crate) async fn authorize(&self, request: &Form) -> String {
        let request = self.judge(request).await.expect("a request for alice");
        let response = self.server.accept(request, "alice").await.expect("an answer");
        response.location().to_owned()
    }

    /// A code that alice gave.
    pub(crate) async fn code(&self, request: &Form) -> String {
        in_query(&self.authorize(request).await, "code").expect("a code")
    }

    /// How `confidential` redeems a code.
    pub(crate) fn exchange_form(&self, code: &str) -> Form {
        self.authenticated("authorization_code").set("code", code).set("redirect_uri", CALLBACK)
    }

    /// How `confidential` redeems a refresh token.
    pub(crate) fn refresh_form(&self, refresh_token: &Secret) -> Form {
        self.authenticated("refresh_token").set("refresh_token", refresh_token.expose())
    }

    fn authenticated(&self, grant_type: &str) -> Form {
        let secret = self.secret.expose();
        Form::new(&[
            ("grant_type", grant_type),
            ("client_id", "confidential"),
            ("client_secret", secret),
        ])
    }

    pub(crate) async fn exchange(&self, code: &str) -> Result<Tokens, TokenError> {
        self.token(&self.exchange_form(code)).await
    }

    pub(crate) async fn refresh(&self, refresh_token: &Secret) -> Result<Tokens, TokenError> {
        self.token(&self.refresh_form(refresh_token)).await
    }

    /// Sends a token request; whatever a refusal says must be fit to be sent.
    pub(crate) async fn token(&self, request: &Form) -> Result<Tokens, TokenError> {
        let answer = self.server.token(None, &request.params()).await;
        if let Err(refusal) = &answer {
            assertions::assert_fit_to_be_sent(refusal.description(), request);
        }
        answer
    }

    /// What `confidential` gets when alice says yes: a pair of tokens for `read write`.
    pub(crate) async fn tokens(&self) -> Tokens {
        let code = self.code(&code_request()).await;
        self.exchange(&code).await.expect("tokens")
    }
}

/// How `public` redeems a refresh token.
pub(crate) fn public_refresh_form(refresh_token: &Secret) -> Form {
    Form::new(&[
        ("grant_type", "refresh_token"),
        ("client_id", "public"),
        ("refresh_token", refresh_token.expose()),
    ])
}

/// The refresh token of an answer that has one.
pub(crate) fn refresh_token(tokens: &Tokens) -> &Secret {
    tokens.refresh_token.as_ref().expect("a refresh token")
}

fn serve(settings: Settings, store: Store, clock: &MovableClock) -> AuthorizationServer {
    let server = AuthorizationServer::new(settings, store).expect("settings in their range");
    server.with_clock(clock.clone())
}
