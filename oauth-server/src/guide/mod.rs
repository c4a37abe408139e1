//! Guides: what an application meets on its way, one subject each.

/// In an application that exists: the order of a start, addresses, the middleware, one database for both.
#[doc = include_str!("embedding.md")]
pub mod embedding {}

/// The provider's commands on your own command line.
#[doc = include_str!("commands.md")]
pub mod commands {}

/// Your own users, in full: the trait, your errors, your login page.
#[doc = include_str!("users.md")]
pub mod users {}

/// Guards: what a view requires, what it is given, and what a refusal looks like.
#[doc = include_str!("guards.md")]
pub mod guards {}

/// Pages of your own, and what each is given.
#[doc = include_str!("pages.md")]
#[doc = include_str!("../../TEMPLATES.md")]
pub mod pages {}

/// What a client meets: refresh, revocation, pushed requests, devices, resources, introspection, metadata, OAuth 2.1.
#[doc = include_str!("clients.md")]
pub mod clients {}

/// Your users log in elsewhere: OpenID Connect.
#[doc = include_str!("login.md")]
pub mod login {}

/// What Grafana, GitLab, Nextcloud and oauth2-proxy must be told to log users in with yours.
#[doc = include_str!("relying_parties.md")]
pub mod relying_parties {}

/// Your API as an MCP server: what assistants need, and how they become known.
#[doc = include_str!("mcp.md")]
pub mod mcp {}

/// What is issued, and for how long: rules of your own.
#[doc = include_str!("policy.md")]
pub mod policy {}

/// The tests of your application.
#[doc = include_str!("testing.md")]
pub mod testing {}

/// Running it for years: statuses, serving, databases, the log, passwords, browsers.
#[doc = include_str!("operating.md")]
pub mod operating {}

/// How far it goes: one machine, several, many.
#[doc = include_str!("../../SCALING.md")]
pub mod scaling {}

/// When a user goes: what to end, what to erase, and what stays.
#[doc = include_str!("when_a_user_goes.md")]
pub mod when_a_user_goes {}
