//! OAuth 2.0 as a library: requests are parsed and judged, grants and tokens issued and stored, on SQLite or
//! PostgreSQL. It knows nothing of HTTP; `oauth-server` puts it on the wire with [poem](https://docs.rs/poem), and is
//! where an application begins.
//!
//! [`AuthorizationServer`] has the verbs of the protocol. This is the authorization code grant (RFC 6749 §4.1), whole:
//!
//! ```
//! use oauth_core::{AuthorizationResponse, AuthorizationServer, NewClient, Params, Settings, Store};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = std::env::temp_dir().join(format!("oauth-core-doc-{}", std::process::id()));
//! # std::fs::create_dir(&directory)?;
//! # let database_url = format!("sqlite://{}", directory.join("doc.sqlite3").display());
//! let store = Store::open(&database_url)?; // sqlite://provider.sqlite3, or postgres://...
//! store.migrate()?;
//! let server = AuthorizationServer::new(Settings::new("https://id.example"), store)?;
//! server.register_scope("photos", "See your photos.").await?;
//! let registered = server
//!     .register_client(NewClient {
//!         redirect_uris: vec!["https://printer.example/callback".to_owned()],
//!         scopes: "photos".parse()?,
//!         ..NewClient::new("Printer")
//!     })
//!     .await?;
//! let (client_id, secret) = (registered.client.client_id, registered.secret.expect("drawn"));
//!
//! // The authorization endpoint: the client sends the user's browser, with a query and PKCE's challenge (RFC 7636).
//! let pkce = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
//! let query = format!("response_type=code&client_id={client_id}&scope=photos&state=xyz&{pkce}");
//! let request = server.authorization_request(&Params::parse(query.as_bytes())).await?;
//! assert_eq!(request.client().name(), "Printer");
//! // The user says yes, and the browser goes back to the client, with a code.
//! let AuthorizationResponse::Redirect(location) = server.accept(request, "alice").await? else {
//!     unreachable!("the request asked for no other response mode")
//! };
//! let (_, answer) = location.split_once('?').expect("a query");
//! let answer = Params::parse(answer.as_bytes());
//! assert_eq!(answer.get("state"), Some("xyz"));
//!
//! // The token endpoint: the client trades the code for an access token.
//! let (code, secret) = (answer.get("code").expect("a code"), secret.expose());
//! let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
//! let proof = format!("client_id={client_id}&client_secret={secret}&code_verifier={verifier}");
//! let body = format!("grant_type=authorization_code&code={code}&{proof}");
//! let tokens = server.token(None, &Params::parse(body.as_bytes())).await?;
//!
//! // The protected resource: the token says for whom the client acts.
//! let token = server.verify(tokens.access_token.expose(), &"photos".parse()?).await?;
//! assert_eq!(token.subject.as_deref(), Some("alice"));
//! # std::fs::remove_dir_all(&directory).ok();
//! # Ok(())
//! # }
//! ```
//!
//! # What stands where
//!
//! | | |
//! |---|---|
//! | the verbs, and what they run on | [`AuthorizationServer`], [`Settings`], [`Store`], [`Clock`] |
//! | what comes over the wire | [`Params`], [`Scopes`], [`RedirectUri`], [`Secret`] |
//! | the authorization endpoint | [`AuthorizationRequest`], [`AuthorizationResponse`], [`AuthorizationError`] |
//! | devices without a browser | [`DeviceAuthorization`], [`DeviceRequest`] |
//! | the token endpoint | [`Tokens`], [`GrantType`], [`TokenError`] |
//! | protected resources | [`AccessToken`], [`Act`], [`BearerError`], [`Resource`], [`Resources`] |
//! | clients and scopes | [`NewClient`], [`Registered`], [`Client`], [`NewScope`], [`Scope`] |
//! | clients that register themselves, or are known by a document | [`DynamicRegistration`], [`AuthorizationServer::register_stranger`], [`ClientInformation`], [`ClientRegistrationError`]; [`Settings::client_id_metadata`]; [`RegisteredBy`] |
//! | the bundled accounts | [`NewUser`], [`User`], [`Session`], [`ConnectedApp`] |
//! | beside an application's own tables | [`with_diesel`], [`SQLITE_PRAGMAS`], [`StoreOptions`] |
//! | what an operator does and hears | [`admin`], [`Events`], [`Event`], [`Origin`] |
//!
//! # Features
//!
//! - `sqlite` (on), `postgres`: the databases. At least one is switched on; the other costs nothing then.
//! - `bundled-sqlite` (on): SQLite is compiled in. Without it the application brings its own, or the system's is used.
//! - `bundled-libpq`: libpq is compiled in, without TLS, also for the application's own connections to PostgreSQL. Such a
//!   build only speaks to a database of this machine, unless its URL says `sslmode=disable`. Without it the system's libpq
//!   is used.
//! - `postgres-tls`: libpq is compiled in, with TLS through the system's OpenSSL.
//!
//! Next: the architecture, with what is stored and a walk through each endpoint, is `oauth-core/ARCHITECTURE.md`, and
//! the module `architecture` of this documentation.

