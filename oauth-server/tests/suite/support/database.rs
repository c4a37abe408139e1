//! A database that one test has for itself.

use std::{
    env, fs,
    io::ErrorKind,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use diesel::{
    Connection, PgConnection, RunQueryDsl, SqliteConnection, connection::SimpleConnection,
    sql_query, sql_types::BigInt,
};

use super::postgres;

/// A SQLite file, or a PostgreSQL schema: empty.
pub(crate) struct Database {
    pub(crate) url: String,
    directory: Option<PathBuf>,
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

impl Database {
    /// A file in a directory of its own, which goes with the value: SQLite puts others beside it.
    pub(crate) fn sqlite() -> Self {
        static DIRECTORIES: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = DIRECTORIES.fetch_add(1, Ordering::Relaxed);
            let name = format!("oauth-server-test-{}-{number}", process::id());
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

    /// How many rows a table has: a look past the crates.
    pub(crate) fn count(&self, table: &str) -> i64 {
        let query = sql_query(format!("SELECT count(*) AS rows FROM {table}"));
        let count: Count = match self.url.strip_prefix("sqlite://") {
            Some(path) => query.get_result(&mut SqliteConnection::establish(path).expect("SQLite")),
            None => query.get_result(&mut PgConnection::establish(&self.url).expect("PostgreSQL")),
        }
        .expect(table);
        count.rows
    }

    /// Takes a table away under the running server.
    pub(crate) fn drop_table(&self, table: &str) {
        let cascade = if self.url.starts_with("sqlite://") { "" } else { " CASCADE" };
        self.execute(&format!("DROP TABLE {table}{cascade}"));
    }

    pub(crate) fn execute(&self, sql: &str) {
        match self.url.strip_prefix("sqlite://") {
            Some(path) => SqliteConnection::establish(path).expect("SQLite").batch_execute(sql),
            None => PgConnection::establish(&self.url).expect("PostgreSQL").batch_execute(sql),
        }
        .expect(sql);
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(directory) = &self.directory {
            drop(fs::remove_dir_all(directory)); // a leftover is no reason to fail
        }
    }
}
