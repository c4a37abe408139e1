//! Storage: the one seam. Nothing outside this module names diesel.
//!
//! A verb looks through [`Store::read`] and acts through [`Store::write`]; how that reaches one of the two databases is
//! decided in `executor`. Work is `Fn` and free of side effects, so that it can run again: secrets are drawn, the clock
//! is read and events are raised outside of it. Inside `write`, `Err` means that the store failed, and rolls back; a
//! refusal is an `Ok` value, so that the revocation it caused is kept.

use std::sync::Arc;

#[cfg(not(all(feature = "postgres", feature = "sqlite")))]
mod absent;
pub(crate) mod access_token;
pub(crate) mod audit;
pub(crate) mod authorization_code;
pub(crate) mod clearing;
pub(crate) mod client;
pub(crate) mod client_document;
mod connection;
pub(crate) mod consent;
pub(crate) mod deadline;
pub(crate) mod device_code;
mod error;
pub(crate) mod exchange;
mod executor;
pub(crate) mod family;
pub(crate) mod forgetting;
mod given;
pub(crate) mod grant;
mod kept;
pub(crate) mod known_browser;
mod libpq;
pub(crate) mod list;
pub(crate) mod logout;
pub(crate) mod logout_delivery;
mod migrations;
mod not_ready;
mod one_of;
pub(crate) mod openid;
mod options;
#[cfg(test)]
mod plan;
mod probe;
pub(crate) mod pushed_request;
mod readiness;
pub(crate) mod redemption;
pub(crate) mod refresh_token;
pub(crate) mod registration_token;
mod renewal;
pub(crate) mod rotation;
mod schema;
pub(crate) mod scope;
pub(crate) mod session;
#[cfg(feature = "sqlite")]
mod shared_sqlite;
pub(crate) mod signing_key;
mod spread;
mod sqlite_file;
#[cfg(feature = "sqlite")]
mod sqlite_switches;
mod sqlite_watch;
pub(crate) mod user;
pub(crate) mod user_names;
pub(crate) mod user_password;
pub mod with_diesel;
pub(crate) mod write;

pub(crate) use self::connection::{DbConnection, PgConnection, SqliteConnection};
use self::{
    access_token::Standing, client::Remembered, connection::Database, executor::Executor,
    grant::Grant, readiness::Readiness, refresh_token::RefreshToken, write::Write,
};
pub use self::{
    error::StoreError,
    not_ready::NotReady,
    options::{MigratedBy, StoreOptions},
    spread::Spread,
    sqlite_file::SQLITE_PRAGMAS,
};
use crate::secret::Key;

/// Whose access tokens stand differently after a write: what was remembered of them is forgotten with its commit.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Affected {
    /// Nobody's.
    Nothing,
    /// Those of the grant with this key.
    Grant(i64),
    /// Perhaps everybody's, or a client.
    Anything,
}

/// What a query gives.
pub(crate) type Query<T> = diesel::QueryResult<T>;

/// The database of an authorization server: SQLite or PostgreSQL.
///
/// ```
/// # let directory = std::env::temp_dir().join(format!("store-doc-{}", std::process::id()));
/// # std::fs::create_dir(&directory).unwrap();
/// # let url = format!("sqlite://{}", directory.join("doc.sqlite3").display());
/// let store = oauth_core::Store::open(&url)?;
/// store.migrate()?;
/// assert!(store.pending_migrations()?.is_empty());
/// # std::fs::remove_dir_all(directory).ok();
/// # Ok::<(), oauth_core::StoreError>(())
/// ```
#[derive(Clone)]
pub struct Store {
    database: Database,
    executor: Executor,
    readiness: Readiness,
    remembered: Arc<Remembered>,
    migrated_by: MigratedBy,
}

impl Store {
    /// Connects to `sqlite://relative/path`, `sqlite:///absolute/path` or `postgres://…`. Blocks while it connects.
    ///
    /// SQLite's file is created where there is none, unless `?mode=rw` follows its path; `?mode=rwc` says the default.
    /// Open it before the application's own first connection to SQLite; see
    /// [`with_diesel::SharedSqlite`] for how the two share a file.
    ///
    /// # Errors
    /// When the URL is of another form, or the database cannot be reached. PostgreSQL on another host is refused where
    /// TLS is not compiled in, unless the URL says `sslmode=disable`.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, StoreOptions::default())
    }

    /// The same, with other options than the default ones.
    ///
    /// # Errors
    /// As [`Store::open`], and when an option is out of its range.
    pub fn open_with(url: &str, options: StoreOptions) -> Result<Self, StoreError> {
        options.check()?;
        let database = Database::parse(url)?;
        let executor = Executor::start(&database, options)?;
        let (readiness, remembered) = (Readiness::default(), Arc::default());
        let migrated_by = options.migrated_by;
        Ok(Self { database, executor, readiness, remembered, migrated_by })
    }

    /// Groups of user names that are or look the same as RFC 8265 and UTS 39 compare them, of rows that came by SQL. Each
    /// works by its very spelling; no other user is given such a name. Blocks.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn colliding_user_names(&self) -> Result<Vec<Vec<String>>, StoreError> {
        Ok(user_names::colliding(&mut self.database.connect()?)?)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read(connection::ping).await
    }

    /// Whether requests can be served: the database can be read and written, as far as the last write tells, and its
    /// tables are those of this program. Answers within a second or so; what was found counts for a second, so that any
    /// number may ask.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn ready(&self) -> Result<(), NotReady> {
        self.readiness.of(&self.executor, self.migrated_by).await
    }

    /// Looks something up by key. On SQLite this runs right here and takes microseconds.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.executor.read(work).await
    }

    /// Reads a page of rows, on a thread that may take its time.
    pub(crate) async fn list<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.executor.list(work).await
    }

    /// How the access token of this key stands.
    pub(crate) async fn standing(&self, key: Key) -> Result<Option<Arc<Standing>>, StoreError> {
        self.executor.standing(key).await
    }

    /// The refresh token of this key, with its grant.
    pub(crate) async fn refresh_token(
        &self,
        key: Key,
    ) -> Result<Option<(RefreshToken, Grant)>, StoreError> {
        self.executor.refresh_token(key).await
    }

    /// Changes something, in one transaction, and answers once it is committed.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write_affecting(Affected::Anything, work).await
    }

    /// The same, of work that is known to affect less than all access tokens.
    pub(crate) async fn write_affecting<T: Send + 'static>(
        &self,
        affected: Affected,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let done = self.executor.write(affected, work).await;
        self.readiness.wrote(&done);
        done
    }

    /// Does one of the writes that requests wait for, and says whether it won its compare-and-set.
    pub(crate) async fn compare_and_set<W: Write>(&self, write: W) -> Result<bool, StoreError> {
        let done = match self.executor.compare_and_set(write).await {
            Err(error) if error.is_duplicate() => Ok(false),
            done => done,
        };
        self.readiness.wrote(&done);
        done
    }

    /// Writes what may be there already: `None` where it is, also when somebody else was faster by a moment.
    pub(crate) async fn insert<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<Option<T>> + Send + 'static,
    ) -> Result<Option<T>, StoreError> {
        match self.write(work).await {
            Err(error) if error.is_duplicate() => Ok(None),
            written => written,
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store(..)")
    }
}
