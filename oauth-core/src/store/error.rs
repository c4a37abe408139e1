//! A failure of ours: for the log, never for the client.

use diesel::result::{DatabaseErrorKind, Error::DatabaseError};

/// The store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The URL names no database that this program can open.
    #[error("{0}")]
    Url(String),
    /// No connection to the database.
    #[error("cannot connect to the database: {0}")]
    Connect(String),
    /// The database refused a statement.
    #[error("the database refused: {0}")]
    Query(#[source] diesel::result::Error),
    /// A migration failed.
    #[error("a migration failed: {0}")]
    Migration(String),
    /// The program itself is at fault.
    #[error("internal: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    pub(crate) fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// Whether there is already a row of this key.
    pub(crate) fn is_duplicate(&self) -> bool {
        matches!(self, Self::Query(DatabaseError(DatabaseErrorKind::UniqueViolation, _)))
    }
}

impl From<diesel::result::Error> for StoreError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Query(error)
    }
}

impl From<diesel::r2d2::PoolError> for StoreError {
    fn from(error: diesel::r2d2::PoolError) -> Self {
        Self::Connect(error.to_string())
    }
}
