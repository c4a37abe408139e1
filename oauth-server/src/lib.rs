//! Turns a poem application into an OAuth 2.0 provider: other applications act for its users, as far as each allows.
//!
//! ```
//! use oauth_server::{Access, AuthorizationServer, GrantType, NewClient, OAuth, Settings, Store, scope, sync_scopes};
//! use poem::{Endpoint, EndpointExt, Request, Response, handler, http::Method};
//!
//! scope! { pub UserInfo = "user_info", "Access basic information about the user." }
//!
//! /// Only who has a token of this scope gets here.
//! #[handler]
//! async fn whoami(token: Access<UserInfo>) -> String {
//!     format!("{} acts for {:?}", token.client_id, token.subject)
//! }
//!
//! /// What stands where.
//! fn urls(oauth: &OAuth) -> impl Endpoint<Output = Response> + use<> {
//!     oauth.routes().at("/whoami", whoami).with(oauth.middleware())
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = std::env::temp_dir().join(format!("oauth-server-doc-{}", std::process::id()));
//! # std::fs::create_dir(&directory)?;
//! # let database_url = format!("sqlite://{}", directory.join("doc.sqlite3").display());
//! let store = Store::open(&database_url)?; // sqlite://provider.sqlite3, or postgres://...
//! store.migrate()?;
//! // For development: the default refuses what does not come over TLS.
//! let settings = Settings { ssl_only: false, ..Settings::new("http://localhost:8080") };
//! let server = AuthorizationServer::new(settings, store)?;
//! sync_scopes(&server, &[]).await?; // a scope must be known before anybody can be granted it
//! let oauth = OAuth::builder(server).build()?;
//! let app = urls(&oauth); // oauth_server::serve(acceptor, app).run().await?
//!
//! // A client is registered once. This one acts for itself; the others send a user's browser to the authorization
//! // endpoint first.
//! let registered = oauth
//!     .server()
//!     .register_client(NewClient {
//!         grant_types: vec![GrantType::ClientCredentials],
//!         client_credentials_scopes: "user_info".parse()?,
//!         ..NewClient::new("Robot")
//!     })
//!     .await?;
//! let (client_id, secret) = (registered.client.client_id, registered.secret.expect("drawn"));
//!
//! // It gets a token,
//! let request = Request::builder()
//!     .method(Method::POST)
//!     .uri("/oauth2/token".parse()?)
//!     .content_type("application/x-www-form-urlencoded")
//!     .body(format!(
//!         "grant_type=client_credentials&scope=user_info&client_id={client_id}&client_secret={}",
//!         secret.expose()
//!     ));
//! let tokens: serde_json::Value = app.call(request).await?.into_body().into_json().await?;
//! let token = tokens["access_token"].as_str().expect("a token");
//!
//! // and with it it gets in.
//! let request = Request::builder().uri("/whoami".parse()?).header("Authorization", format!("Bearer {token}"));
//! let answer = app.call(request.finish()).await?.into_body().into_string().await?;
//! assert_eq!(answer, format!("{client_id} acts for None"));
//! let refused = app.call(Request::builder().uri("/whoami".parse()?).finish()).await?;
//! assert_eq!(refused.status(), 401);
//! # std::fs::remove_dir_all(&directory).ok();
//! # Ok(())
//! # }
//! ```
//!
//! # What stands where
//!
//! | you want to | look at |
//! |---|---|
//! | mount the provider | [`OAuth`], [`OAuthBuilder`], [`OAuth::routes`], [`Addresses`], [`AuthorizationPage`], [`OAuth::middleware`] |
//! | guard a poem handler | [`Access`], [`Me`], [`scope!`], [`ScopeSet`], [`AnyOf`], [`Presentation`] |
//! | guard a poem-openapi operation, and show it | [`Secured`], [`Shown`], [`OAuthApi`], [`OAuth::document`], [`OAuth::swagger_ui`] |
//! | keep an API's tokens apart from another's | [`resource!`], [`ProtectedResource`], [`At`], [`Resource`] |
//! | guard an API in a process without the database | `RemoteGuard`, behind the feature `remote-guard` |
//! | register scopes and clients | [`sync_scopes`], [`missing_scopes`], [`NewClient`], [`AuthorizationServer::register_client`] |
//! | let clients register themselves, or be known by a document | [`Settings::dynamic_registration`], [`Settings::client_id_metadata`], [`guide::clients`], [`guide::mcp`] |
//! | bring your own users, or use the bundled ones | [`Users`], [`ResourceOwner`], [`OAuth::guess`]; [`Accounts`], [`NewUser`] |
//! | refuse in your own words | [`OAuthBuilder::refusal`], [`GuardRefusal`], [`OAuth::refuse`] |
//! | serve a grant of your own | [`OAuthBuilder::grant`], [`GrantRequest`], [`Granted`] |
//! | rule on what is issued | [`OAuthBuilder::policy`], [`Policy`], [`PolicyRequest`], [`Ruling`] |
//! | have pages of your own | [`OAuthBuilder::template_folder`], [`OAuthBuilder::locale`], [`Page`] |
//! | let staff administer, and users take back | [`OAuth::admin`], [`OAuth::connected_apps`] |
//! | set it, and hear of what happens | [`Settings`], [`AuthorizationServer::events`], [`Event`], [`Origin`] |
//! | tell a load balancer whether it can serve | [`OAuth::readiness_endpoint`], [`Store::ready`] |
//! | delete what has ended | [`AuthorizationServer::clear_expired_every`], [`AuthorizationServer::clearing`] |
//! | tell clients of logouts | [`AuthorizationServer::deliver_logouts_always`], [`guide::login`] |
//! | have its commands on your own command line | the module `cli`, behind the feature `cli`, and [`guide::commands`] |
//! | test it | the module `test_kit`, behind the feature `test-kit` |
//! | route by method, with refusals that say what is allowed | [`methods`] |
//! | serve it, so that no caller holds what others need | [`serve`](serve()), [`Serve`] |
//! | do without HTTP | [`oauth_core`], whose names are found there |
//!
//! # Features
//!
//! - `sqlite` (on), `postgres`: the databases. At least one is switched on; the other costs nothing then.
//! - `bundled-sqlite` (on): SQLite is compiled in. Without it the application brings its own, or the system's is used.
//! - `bundled-libpq`: libpq is compiled in, without TLS, also for the application's own connections to PostgreSQL. Without
//!   it the system's libpq is used.
//! - `postgres-tls`: libpq is compiled in, with TLS through the system's OpenSSL.
//! - `cli`: the provider's commands (`migrate`, `register-client` and so on), as a clap `Subcommand` to flatten into your own.
//! - `remote-guard`: `RemoteGuard`, by which guards in another process ask the provider what a token is worth.
//! - `test-kit`: for the tests of your application, in `[dev-dependencies]`: it served on a free port, over a database
//!   of its own, with a clock that you move, users and clients.
//!
//! # Next
//!
//! [`guide`] goes into what an application meets on its way, one subject each: [`guide::embedding`], [`guide::commands`],
//! [`guide::users`], [`guide::guards`], [`guide::pages`], [`guide::clients`], [`guide::login`], [`guide::policy`], [`guide::testing`], [`guide::operating`],
//! [`guide::scaling`], [`guide::when_a_user_goes`]. In the repository, `oauth-server/examples/` has short programs to copy
//! from (`own_users`, `plain_handler`, `own_templates`, `tenants`, `notes`,
//! `remote_api`), and `example-app/` is a whole application.

