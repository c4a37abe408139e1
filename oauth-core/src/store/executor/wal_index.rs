//! The header of a SQLite database's `-shm` file, by which a reader knows which commit is the last one.
//!
//! <https://www.sqlite.org/walformat.html#the_wal_index_file_format>: every commit of any process changes it, and until
//! it has changed no reader sees the commit. To read it is one system call, no lock, and no transaction.

use std::{
    fs::File,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

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
    file: Option<Arc<File>>,
    /// While it is open, the file stays the one that all connections share.
    _connection: Mutex<DbConnection>,
}

impl WalIndex {
    /// Of a database that is in WAL mode already.
    pub(super) fn open(database: &Database, path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let mut connection = database.connect()?;
        let read = connection.batch_execute("PRAGMA user_version"); // the file is there after a read
        read.map_err(|error| StoreError::Query(error.into()))?;
        let file = std::fs::canonicalize(path).and_then(|mut path| {
            path.as_mut_os_string().push("-shm");
            File::open(path).map(kept_open)
        });
        let file = file.inspect_err(
            |error| tracing::info!(%error, "SQLite's -shm file cannot be read: each request asks SQLite"),
        );
        Ok(Self { file: file.ok(), _connection: Mutex::new(connection) })
    }

    /// `None` where it cannot be told.
    #[cfg(unix)]
    pub(super) fn last_commit(&self) -> Option<LastCommit> {
        use std::os::unix::fs::FileExt;
        let mut header = LastCommit::NONE;
        self.file.as_ref()?.read_exact_at(&mut header.0, 0).ok()?;
        Some(header).filter(|header| *header != LastCommit::NONE)
    }

    /// `None` where it cannot be told.
    #[cfg(not(unix))]
    pub(super) fn last_commit(&self) -> Option<LastCommit> {
        None
    }
}

/// POSIX drops every lock that a process holds on a file when it closes the file once, the locks of SQLite's connections
/// included, whoever in this process they belong to. So the file is kept open until SQLite has deleted it, which is when
/// the last connection of all is gone.
fn kept_open(file: File) -> Arc<File> {
    static OPEN: Mutex<Vec<Arc<File>>> = Mutex::new(Vec::new());
    let (file, mut open) = (Arc::new(file), OPEN.lock().unwrap_or_else(PoisonError::into_inner));
    open.retain(|file| !is_deleted(file));
    open.push(Arc::clone(&file));
    file
}

#[cfg(unix)]
fn is_deleted(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.metadata().is_ok_and(|metadata| metadata.nlink() == 0)
}

#[cfg(not(unix))]
fn is_deleted(_: &File) -> bool {
    false
}
