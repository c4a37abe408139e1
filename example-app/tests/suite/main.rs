//! What the example application promises, to the built program: over its command line, HTTP and a browser.

#![cfg(test)]

#[macro_use]
mod support;

mod addresses;
mod browser;
mod commands;
mod deaf_log;
mod demo_data;
mod kills;
mod mcp;
mod oauthost;
mod readme;
mod registration;
mod relying_party;
mod settings;
mod shutdown;
mod sqlite_faults;
mod swagger;
mod two_processes;
mod walk;
