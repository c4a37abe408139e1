//! The header of a SQLite database's `-shm` file, by which a reader knows which commit is the last one.
//!
//! <https://www.sqlite.org/walformat.html#the_wal_index_file_format>: every commit of any process changes it, and until
//! it has changed no reader sees the commit. To read it is one system call, no lock, and no transaction.

use std::{fs::File, sync::Mutex};

use diesel::connection::SimpleConnection;

use super::super::{DbConnection, StoreError, connection::Database};

/// The last commit, as the header names it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct LastCommit([u8; 48]);

impl LastCommit {
    /// No commit of any database.
    pub(super) const NONE: Self = Self([0; 48]);

    /// Whether there was exactly one commit since the other.
    pub(super) fn follows(&self, other: &Self) -> bool {
        self.count() == other.count().wrapping_add(1)
    }

    /// `iChange`, "a counter that is incremented with each transaction".
    fn count(&self) -> u32 {
        let [_, _, _, _, _, _, _, _, a, b, c, d, ..] = self.0;
        u32::from_ne_bytes([a, b, c, d])
    }
}

pub(super) struct WalIndex {
    /// Never closed: POSIX would drop every lock that this process holds on the file, SQLite's own ones included.
    file: Option<&'static File>,
    /// While it is open, the file stays the one that all connections share.
    _connection: Mutex<DbConnection>,
}

impl WalIndex {
    /// Of a database that is in WAL mode already.
    pub(super) fn open(database: &Database, path: &str) -> Result<Self, StoreError> {
        let mut connection = database.connect()?;
        connection.batch_execute("PRAGMA user_version").map_err(StoreError::Query)?; // the file is there after a read
        let file = std::fs::canonicalize(path).and_then(|mut path| {
            path.as_mut_os_string().push("-shm");
            File::open(path)
        });
        let file = file.inspect_err(|error| tracing::info!(%error, "SQLite's -shm file cannot be read: each request asks SQLite"));
        let file = file.ok().map(|file| &*Box::leak(Box::new(file)));
        Ok(Self { file, _connection: Mutex::new(connection) })
    }

    /// `None` where it cannot be told.
    #[cfg(unix)]
    pub(super) fn last_commit(&self) -> Option<LastCommit> {
        use std::os::unix::fs::FileExt;
        let mut header = LastCommit::NONE;
        self.file?.read_exact_at(&mut header.0, 0).ok()?;
        Some(header).filter(|header| *header != LastCommit::NONE)
    }

    /// `None` where it cannot be told.
    #[cfg(not(unix))]
    pub(super) fn last_commit(&self) -> Option<LastCommit> {
        None
    }
}
