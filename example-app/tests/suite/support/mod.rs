//! What the tests stand on: the built program in a directory of its own, and everybody who talks to it.

pub(crate) mod agent;
#[macro_use]
#[path = "../../../../oauth-core/tests/suite/support/both_databases.rs"]
mod both_databases;
mod bundled_pages;
mod chromium;
mod client_demo;
#[path = "../../../../oauth-core/tests/suite/support/database.rs"]
mod database;
mod html;
mod missing;
mod network;
mod onward;
mod pair;
mod postgres_schema;
mod process;
mod programs;
mod redirection;
mod server;
mod site;
mod sql;
#[path = "../../../../oauth-server/src/test_kit/temporary_directory.rs"]
mod temporary_directory;
mod webdriver;

#[allow(dead_code, reason = "the core's tests do more with it")]
#[path = "../../../../oauth-core/tests/suite/support/own_postgres.rs"]
mod own_postgres;
#[path = "../../../../oauth-core/tests/suite/support/postgres.rs"]
mod postgres;

pub(crate) use self::{
    agent::{Agent, Answer},
    bundled_pages::BundledPages,
    chromium::{ALL_RULES, Chromium, DESKTOP, Focus, RULES_OF_COLOURS, SCREENS},
    client_demo::client_demo,
    database::Database,
    html::links,
    missing::missing,
    network::Network,
    onward::Onward,
    own_postgres::OwnPostgres,
    pair::Pair,
    postgres_schema::postgres_schema,
    process::{Finished, Process, until},
    programs::installed,
    redirection::{Redirection, redirect_port},
    server::Server,
    site::Site,
};

/// The demo data's clients, each with its secret.
pub(crate) const EXAMPLE_CLIENT: (&str, &str) =
    ("be6f31235c6118273918c4c70f6768", "89dcee4e6fe655377a19944c2bee9b");
pub(crate) const EXAMPLE_SERVICE: (&str, &str) = ("example-service", "example-service-secret");

/// An access token that has the shape of one and is nobody's.
pub(crate) const UNKNOWN_TOKEN: &str =
    "oat_ASNFZ4mrze8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH6ig_IA";

/// What Example Client asks for.
pub(crate) const EXAMPLE_REQUEST: &str =
    "response_type=code&client_id=be6f31235c6118273918c4c70f6768&scope=user_info";

/// RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str =
    "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
