//! Connections: the only file of the queries' side that knows there are two databases.

use diesel::{
    Connection, RunQueryDsl,
    connection::SimpleConnection,
    r2d2::{ManageConnection, R2D2Connection},
    sql_types::{Bool, Integer},
};
use url::Url;

use super::{Query, StoreError, libpq, migrations::has_table, sqlite_file::SqliteFile};

/// What is not compiled in is absent, and all that names it is compiled nevertheless.
#[cfg(not(feature = "postgres"))]
pub(crate) use super::absent::Absent as PgConnection;
#[cfg(not(feature = "sqlite"))]
pub(crate) use super::absent::Absent as SqliteConnection;
#[cfg(feature = "postgres")]
pub(crate) use diesel::PgConnection;
#[cfg(feature = "sqlite")]
pub(crate) use diesel::SqliteConnection;

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
    Sqlite(SqliteFile),
}

impl Database {
    /// The URL's scheme decides. The derived `establish` would try one database after the other and hide the error.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            if cfg!(not(feature = "postgres")) {
                return Err(not_compiled_in("PostgreSQL", "postgres"));
            }
            refuse_plaintext_to_another_host(url)?;
            return Ok(Self::Postgres { url: libpq::with_timeouts(url) });
        }
        match url.strip_prefix("sqlite://") {
            None | Some("" | ":memory:") => Err(StoreError::Url(
                "a database URL is sqlite://relative/path, sqlite:///absolute/path or postgres://user@host/database"
                    .to_owned(),
            )),
            Some(_) if cfg!(not(feature = "sqlite")) => Err(not_compiled_in("SQLite", "sqlite")),
            Some(path) => SqliteFile::parse(path).map(Self::Sqlite),
        }
    }

    /// Opens a connection of its own.
    pub(super) fn connect(&self) -> Result<DbConnection, StoreError> {
        ManageConnection::connect(self).map_err(|error| match self {
            Self::Sqlite(file) => file.cannot_open(&error),
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
        use diesel::r2d2::Error::ConnectionError;
        match self {
            Self::Postgres { url } => {
                PgConnection::establish(url).map(DbConnection::Postgres).map_err(ConnectionError)
            }
            Self::Sqlite(file) => file.connect().map(DbConnection::Sqlite).map_err(ConnectionError),
        }
    }

    fn is_valid(&self, connection: &mut DbConnection) -> Result<(), Self::Error> {
        connection.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut DbConnection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

fn not_compiled_in(database: &str, feature: &str) -> StoreError {
    StoreError::Url(format!(
        "{database} is not compiled in: switch on the feature `{feature}` of oauth-server or oauth-core"
    ))
}

pub(super) fn ping(connection: &mut DbConnection) -> Query<()> {
    diesel::select(diesel::dsl::sql::<Integer>("1")).get_result::<i32>(connection).map(drop)
}

/// Whether PostgreSQL is a standby, or told to refuse writes.
pub(super) fn is_read_only(connection: &mut DbConnection) -> Query<bool> {
    let DbConnection::Postgres(postgres) = connection else { return Ok(false) };
    let setting = diesel::dsl::sql::<Bool>("current_setting('transaction_read_only') = 'on'");
    diesel::select(setting).get_result(postgres)
}

/// A write that changes nothing, and is one nevertheless.
pub(super) fn touch(connection: &mut DbConnection) -> Query<()> {
    match connection {
        DbConnection::Sqlite(sqlite) => {
            let version = diesel::dsl::sql::<Integer>("user_version FROM pragma_user_version");
            let version: i32 = diesel::select(version).get_result(sqlite)?;
            sqlite.batch_execute(&format!("PRAGMA user_version = {version}"))
        }
        DbConnection::Postgres(_) => {
            // Not there where the application applies the migrations.
            let books = has_table(connection, "oauth_schema_migrations")?;
            let same = if books {
                "schema_migrations SET run_on = run_on"
            } else {
                "scopes SET name = name"
            };
            connection.batch_execute(&format!("UPDATE oauth_{same}"))
        }
    }
}

/// A write that takes room on the disk, and gives it back. Who may not make temporary tables is not told whether there is
/// any.
pub(super) fn take_room(connection: &mut DbConnection) -> Query<()> {
    let DbConnection::Postgres(postgres) = connection else { return touch(connection) };
    let may = diesel::dsl::sql::<Bool>("has_database_privilege(current_database(), 'TEMP')");
    if diesel::select(may).get_result(postgres)? {
        postgres
            .batch_execute("CREATE TEMPORARY TABLE oauth_room (x) ON COMMIT DROP AS SELECT 1")?;
    }
    Ok(())
}

/// Without TLS compiled in, passwords and tokens' digests would cross the network in the clear: only on request.
///
/// The host is found as libpq finds it: `hostaddr` and its variable win over what the URL's authority says, and a
/// service file can say anything.
fn refuse_plaintext_to_another_host(url: &str) -> Result<(), StoreError> {
    // The system's libpq has TLS.
    if cfg!(any(feature = "postgres-tls", not(feature = "bundled-libpq"))) {
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
        let here = std::env::current_dir().unwrap().join("a.sqlite3");
        assert!(
            matches!(Database::parse("sqlite://a.sqlite3"), Ok(Database::Sqlite(file)) if file.path() == here)
        );
        assert!(
            matches!(Database::parse("sqlite:///tmp/a"), Ok(Database::Sqlite(file)) if file.path() == "/tmp/a")
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

    #[cfg(all(feature = "bundled-libpq", not(feature = "postgres-tls")))]
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