// Which feature an item is behind stands beside it on docs.rs.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(not(any(feature = "sqlite", feature = "postgres")))]
compile_error!("switch on a database: the feature `sqlite`, `postgres`, or both");

mod account;
mod act;
pub mod admin;
/// How it is made: the file `ARCHITECTURE.md`.
#[cfg(doc)]
#[doc = include_str!("../ARCHITECTURE.md")]
pub mod architecture {}
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
mod authorization;
mod bearer;
mod clearing;
mod client_auth;
mod clock;
mod consent;
mod cors;
mod csrf;
mod device;
mod error;
mod event;
mod fetch;
mod field;
mod grant;
mod grant_type;
mod introspected;
mod introspection;
mod jwt;
mod key;
mod oidc;
mod origin;
mod params;
mod password;
mod pkce;
mod policy;
mod precis;
mod redirect_uri;
mod registration;
mod resource;
mod resource_request;
mod revocation;
mod scope;
mod scope_request;
mod secret;
mod server;
mod settings;
mod signing_algorithm;
mod step_up;
mod store;

pub use async_trait::async_trait;

pub use self::{
    account::{
        AccountError, Caller, Guess, GuessError, PasswordChange, PasswordError, Session,
        SessionRecord,
    },
    act::Act,
    authorization::{AuthorizationRequest, AuthorizationResponse, Pushed},
    bearer::AccessToken,
    clearing::{Cleared, Clearing, ClearingTask},
    clock::{Clock, MovableClock, Timestamp},
    consent::ConnectedApp,
    csrf::FormKey,
    device::{DeviceAuthorization, DeviceRequest},
    error::{
        AuthorizationError, AuthorizationErrorCode, BearerError, ClientRegistrationError,
        PageFault, TokenError,
    },
    event::{ClientChange, Event, EventKind, Events, GuessLimit, Missed, Revocation, Subscription},
    fetch::HostResolver,
    field::{Advice, FieldError, Problem},
    grant::{GrantRequest, Granted, Tokens},
    grant_type::{GrantType, UnknownGrantType},
    introspected::{Introspected, InvalidIntrospection},
    introspection::Introspection,
    key::{InvalidKeyEncryption, JwkSet, KeyEncryption, KeyState, SigningKeyRecord},
    oidc::{
        AtBrowser, Authentication, ClaimsSource, DeliveryTask, LogoutError, LogoutRequest, SignIn,
        UserInfo, WantedClaims,
    },
    origin::Origin,
    params::Params,
    policy::{Endpoint, Policy, PolicyData, PolicyRequest, Ruling},
    redirect_uri::{InvalidRedirectUri, RedirectUri},
    registration::{
        ClientInformation, ClientSecret, Lifetime, NewClient, Registered, RegistrationError,
    },
    resource::{InvalidResource, Resource, Resources},
    scope::{InvalidScope, Scopes, is_scope_token},
    secret::Secret,
    server::{ActiveCheck, AuthorizationServer, PasswordVerifier},
    settings::{
        DynamicRegistration, InvalidSetting, RequireState, Settings, UnknownDynamicRegistration,
        UnknownRequireState,
    },
    signing_algorithm::{SigningAlgorithm, UnknownSigningAlgorithm},
    step_up::RequiredSignIn,
    store::{
        MigratedBy, NotReady, SQLITE_PRAGMAS, Spread, Store, StoreError, StoreOptions,
        client::{
            ApplicationType, Client, ClientMetadata, IdTokenResponse, OpenIdMetadata, RegisteredBy,
            StoredSecret, SubjectType, UnknownApplicationType, UnknownResponseType,
            UnknownSubjectType,
        },
        scope::{NewScope, Scope},
        user::{NewUser, User},
        with_diesel,
    },
};
