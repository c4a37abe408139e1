//! The command line and the environment: an option wins over its variable.

mod client;
mod development;
mod server;
mod serving;
mod value;

use std::net::{SocketAddr, ToSocketAddrs};

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum, error::ErrorKind};

use self::value::CENTURY;
pub(crate) use self::{
    client::ClientOptions, server::ServerOptions, serving::ServingOptions, value::BadValue,
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
    /// Apply pending migrations, and list them
    Migrate {
        /// Spread the tables of codes, tokens and their families, with the rows that they have (PostgreSQL only)
        ///
        /// Once, and with no server running: the tables stay so, and `migrate` without it leaves them so.
        #[arg(long, value_name = "OVER")]
        spread: Option<SpreadOver>,
    },
    /// Load the demo data; loading it again changes nothing
    ///
    /// Everybody knows its passwords. So it comes by itself, and without a question, only where the server listens on a
    /// loopback address, its issuer is http on one, it speaks plain HTTP and trusts no proxy.
    Loaddemo {
        /// Load it all the same where one of these says otherwise
        #[arg(long)]
        yes_known_passwords: bool,
    },
    /// Create a user who may do anything
    ///
    /// The password is asked for on the terminal, or read from standard input when that is no terminal.
    Createsuperuser {
        /// The name to sign in with
        #[arg(long)]
        username: String,
        /// The user's address
        #[arg(long)]
        email: String,
    },
    /// Register a client, and print its secret: this is the only time that it can be seen
    RegisterClient(Box<ClientOptions>),
    /// Give a client another secret, and print it: this is the only time that it can be seen
    ///
    /// Until the old one ends both are good, so that the client can change over without an outage.
    RotateSecret {
        /// The client's identifier
        #[arg(allow_hyphen_values = true)]
        client_id: String,
        /// Seconds until the old secret ends; 0 has it end at once
        #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
        #[arg(value_parser = clap::value_parser!(i64).range(0..=CENTURY))]
        old_ends_in: i64,
    },
    /// Delete expired and revoked codes, tokens and sessions
    ///
    /// Goes on in small batches beside a running server until nothing is left, and says what it deleted. Nothing goes
    /// that is alive: codes and families are kept for a day after their end, redeemed refresh tokens as long as their
    /// family lives, so that their reuse is recognised. runserver does the same every hour by itself.
    Cleartokens,
    /// Register the scopes that the code's guards declare
    ///
    /// Says what it created, and warns of scopes in the database that no code names.
    Syncscopes {
        /// Only scopes whose names begin so, such as `polls:`
        prefixes: Vec<String>,
    },
}

/// What tables are spread over.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SpreadOver {
    /// Partitions of the same database, by a hash of the family's key
    Partitions,
    /// The machines of Citus, by the family's key
    Citus,
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
    #[arg(long, env = "RUST_LOG", global = true, value_name = "FILTER", default_value = "info")]
    pub(crate) log: String,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
    #[command(flatten)]
    pub(crate) serving: ServingOptions,
}

impl Site {
    /// Says what is wrong with the values, whatever the command and before it creates anything.
    pub(crate) fn check(&self) -> Result<(), BadValue> {
        self.server.trusted_proxies()?;
        self.server.store()?;
        self.serving.check()?;
        let settings = self.server.settings(self.listen()?.port())?;
        self.server.mount(&settings)?;
        Ok(())
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
