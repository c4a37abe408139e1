//! Why a server should not be sent requests.

use super::{StoreError, sqlite_watch::FILE_IS_GONE};

/// Why [`Store::ready`](crate::Store::ready) says no. Its text is one word, for a probe's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotReady {
    /// The database does not answer within a second, or cannot be reached.
    Silent,
    /// The database file was removed or replaced.
    Gone,
    /// Another program has kept SQLite's write lock for too long.
    Locked,
    /// The disk is full.
    Full,
    /// The database can only be read.
    ReadOnly,
    /// The database file is damaged. This stays until the server is started again.
    Corrupt,
    /// The last write failed for another reason of the database's.
    Failing,
    /// Migrations are pending.
    Pending,
    /// The database has migrations that this program does not know.
    Newer,
    /// The database is of a development version, from which no migration leads on.
    Older,
}

impl NotReady {
    /// What a failure says of the database; `None` where it says nothing of it.
    pub(super) fn of(error: &StoreError) -> Option<Self> {
        let StoreError::Unavailable(cause) = error else { return None };
        let told = cause.to_string();
        if told.contains(FILE_IS_GONE) {
            return Some(Self::Gone);
        }
        let by_postgres = || match &told {
            told if FULL.iter().any(|it| told.contains(it)) => Self::Full,
            told if told.contains("read-only transaction") => Self::ReadOnly,
            _ => Self::Silent,
        };
        Some(Self::told_by_sqlite(&told).unwrap_or_else(by_postgres))
    }

    /// Diesel passes on SQLite's text, and not its code: <https://www.sqlite.org/rescode.html>.
    pub(super) fn told_by_sqlite(text: &str) -> Option<Self> {
        SQLITE.iter().find(|(told, _)| text.contains(told)).map(|(_, what)| *what)
    }
}

impl std::fmt::Display for NotReady {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Silent => "silent",
            Self::Gone => "gone",
            Self::Locked => "locked",
            Self::Full => "full",
            Self::ReadOnly => "read-only",
            Self::Corrupt => "corrupt",
            Self::Failing => "failing",
            Self::Pending => "pending",
            Self::Newer => "newer",
            Self::Older => "older",
        })
    }
}

impl std::error::Error for NotReady {}

/// What PostgreSQL says where its disk is full. The second may also have a quota's reason.
const FULL: [&str; 2] = ["No space left on device", "could not extend file"];

/// What SQLite says of itself, and not of a statement.
const SQLITE: &[(&str, NotReady)] = &[
    ("database is locked", NotReady::Locked),
    ("database table is locked", NotReady::Locked),
    ("locking protocol", NotReady::Locked),
    ("database or disk is full", NotReady::Full),
    ("attempt to write a readonly database", NotReady::ReadOnly),
    ("database disk image is malformed", NotReady::Corrupt),
    ("malformed database schema", NotReady::Corrupt),
    ("file is not a database", NotReady::Corrupt),
    ("disk I/O error", NotReady::Failing),
    ("unable to open database file", NotReady::Failing),
    ("access permission denied", NotReady::Failing),
];
