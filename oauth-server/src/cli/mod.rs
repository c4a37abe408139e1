//! The provider's commands, for an application's own command line.
//!
#![doc = include_str!("../guide/commands.md")]

mod cleartokens;
mod client_options;
mod createsuperuser;
mod error;
mod issue_registration_token;
mod migrate;
mod openid_options;
mod register_client;
mod rotate_secret;
mod rotatekeys;
mod secret;
mod syncscopes;

use std::time::Duration;

use clap::Subcommand;
use oauth_core::{AuthorizationServer, admin::Actor};

pub use self::{
    client_options::ClientOptions, error::CommandError, migrate::SpreadOver, rotatekeys::RotateKeys,
};

// clap reads no text of a macro: else this would begin the help of an application that says nothing of itself.
#[doc = concat!("What the provider can be told to do.")]
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Apply pending migrations, and list them
    Migrate {
        /// Spread the tables of codes, tokens and their families, with the rows that they have (PostgreSQL only)
        ///
        /// Once, and with no server running: the tables stay so, and `migrate` without it leaves them so.
        #[arg(long, value_name = "OVER")]
        spread: Option<SpreadOver>,
    },
    /// Create a user of the bundled accounts who may do anything
    ///
    /// An application with its own users never sees this one. The password is asked for on the terminal, or read from standard input when that is no terminal.
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
    /// Make a token with which clients register themselves, and print it: this is the only time that it can be seen
    IssueRegistrationToken {
        /// How many clients may be registered with it
        #[arg(long, default_value_t = 1)]
        #[arg(value_parser = clap::value_parser!(i64).range(1..=10_000))]
        uses: i64,
        /// Seconds until it ends
        #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
        #[arg(value_parser = clap::value_parser!(i64).range(1..=CENTURY))]
        lifetime: i64,
    },
    /// Make the next keys that the server signs with (OpenID Connect)
    ///
    /// Each signs in an hour, when who keeps the set of keys has it, and the one before it stays for a day more. Once a
    /// quarter or so, or with `--at-once` when an old one may be stolen.
    Rotatekeys(RotateKeys),
    /// Delete expired and revoked codes, tokens and sessions
    ///
    /// Goes on in small batches beside a running server until nothing is left, and says what it deleted. Nothing goes
    /// that is alive: codes and families are kept for a day after their end, redeemed refresh tokens as long as their
    /// family lives, so that their reuse is recognised. A server that clears by itself does the same every so often.
    Cleartokens,
    /// Register the scopes that the code's guards declare
    ///
    /// Says what it created, and warns of scopes in the database that no code names.
    Syncscopes {
        /// Only scopes whose names begin so, such as `polls:`
        prefixes: Vec<String>,
    },
}

impl Command {
    /// Does it, on the server's database. Only `migrate` works where migrations are pending.
    ///
    /// # Errors
    /// Why it ended early.
    pub async fn run(self, server: &AuthorizationServer) -> Result<(), CommandError> {
        if let Self::Migrate { spread } = self {
            return migrate::run(server.store(), spread);
        }
        refuse_pending(server)?;
        let (name, server) = (self.name(), server.clone());
        let server = server.in_the_name_of(Actor::command(name));
        match self {
            Self::Migrate { spread } => migrate::run(server.store(), spread),
            Self::Createsuperuser { username, email } => {
                createsuperuser::run(&server, username, email).await
            }
            Self::RegisterClient(client) => register_client::run(&server, *client).await,
            Self::RotateSecret { client_id, old_ends_in } => {
                rotate_secret::run(&server.admin(Actor::command(name)), client_id, old_ends_in)
                    .await
            }
            Self::IssueRegistrationToken { uses, lifetime } => {
                let admin = server.admin(Actor::command(name));
                issue_registration_token::run(&admin, uses, lifetime).await
            }
            Self::Rotatekeys(asked) => {
                rotatekeys::run(&server.admin(Actor::command(name)), asked).await
            }
            Self::Cleartokens => cleartokens::run(&server).await,
            Self::Syncscopes { prefixes } => syncscopes::run(&server, &prefixes).await,
        }
    }

    /// The command's name on the command line, and in the audit trail.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Migrate { .. } => "migrate",
            Self::Createsuperuser { .. } => "createsuperuser",
            Self::RegisterClient(_) => "register-client",
            Self::RotateSecret { .. } => "rotate-secret",
            Self::IssueRegistrationToken { .. } => "issue-registration-token",
            Self::Rotatekeys(_) => "rotatekeys",
            Self::Cleartokens => "cleartokens",
            Self::Syncscopes { .. } => "syncscopes",
        }
    }
}

/// Refuses a database whose migrations are pending, and says which command applies them.
///
/// # Errors
/// [`CommandError::Pending`], and where the database does not answer.
pub fn refuse_pending(server: &AuthorizationServer) -> Result<(), CommandError> {
    let pending = server.store().pending_migrations()?;
    if pending.is_empty() { Ok(()) } else { Err(CommandError::Pending(pending.join(", "))) }
}

/// A line on standard output.
macro_rules! say {
    ($($said:tt)*) => {
        std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{}\n", format_args!($($said)*)))
            .map_err($crate::cli::CommandError::Output)?
    };
}
use say;

/// The deadline of a store for commands: nobody waits for one as for a request, and counting what there is to delete takes
/// its time.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// In seconds: the longest that a secret may go on beside its successor.
const CENTURY: i64 = 3_155_760_000;