// Which feature an item is behind stands beside it on docs.rs.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod accounts;
mod addresses;
mod admin;
mod body;
mod build_error;
mod builder;
#[cfg(feature = "cli")]
pub mod cli;
mod cookies;
mod cors;
mod csrf;
mod endpoint;
mod forwarded;
mod guard;
mod guess;
pub mod guide;
mod locale;
mod mcp;
pub mod methods;
mod middleware;
mod oauth;
mod openapi;
mod own;
mod pages;
mod presentation;
mod proxy;
mod qr_code;
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
mod refusals;
#[cfg(feature = "remote-guard")]
mod remote_guard;
mod request;
mod request_id;
mod resource;
mod response;
mod routes;
mod scope;
#[doc(hidden)]
pub mod scope_name;
mod scope_sync;
mod sealed;
mod serve;
mod swagger;
#[cfg(feature = "test-kit")]
pub mod test_kit;
mod users;

pub use async_trait::async_trait;
pub use inventory;
pub use ipnet::IpNet;
pub use oauth_core::{
    self, AccessToken, AccountError, Act, Advice, ApplicationType, Authentication,
    AuthorizationServer, BearerError, Caller, Cleared, Clearing, ClearingTask, Client,
    ClientChange, ClientInformation, ClientMetadata, ClientRegistrationError, ClientSecret, Clock,
    ConnectedApp, DeliveryTask, DynamicRegistration, Endpoint, Event, EventKind, Events,
    FieldError, GrantRequest, GrantType, Granted, Guess, GuessError, GuessLimit, HostResolver,
    IdTokenResponse, InvalidKeyEncryption, InvalidRedirectUri, InvalidResource, InvalidScope,
    InvalidSetting, KeyEncryption, Lifetime, MigratedBy, Missed, MovableClock, NewClient, NewScope,
    NewUser, NotReady, OpenIdMetadata, Origin, PasswordChange, PasswordError, Policy, PolicyData,
    PolicyRequest, Problem, RedirectUri, Registered, RegisteredBy, RegistrationError, RequireState,
    RequiredSignIn, Resource, Resources, Revocation, Ruling, Scopes, Secret, Session, Settings,
    SigningAlgorithm, Spread, Store, StoreError, StoreOptions, SubjectType, Subscription,
    Timestamp, TokenError, UnknownApplicationType, UnknownGrantType, UnknownRequireState, User,
    WantedClaims,
};
/// The web framework, at the version that this crate's endpoints and middleware belong to.
pub use poem;
/// The OpenAPI half of it, likewise.
pub use poem_openapi;

#[cfg(feature = "remote-guard")]
pub use self::remote_guard::{RemoteGuard, RemoteGuardSettings, RemotelyGuarded};
pub use self::{
    accounts::Accounts,
    addresses::Addresses,
    build_error::BuildError,
    builder::OAuthBuilder,
    cors::{Cors, CorsEndpoint},
    endpoint::{
        api::OAuthApi, authorization::AuthorizationPage, resource_metadata::ResourceMetadata,
    },
    guard::{Access, FromSubject, Guard, GuardRefusal, Me, Secured, Shown, SignInLevel, StepUp},
    mcp::{McpEndpoint, McpResource},
    middleware::{OAuthEndpoint, OAuthMiddleware},
    oauth::OAuth,
    openapi::Document,
    own::{FullMiddleware, OwnEndpoint},
    pages::Page,
    presentation::{Anywhere, InHeader, InHeaderOrBody, Presentation},
    qr_code::qr_code,
    resource::{At, ProtectedResource},
    scope::{AllOf, AnyOf, Scope, ScopeDeclaration, ScopeSet, declared_scopes},
    scope_sync::{SyncedScopes, missing_scopes, sync_scopes},
    serve::{Serve, serve},
    users::{ResourceOwner, Users},
};
