//! For applications that have diesel beside us, on the same database.
//!
//! What stands here implements traits of diesel **2.3**: an application can use it with a diesel of that version, and with
//! no other. Nothing else of this crate asks for one: for other libraries there is [`SQLITE_PRAGMAS`].
//!
//! [`SQLITE_PRAGMAS`]: crate::SQLITE_PRAGMAS

use diesel::{
    SqliteConnection,
    migration::{Migration, MigrationSource, Result},
    pg::Pg,
    r2d2::{CustomizeConnection, Error},
    sqlite::Sqlite,
};

use super::{
    migrations::{POSTGRES, SQLITE},
    sqlite_file,
};

/// The provider's migrations, for an application that applies them with its own. It says so when it opens the store:
///
/// ```
/// use diesel::{Connection, SqliteConnection};
/// use diesel_migrations::MigrationHarness;
/// use oauth_core::{MigratedBy, Store, StoreOptions, with_diesel::Migrations};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// # let directory = std::env::temp_dir().join(format!("migrations-doc-{}", std::process::id()));
/// # std::fs::create_dir(&directory)?;
/// # let path = directory.join("doc.sqlite3").display().to_string();
/// let options = StoreOptions::default().with_migrations_by(MigratedBy::Application);
/// let store = Store::open_with(&format!("sqlite://{path}"), options)?;
/// let mut connection = SqliteConnection::establish(&path)?;
/// connection.run_pending_migrations(Migrations)?; // beside connection.run_pending_migrations(THEIRS)?
/// assert!(store.pending_migrations()?.is_empty());
/// # std::fs::remove_dir_all(directory).ok();
/// # Ok(())
/// # }
/// ```
///
/// Both kinds keep their books in diesel's table then, so no two migrations may have one version; ours are the dates of
/// their making, to the second. `revert_last_migration` wants the source that the last one came from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Migrations;

impl MigrationSource<Sqlite> for Migrations {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<Sqlite>>>> {
        SQLITE.migrations()
    }
}

impl MigrationSource<Pg> for Migrations {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<Pg>>>> {
        POSTGRES.migrations()
    }
}

/// Sets up the application's own connections to a SQLite file that the provider uses, too; in a pool of r2d2, or one by
/// one with [`SharedSqlite::set_up`]. Each waits up to 5 seconds for its turn to write, is in WAL mode, and holds foreign
/// keys.
///
/// **Write in an `immediate_transaction`**, or by single statements. Another transaction begins by reading, and asks for
/// the right to write at its first change; where somebody else has written in between, what it has read is old, and
/// SQLite refuses it at once, with "database is locked", however long it would wait. One that is immediate waits for its
/// turn before it reads.
///
/// Open the [`Store`](crate::Store) before the first connection of your own, because two switches that its look-ups gain
/// by can only be thrown before SQLite is first used. Where it was too late, the log says so at level `error`.
///
/// ```
/// use diesel::{SqliteConnection, connection::SimpleConnection, r2d2::{ConnectionManager, Pool}};
/// use oauth_core::{Store, with_diesel::SharedSqlite};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = std::env::temp_dir().join(format!("shared-doc-{}", std::process::id()));
/// # std::fs::create_dir(&directory)?;
/// # let path = directory.join("notes.sqlite3").display().to_string();
/// let store = Store::open(&format!("sqlite://{path}"))?;
/// let pool = Pool::builder()
///     .connection_customizer(Box::new(SharedSqlite))
///     .build(ConnectionManager::<SqliteConnection>::new(&path))?;
/// pool.get()?.immediate_transaction(|db| {
///     db.batch_execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
/// })?;
/// # std::fs::remove_dir_all(directory).ok();
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct SharedSqlite;

impl SharedSqlite {
    /// Sets up one connection.
    ///
    /// # Errors
    /// When SQLite refuses, as where another program keeps the file from being switched to WAL for 10 seconds.
    pub fn set_up(self, connection: &mut SqliteConnection) -> diesel::QueryResult<()> {
        sqlite_file::set_up_the_applications(connection)
    }
}

impl CustomizeConnection<SqliteConnection, Error> for SharedSqlite {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> std::result::Result<(), Error> {
        self.set_up(connection).map_err(Error::QueryError)
    }
}
