#![doc = include_str!("../ARCHITECTURE.md")]

mod account;
pub mod admin;
mod authorization;
mod bearer;
mod client_auth;
mod clock;
mod consent;
mod error;
mod event;
mod field;
mod grant;
mod params;
mod password;
mod pkce;
mod redirect_uri;
mod registration;
mod scope;
mod scope_request;
mod secret;
mod server;
mod settings;
mod store;

pub use self::{
    account::{AccountError, Session},
    authorization::AuthorizationRequest,
    bearer::AccessToken,
    clock::{Clock, MovableClock, Timestamp},
    consent::ConnectedApp,
    error::{AuthorizationError, AuthorizationErrorCode, BearerError, PageFault, TokenError},
    event::{ClientChange, Event, EventKind, Events, Missed, Revocation, Subscription},
    field::{FieldError, Problem},
    grant::{GrantType, Tokens, UnknownGrantType},
    params::Params,
    redirect_uri::{InvalidRedirectUri, RedirectUri},
    registration::{ClientSecret, Lifetime, NewClient, Registered, RegistrationError},
    scope::{InvalidScope, Scopes, is_scope_token},
    secret::Secret,
    server::{AuthorizationServer, PasswordVerifier},
    settings::{InvalidSetting, RequireState, Settings, UnknownRequireState},
    store::{
        Store, StoreError,
        client::Client,
        scope::{NewScope, Scope},
        user::{NewUser, User},
    },
};
