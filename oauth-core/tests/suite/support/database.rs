//! A database that one test has for itself.

use diesel::{Connection, PgConnection, connection::SimpleConnection};

use super::{postgres, temporary_directory::TemporaryDirectory};

/// A SQLite file, or a PostgreSQL schema: empty.
pub(crate) struct Database {
    pub(crate) url: String,
    _directory: Option<TemporaryDirectory>,
}

impl Database {
    /// A file in a directory of its own, which goes with the value: SQLite puts others beside it.
    pub(crate) fn sqlite() -> Self {
        let directory = TemporaryDirectory::new(env!("CARGO_PKG_NAME"));
        let url = format!("sqlite://{}", directory.path().join("test.sqlite3").display());
        Self { url, _directory: Some(directory) }
    }

    /// One that the test brings.
    #[allow(dead_code, reason = "not every suite brings one")]
    pub(crate) fn at(url: String) -> Self {
        Self { url, _directory: None }
    }

    /// Whether its tables are to be spread: the variable `OAUTH_TEST_SPREAD` says so of all of PostgreSQL's.
    #[allow(dead_code, reason = "the core's tests do so")]
    pub(crate) fn is_spread(&self) -> bool {
        self.url.starts_with("postgres:") && std::env::var_os("OAUTH_TEST_SPREAD").is_some()
    }

    /// A schema of the cluster that the test binaries share; `None` where PostgreSQL is not installed.
    pub(crate) fn postgres() -> Option<Self> {
        let execute = |url: &str, sql: &str| {
            let mut connection = PgConnection::establish(url).expect("the test cluster");
            connection.batch_execute(sql).expect("a schema of its own");
        };
        let url = postgres::fresh_schema(execute)?;
        Some(Self { url, _directory: None })
    }
}
