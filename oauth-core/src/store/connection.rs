//! Connections: the only file of the queries' side that knows there are two databases.

use std::time::{Duration, Instant};

use diesel::{
    Connection, PgConnection, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection,
    r2d2::{ManageConnection, R2D2Connection},
    result::Error,
};
use url::Url;

use super::{Query, StoreError, libpq, sqlite_switches};

/// A connection to one of the two databases; every query is written once, for both.
#[derive(diesel::MultiConnection)]
pub(crate) enum DbConnection {
    /// PostgreSQL, through libpq.
    Postgres(PgConnection),
    /// SQLite, compiled in.
    Sqlite(SqliteConnection),
}

/// Which database, and how to connect to it.
#[derive(Clone)]
pub(super) enum Database {
    Postgres { url: String },
    Sqlite { path: String },
}

impl Database {
    /// The URL's scheme decides. The derived `establish` would try one database after the other and hide the error.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            refuse_plaintext_to_another_host(url)?;
            return Ok(Self::Postgres { url: libpq::with_timeouts(url) });
        }
        match url.strip_prefix("sqlite://") {
            None | Some("" | ":memory:") => Err(StoreError::Url(
                "a database URL is sqlite://relative/path, sqlite:///absolute/path or postgres://user@host/database"
                    .to_owned(),
            )),
            Some(path) => Ok(Self::Sqlite { path: path.to_owned() }),
        }
    }

    /// Opens a connection of its own.
    pub(super) fn connect(&self) -> Result<DbConnection, StoreError> {
        ManageConnection::connect(self).map_err(|error| match self {
            Self::Sqlite { path } => {
                StoreError::unavailable(format!("cannot connect: {error} ({path})"))
            }
            Self::Postgres { .. } => {
                StoreError::unavailable(format!("cannot connect: {}", error.to_string().trim_end()))
            }
        })
    }
}

impl ManageConnection for Database {
    type Connection = DbConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<DbConnection, Self::Error> {
        use diesel::r2d2::Error::{ConnectionError, QueryError};
        match self {
            Self::Postgres { url } => {
                PgConnection::establish(url).map(DbConnection::Postgres).map_err(ConnectionError)
            }
            Self::Sqlite { path } => {
                sqlite_switches::throw();
                let mut connection = SqliteConnection::establish(path).map_err(ConnectionError)?;
                set_up(&mut connection).map_err(QueryError)?;
                Ok(DbConnection::Sqlite(connection))
            }
        }
    }

    fn is_valid(&self, connection: &mut DbConnection) -> Result<(), Self::Error> {
        connection.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut DbConnection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

/// With WAL and `synchronous=FULL` a committed transaction survives a power cut. What a savepoint may have to bring back
/// stays in memory.
fn set_up(connection: &mut SqliteConnection) -> Query<()> {
    connection.batch_execute("PRAGMA busy_timeout = 5000")?;
    let began = Instant::now();
    // A switch that meets another program's lock is answered at once, whatever the timeout.
    while let Err(error) = connection.batch_execute("PRAGMA journal_mode = WAL") {
        if !is_locked(&error) || began.elapsed() > SWITCH {
            return Err(error);
        }
        std::thread::sleep(A_MOMENT);
    }
    connection.batch_execute(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 1000; \
        PRAGMA temp_store = MEMORY;",
    )
}

fn is_locked(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(_, cause) if cause.message() == "database is locked")
}

/// How long others that start may keep a new file.
const SWITCH: Duration = Duration::from_secs(10);
const A_MOMENT: Duration = Duration::from_millis(10);

pub(super) fn ping(connection: &mut DbConnection) -> Query<()> {
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("1"))
        .get_result::<i32>(connection)
        .map(drop)
}

/// Without TLS compiled in, passwords and tokens' digests would cross the network in the clear: only on request.
///
/// The host is found as libpq finds it: `hostaddr` and its variable win over what the URL's authority says, and a
/// service file can say anything.
fn refuse_plaintext_to_another_host(url: &str) -> Result<(), StoreError> {
    if cfg!(feature = "postgres-tls") {
        return Ok(());
    }
    let Ok(parsed) = Url::parse(url) else {
        let form = "the database URL must be postgres://user@host/database";
        return Err(StoreError::Url(form.to_owned()));
    };
    let option = |name: &str| {
        parsed
            .query_pairs()
            .filter(|(key, _)| key == name)
            .last()
            .map(|(_, value)| value.into_owned())
    };
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let in_authority = parsed.host_str().filter(|host| !host.is_empty()).map(str::to_owned);
    let host = option("hostaddr")
        .or_else(|| variable("PGHOSTADDR"))
        .or_else(|| option("host"))
        .or(in_authority)
        .or_else(|| variable("PGHOST"));
    let service = option("service").or_else(|| variable("PGSERVICE"));

    let local = service.is_none() && host.as_deref().is_none_or(is_local);
    if local || option("sslmode").as_deref() == Some("disable") {
        return Ok(());
    }
    let refusal = "this build speaks to PostgreSQL without TLS, so it only connects to this machine: build with \
        --features postgres-tls, or add sslmode=disable to the URL where the network itself is protected";
    Err(StoreError::Url(refusal.to_owned()))
}

/// A Unix socket's folder (percent-encoded in a URL's authority), or a loopback address.
fn is_local(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.starts_with('/')
        || host.to_ascii_lowercase().starts_with("%2f")
        || host == "localhost"
        || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_of_the_url_picks_the_database() {
        assert!(
            matches!(Database::parse("sqlite://a.sqlite3"), Ok(Database::Sqlite { path }) if path == "a.sqlite3")
        );
        assert!(
            matches!(Database::parse("sqlite:///tmp/a"), Ok(Database::Sqlite { path }) if path == "/tmp/a")
        );
        assert!(matches!(
            Database::parse("postgres://u@localhost/db"),
            Ok(Database::Postgres { .. })
        ));
        for other in
            ["", "a.sqlite3", "sqlite://", "sqlite://:memory:", "mysql://a/b", "postgres:/x"]
        {
            assert!(Database::parse(other).is_err(), "{other}");
        }
    }

    #[cfg(not(feature = "postgres-tls"))]
    #[test]
    fn postgresql_without_tls_refuses_another_host_unless_the_url_says_sslmode_disable() {
        for local in [
            "postgres://u:p@localhost/db",
            "postgres://127.0.0.1:5432/db",
            "postgres://[::1]/db",
            "postgres://u@%2Ftmp%2Fsocket/db",
            "postgres:///db?host=/tmp/socket",
            "postgresql://u@localhost/db?sslmode=prefer",
            "postgres://db.example/db?sslmode=disable",
        ] {
            assert!(Database::parse(local).is_ok(), "{local}");
        }
        for remote in [
            "postgres://db.example/db",
            "postgres://10.0.0.1/db?sslmode=require",
            "postgres://localhost/db?host=db.example",
            "postgres://localhost/db?hostaddr=10.0.0.1",
            "postgres://localhost,db.example/db",
            "postgres:///db?service=production",
        ] {
            assert!(Database::parse(remote).is_err(), "{remote}");
        }
    }
}
