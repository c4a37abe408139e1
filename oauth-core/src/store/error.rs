//! A failure of ours: for the log, never for the client.

use diesel::result::{
    DatabaseErrorKind as Kind,
    Error::{
        self, BrokenTransactionManager, DatabaseError, QueryBuilderError, RollbackErrorOnCommit,
    },
};

use super::not_ready::NotReady;
use crate::InvalidSetting;

/// The store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The URL names no database that this program can open.
    #[error("{0}")]
    Url(String),
    /// The store cannot be opened with these options.
    #[error(transparent)]
    Option(#[from] InvalidSetting),
    /// The database cannot be had for now: no connection, no answer in time, busy, read-only, its disk full, its file
    /// gone. Nothing is wrong with the request nor with the program, and it may be tried again: this is what a status
    /// of 503 tells, where any other failure is one of 500.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database refused a statement.
    #[error("the database refused: {0}")]
    Query(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A migration failed.
    #[error("a migration failed: {0}")]
    Migration(String),
    /// The database has migrations that this program does not know, and names them.
    #[error(
        "the database is newer than this program, which does not know its migrations {0}: run the newer program"
    )]
    Newer(String),
    /// The database is of a development version, from which no migration leads on; names the last that was applied.
    #[error(
        "the database is of a development version (its last migration is {0}), from which nothing leads on: start with \
         a new database; what is to be kept is exported first, with the program that made it"
    )]
    Older(String),
    /// The tables cannot be spread, and why.
    #[error("the tables cannot be spread: {0}")]
    Spread(&'static str),
    /// What is secret of the signing keys was sealed under another key than the operator has given.
    #[error(
        "the signing keys in the database are sealed under another key: OAUTH_KEY_ENCRYPTION_KEY must be the one that \
         they were sealed under, or begin with a new one and have that behind a comma"
    )]
    SealedKeys,
    /// The program itself is at fault.
    #[error("internal: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    pub(crate) fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// What was asked outside of the store and failed: whatever that was, the request may be tried again.
    pub(crate) fn of_application(self) -> Self {
        if self.is_unavailable() { self } else { Self::unavailable(self) }
    }

    pub(crate) fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(cause.into())
    }

    /// Whether it is the database that cannot be had for now, and no fault of the program.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether there is already a row of this key.
    pub(crate) fn is_duplicate(&self) -> bool {
        matches!(self.refused(), Some(DatabaseError(Kind::UniqueViolation, _)))
    }

    /// What the database refused, as diesel tells it.
    pub(super) fn refused(&self) -> Option<&Error> {
        match self {
            Self::Query(cause) => cause.downcast_ref(),
            _ => None,
        }
    }

    /// The same failure, told to another of those who share it.
    pub(crate) fn shared(&self) -> Self {
        match self {
            Self::Unavailable(cause) => Self::unavailable(cause.to_string()),
            other => Self::internal(other.to_string()),
        }
    }
}

/// The cause of a [`StoreError::Query`], as diesel told it.
pub(super) fn as_told(cause: Box<dyn std::error::Error + Send + Sync>) -> Error {
    cause.downcast().map_or_else(QueryBuilderError, |error| *error)
}

/// What the database says of a statement is our fault, unless it speaks of itself.
impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match &error {
            DatabaseError(Kind::Unknown, told) if is_poolers(told.message()) => {
                Self::unavailable(format!("{POOLER} ({})", told.message()))
            }
            error_of_database if is_of_availability(error_of_database) => Self::unavailable(error),
            _ => Self::Query(Box::new(error)),
        }
    }
}

/// Whether an error is the database's state, and not what was asked of it. Where diesel has no kind for that, the text
/// tells: it does not pass on PostgreSQL's SQLSTATE.
fn is_of_availability(error: &Error) -> bool {
    match error {
        DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, _)
        | DatabaseError(Kind::ReadOnlyTransaction | Kind::SerializationFailure, _)
        | BrokenTransactionManager => true,
        DatabaseError(Kind::Unknown, told) => {
            let text = told.message();
            NotReady::told_by_sqlite(text).is_some()
                || POSTGRES.iter().any(|told| text.contains(told))
        }
        RollbackErrorOnCommit { commit_error, .. } => is_of_availability(commit_error),
        _ => false,
    }
}

/// Whether somebody between us and PostgreSQL gives the statements of one connection to another.
fn is_poolers(told: &str) -> bool {
    told.contains("prepared statement ")
        && (told.ends_with("does not exist")
            || told.ends_with("already exists")
            || told.starts_with("bind message supplies"))
}

const POOLER: &str = "it is reached through a pooler that cannot hold prepared statements: let the pooler work in session \
    mode, have it hold them (PgBouncer from 1.21: max_prepared_statements), or connect to PostgreSQL itself";

/// What PostgreSQL says of itself: classes 53 (insufficient resources), 55P03, 57014 and 58030, in its own English.
const POSTGRES: &[&str] = &[
    "No space left on device",
    "canceling statement due to",
    "could not extend file",
    "out of memory",
    "out of shared memory",
    "could not obtain lock",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn told_by_postgresql(text: &str) -> StoreError {
        DatabaseError(Kind::Unknown, Box::new(text.to_owned())).into()
    }

    #[test]
    fn a_pooler_is_known_by_what_postgresql_says_of_statements() {
        for text in [
            "prepared statement \"__diesel_stmt_1\" already exists",
            "prepared statement \"__diesel_stmt_1\" does not exist",
            "unnamed prepared statement does not exist",
            "bind message supplies 2 parameters, but prepared statement \"__diesel_stmt_1\" requires 1",
        ] {
            let error = told_by_postgresql(text);
            assert!(error.is_unavailable() && error.to_string().contains("pooler"), "{error}");
        }
    }

    #[test]
    fn a_full_disk_is_known_by_what_postgresql_says_of_its_files() {
        for text in [
            "could not extend file \"base/5/16438\": No space left on device",
            "could not extend file \"base/5/16622\": wrote only 4096 of 8192 bytes at block 36",
            "could not write to file \"base/pgsql_tmp/pgsql_tmp1.0\": No space left on device",
        ] {
            assert_eq!(NotReady::of(&told_by_postgresql(text)), Some(NotReady::Full), "{text}");
        }
    }
}
