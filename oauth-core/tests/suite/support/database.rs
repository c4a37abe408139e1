//! A database that one test has for itself.

use std::{
    env, fs,
    io::ErrorKind,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use diesel::{Connection, PgConnection, connection::SimpleConnection};

use super::postgres;

/// A SQLite file, or a PostgreSQL schema: empty.
pub(crate) struct Database {
    pub(crate) url: String,
    directory: Option<PathBuf>,
}

impl Database {
    /// A file in a directory of its own, which goes with the value: SQLite puts others beside it.
    pub(crate) fn sqlite() -> Self {
        static DIRECTORIES: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = DIRECTORIES.fetch_add(1, Ordering::Relaxed);
            let name = format!("oauth-core-test-{}-{number}", process::id());
            let directory = env::temp_dir().join(name);
            match fs::create_dir(&directory) {
                // A killed test run left it, and had the same process id.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                made => made.expect("a directory for the database"),
            }
            let url = format!("sqlite://{}", directory.join("test.sqlite3").display());
            return Self { url, directory: Some(directory) };
        }
    }

    /// A schema of the cluster that the test binaries share; `None` where PostgreSQL is not installed.
    pub(crate) fn postgres() -> Option<Self> {
        let execute = |url: &str, sql: &str| {
            let mut connection = PgConnection::establish(url).expect("the test cluster");
            connection.batch_execute(sql).expect("a schema of its own");
        };
        let url = postgres::fresh_schema(execute)?;
        Some(Self { url, directory: None })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(directory) = &self.directory else { return };
        for _ in 0..100 {
            match fs::remove_dir_all(directory) {
                // A pool that was just dropped may still be opening a connection, and put its file back.
                Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {
                    thread::sleep(Duration::from_millis(10));
                }
                _ => break, // a leftover is no reason to fail
            }
        }
    }
}
