//! Turns a poem application into an OAuth 2.0 provider: other applications act for its users, as far as each allows.
//!
//! ```no_run
//! use oauth_server::{Access, AuthorizationPage, AuthorizationServer, OAuth, Settings, Store, scope, sync_scopes};
//! use poem::{EndpointExt, Route, handler, listener::TcpListener};
//!
//! scope! { pub UserInfo = "user_info", "Access basic information about the user." }
//!
//! #[handler]
//! async fn whoami(token: Access<UserInfo>) -> String {
//!     format!("{} acts for {:?}", token.client_id, token.subject)
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let store = Store::open("sqlite://provider.sqlite3")?;
//!     store.migrate()?;
//!     // For development: the default refuses what does not come over TLS.
//!     let settings = Settings { ssl_only: false, ..Settings::new("http://localhost:8080") };
//!     let server = AuthorizationServer::new(settings, store)?;
//!     sync_scopes(&server, &[]).await?; // a scope must be known before anybody can be granted it
//!     let oauth = OAuth::builder(server).build()?;
//!
//!     let app = Route::new()
//!         .nest("/accounts", oauth.accounts())
//!         .at("/oauth2/authorization", oauth.authorization_endpoint(AuthorizationPage::default()))
//!         .at("/oauth2/token", oauth.token_endpoint())
//!         .at("/whoami", whoami)
//!         .with(oauth.middleware());
//!     poem::Server::new(TcpListener::bind("127.0.0.1:8080")).run(app).await?;
//!     Ok(())
//! }
//! ```
//!
//! Clients are registered with `AuthorizationServer::register_client`, users of the bundled accounts created with
//! `create_user`.
//!
//! What stands where: an endpoint is a file of `endpoint/`, an RFC's error registry a file of `response/`; [`Access`]
//! guards a poem handler and [`Secured`] a poem-openapi operation; [`Users`] brings your own users; every page is a
//! handlebars template that [`OAuthBuilder::template`] replaces by its name, and every text on it a message that
//! [`OAuthBuilder::locale`] says in another language. The admin site, [`OAuth::admin`], is `admin/`, a file for each kind of
//! record.

mod accounts;
mod admin;
mod builder;
mod endpoint;
mod guard;
mod locale;
mod middleware;
mod openapi;
mod pages;
mod presentation;
mod proxy;
mod redirect_source;
mod request;
mod response;
mod scope;
#[doc(hidden)]
pub mod scope_name;
mod scope_sync;
mod session;
mod swagger;
#[cfg(feature = "test-kit")]
pub mod test_kit;
mod users;

pub use async_trait::async_trait;
pub use inventory;
pub use ipnet::IpNet;
pub use oauth_core::{
    self, AccessToken, AccountError, AuthorizationServer, BearerError, Client, ClientChange,
    ClientSecret, Clock, Event, EventKind, Events, GrantType, Lifetime, MovableClock, NewClient,
    NewScope, NewUser, RedirectUri, Registered, RegistrationError, RequireState, Revocation,
    Scopes, Secret, Settings, Store, StoreError, Subscription, User,
};

pub use self::{
    accounts::Accounts,
    builder::{BuildError, OAuth, OAuthBuilder},
    endpoint::{authorization::AuthorizationPage, token::OAuthApi},
    guard::Access,
    middleware::{OAuthEndpoint, OAuthMiddleware},
    openapi::{Document, Secured},
    pages::Page,
    presentation::{Anywhere, InHeader, InHeaderOrBody, Presentation},
    scope::{AllOf, AnyOf, Scope, ScopeDeclaration, ScopeSet, declared_scopes},
    scope_sync::{SyncedScopes, missing_scopes, sync_scopes},
    users::{ResourceOwner, Users},
};
