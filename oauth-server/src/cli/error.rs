//! Why a command ended early.

use oauth_core::{AccountError, RegistrationError, StoreError, admin::AdminError};

/// Why a command ended early: one line for its caller.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The database cannot be had, or refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Migrations are pending, and these are their names.
    #[error("the database lacks the migrations {0}; apply them with: {program} migrate", program = program())]
    Pending(String),
    /// No such user can be created.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// No such client or scope can be registered.
    #[error(transparent)]
    Registration(#[from] RegistrationError),
    /// The change of a client is refused.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// There is no such user or client, and its name.
    #[error("there is no {0}")]
    Unknown(String),
    /// Of two options each says the opposite of the other.
    #[error("{0} cannot be used with {1}")]
    Conflict(&'static str, &'static str),
    /// A password or secret could not be read, and which.
    #[error("cannot read the {0}: {1}")]
    Input(String, std::io::Error),
    /// Nobody takes what the command has to say.
    #[error("cannot write to standard output: {0}")]
    Output(std::io::Error),
}

/// What the program is called on the command line.
fn program() -> String {
    let path = std::env::args_os().next().map(std::path::PathBuf::from);
    let name = path.as_deref().and_then(std::path::Path::file_stem);
    name.unwrap_or_default().to_string_lossy().into_owned()
}
