//! A SQLite database's file: how it is named, opened, and known again.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use diesel::{Connection, ConnectionError, ConnectionResult, connection::SimpleConnection};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::{
    Query, SqliteConnection, StoreError,
    not_ready::NotReady,
    sqlite_watch::{FILE_IS_GONE, Watch},
};

/// The file that a URL names, and once it is open: which file that was.
#[derive(Clone)]
pub(super) struct SqliteFile {
    path: PathBuf,
    may_create: bool,
    watch: Arc<OnceLock<Watch>>,
}

impl SqliteFile {
    /// What follows `sqlite://`: a path as it is, and behind a `?` parameters, of which there is one: `mode`.
    pub(super) fn parse(text: &str) -> Result<Self, StoreError> {
        let (path, parameters) = text.split_once('?').unwrap_or((text, ""));
        let mut may_create = true;
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            may_create = match parameter {
                "mode=rwc" => true,
                "mode=rw" => false,
                _ => return Err(StoreError::Url(unknown(parameter))),
            };
        }
        // The program may change its directory, and the file's identity is asked for by its path.
        let path = std::path::absolute(path).map_err(|error| StoreError::Url(error.to_string()))?;
        Ok(Self { path, may_create, watch: Arc::default() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the file for the first time: only now it may be created.
    pub(super) fn open(&self) -> Result<SqliteConnection, StoreError> {
        let mode = if self.may_create { "rwc" } else { "rw" };
        self.establish(mode).map_err(|error| self.cannot_open(&error))
    }

    /// From now on, whatever has the path's name must be what has it now.
    pub(super) fn keep_watch(&self) {
        self.watch.get_or_init(|| Watch::of(&self.path));
    }

    /// Opens the file that is there. Where there is none, a new and empty one would be worse than an error.
    pub(super) fn connect(&self) -> ConnectionResult<SqliteConnection> {
        let connection = self.establish("rw")?;
        self.check().map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
        Ok(connection)
    }

    pub(super) fn cannot_open(&self, error: &impl ToString) -> StoreError {
        let (error, path) = (error.to_string(), self.path.display());
        StoreError::unavailable(format!("cannot connect: {error} ({path})"))
    }

    /// Whether the open file is still the one of that name.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        self.as_unavailable(self.watch.get().is_none_or(Watch::check))
    }

    /// The same, as of a moment ago: for those that only read.
    pub(super) fn check_lately(&self) -> Result<(), StoreError> {
        self.as_unavailable(self.watch.get().is_none_or(Watch::check_lately))
    }

    fn as_unavailable(&self, is_there: bool) -> Result<(), StoreError> {
        if is_there { Ok(()) } else { Err(StoreError::unavailable(FILE_IS_GONE)) }
    }

    fn establish(&self, mode: &str) -> ConnectionResult<SqliteConnection> {
        #[cfg(feature = "sqlite")]
        super::sqlite_switches::throw();
        let path = percent_encode(self.path.as_os_str().as_encoded_bytes(), NOT_IN_A_PATH);
        let authority = if self.path.starts_with("/") { "//" } else { "" };
        let mut connection =
            SqliteConnection::establish(&format!("file:{authority}{path}?mode={mode}"))?;
        set_up(&mut connection)
            .map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
        Ok(connection)
    }
}

fn unknown(parameter: &str) -> String {
    let name = parameter.split('=').next().unwrap_or_default();
    match name {
        "mode" => {
            "a SQLite URL's mode is rwc, which creates the file, or rw, which does not".to_owned()
        }
        _ => format!(
            "a SQLite URL has no parameter {name:?}: only mode=rwc or mode=rw may stand behind the ?"
        ),
    }
}

/// With WAL and `synchronous=FULL` a committed transaction survives a power cut. What a savepoint may have to bring back
/// stays in memory.
fn set_up(connection: &mut SqliteConnection) -> Query<()> {
    connection.batch_execute("PRAGMA busy_timeout = 1000")?;
    switch_to_wal(connection)?;
    connection.batch_execute(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 1000; \
        PRAGMA temp_store = MEMORY;",
    )
}

/// What an application's own connection to a SQLite file is set up with that the provider uses, too, through whichever
/// library: to wait for its turn for 5 seconds where it would write while somebody else does (SQLite's own default is to
/// fail at once), to have readers and a writer beside each other (WAL), and to hold foreign keys.
///
/// With diesel, see [`with_diesel::SharedSqlite`](crate::with_diesel::SharedSqlite), which also says how to write.
pub const SQLITE_PRAGMAS: &str =
    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;";

/// A switch that meets another program's lock is answered at once, whatever the timeout.
pub(super) fn switch_to_wal(connection: &mut SqliteConnection) -> Query<()> {
    let began = Instant::now();
    while let Err(error) = connection.batch_execute("PRAGMA journal_mode = WAL") {
        let is_locked = NotReady::told_by_sqlite(&error.to_string()) == Some(NotReady::Locked);
        if !is_locked || began.elapsed() > SWITCH {
            return Err(error);
        }
        std::thread::sleep(A_MOMENT);
    }
    Ok(())
}

/// How long others that start may keep a new file.
const SWITCH: Duration = Duration::from_secs(10);
const A_MOMENT: Duration = Duration::from_millis(10);
/// SQLite decodes the path of its `file:` URI.
const NOT_IN_A_PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');
