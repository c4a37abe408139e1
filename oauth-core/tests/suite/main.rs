//! What the crate promises, over its public API, on SQLite and on PostgreSQL from one source.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

#[macro_use]
mod support;

mod accounts;
mod active_users;
mod admin;
mod authorization_page;
mod authorization_request;
mod bearer;
#[cfg(feature = "sqlite")]
mod beside;
mod changed_policy;
mod chosen_secret;
mod clearing;
mod clearing_walk;
mod client_auth;
mod client_credentials;
mod client_policies;
mod code_grant;
mod code_replay;
mod concurrency;
mod consent;
mod cors;
mod csrf;
mod device;
mod device_answer;
mod dynamic_registration;
mod errors;
mod event_delivery;
mod events;
mod extension_grant;
mod forget_user;
mod guessing;
mod hashing;
mod implicit;
mod implied_scopes;
mod introspection;
mod killed;
mod known_browsers;
mod machine_scopes;
mod migrations;
mod no_public_clients;
mod oauth_2_1;
mod offline_access;
mod openid;
mod origin;
mod outage;
mod password_grant;
mod passwords;
mod pkce;
mod policy;
mod pushed_requests;
mod refresh_clock;
mod refresh_grant;
mod refresh_lifetime;
mod refresh_replay;
mod registration;
mod registration_document;
mod remembered_clients;
mod request_deadline;
mod resource_grants;
mod resources;
mod response_mode;
mod revocation;
mod schema;
mod secrecy;
mod secret_shape;
mod sessions;
mod settings;
mod signing_keys;
mod spread;
mod sqlite_faults;
mod state;
mod structure;
mod token_endpoint;
mod token_exchange;
mod token_refused;
mod user_names;
