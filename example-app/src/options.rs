//! The command line and the environment: an option wins over its variable.

mod development;
mod features;
mod sealing;
mod server;
mod serving;
mod value;

use std::net::{SocketAddr, ToSocketAddrs};

use clap::{Args, CommandFactory, Parser, Subcommand, error::ErrorKind};
use oauth_server::{Settings, cli};

pub(crate) use self::{
    features::Features, server::ServerOptions, serving::ServingOptions, value::BadValue,
};

/// The quickstart: a poem application that is an OAuth 2.0 provider.
///
/// Without a command it serves. On a database without tables it creates them and, where nothing says that this is more
/// than a developer's machine, loads the demo data.
#[derive(Debug, Parser)]
#[command(version, subcommand_required = false)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) site: Site,
}

impl Options {
    /// Reads them. What is wrong with the command line itself, and whoever asks for help, ends the program here.
    pub(crate) fn read() -> Result<Self, BadValue> {
        Self::try_parse().map_err(|error| match undecodable() {
            Some(bad) if error.kind() == ErrorKind::InvalidUtf8 => bad,
            _ => error.exit(),
        })
    }
}

/// The first variable that is no text: clap would not say which.
fn undecodable() -> Option<BadValue> {
    Options::command().get_arguments().find_map(|argument| {
        let variable = argument.get_env()?;
        let value = std::env::var_os(variable).filter(|value| value.to_str().is_none())?;
        let shown =
            if argument.is_hide_env_values_set() { "…".into() } else { value.to_string_lossy() };
        Some(BadValue::new(&variable.to_string_lossy(), &shown, "UTF-8"))
    })
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve until SIGINT or SIGTERM, then finish what is in flight
    Runserver,
    /// Load the demo data; loading it again changes nothing
    ///
    /// Everybody knows its passwords. So it comes by itself, and without a question, only where the server listens on a
    /// loopback address, its issuer is http on one, it speaks plain HTTP and trusts no proxy.
    Loaddemo {
        /// Load it all the same where one of these says otherwise
        #[arg(long)]
        yes_known_passwords: bool,
    },
    #[command(flatten)]
    Provider(cli::Command),
}

/// Where the application finds its database and its callers, and the settings of its server.
#[derive(Debug, Args)]
#[command(next_help_heading = "Database, address and log")]
pub(crate) struct Site {
    /// The database.
    #[arg(
        long,
        env,
        global = true,
        value_name = "URL",
        default_value = "sqlite://example-app.sqlite3"
    )]
    #[arg(
        hide_env_values = true,
        help = "sqlite://relative/path, sqlite:///absolute/path or postgres://user@host/database"
    )]
    pub(crate) database_url: String,
    /// The address to listen on; port 0 takes a free one
    #[arg(long, env, global = true, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: String,
    /// What to log: a level, or levels by module
    #[arg(long, env = "RUST_LOG", global = true, value_name = "FILTER", default_value = DEFAULT_LOG)]
    pub(crate) log: String,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
    #[command(flatten)]
    pub(crate) serving: ServingOptions,
    #[command(flatten)]
    pub(crate) features: Features,
}

impl Site {
    /// Says what is wrong with the values, whatever the command and before it creates anything.
    pub(crate) fn check(&self) -> Result<(), BadValue> {
        self.server.trusted_proxies()?;
        self.server.store()?;
        self.serving.check()?;
        self.features.mcp()?;
        let settings = self.settings(self.listen()?.port())?;
        self.server.mount(&settings)?;
        Ok(())
    }

    /// The settings of a server on this port.
    pub(crate) fn settings(&self, port: u16) -> Result<Settings, BadValue> {
        self.features.settings(self.server.settings(port)?)
    }

    /// The address to listen on.
    pub(crate) fn listen(&self) -> Result<SocketAddr, BadValue> {
        let bad = || {
            BadValue::new("LISTEN", &self.listen, "an address and a port, such as 127.0.0.1:8080")
        };
        self.listen
            .to_socket_addrs()
            .ok()
            .and_then(|mut addresses| addresses.next())
            .ok_or_else(bad)
    }
}

/// The SDK of the Model Context Protocol has three lines more for each request.
const DEFAULT_LOG: &str = "info,rmcp=warn";
