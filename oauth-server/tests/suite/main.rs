//! What the crate promises, over real HTTP, on SQLite and on PostgreSQL from one source.

#![cfg(test)]

#[macro_use]
mod support;

mod accounts;
mod addresses;
mod admin;
mod authorization_endpoint;
mod authorization_refusals;
mod bad_input;
mod behaviours;
mod cli;
mod client_authentication;
mod client_documents;
mod connected_apps;
mod consent_page;
mod cors;
mod csrf;
mod device;
mod dynamic_registration;
mod events;
mod examples;
mod grants;
mod guard;
mod guessing;
mod hands_off;
mod headers;
mod introspection;
mod locales;
mod login_forms;
mod logs;
mod mcp;
mod metadata;
mod middleware;
mod one_host;
mod openapi;
mod openid;
mod overrides;
mod own_grants;
mod own_password;
mod pages;
mod policy;
mod presentation;
mod proceed;
mod pushed_requests;
mod raw_http;
mod remote_guard;
mod request_id;
mod resource_metadata;
mod resources;
mod response_mode;
mod restricted;
mod revocation;
mod seed;
mod serve;
mod sessions;
mod sessions_page;
mod state;
mod test_kit;
mod tls;
mod token_endpoint;
mod token_exchange;
mod unavailable;
mod unreadable;
mod users;
