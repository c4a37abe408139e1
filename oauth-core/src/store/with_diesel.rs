//! For applications that have diesel beside us, on the same database.
//!
//! What stands here implements traits of diesel **2.3**: an application can use it with a diesel of that version, and with
//! no other. That is what it is for, migrations and connections of the application's own diesel, and no type of ours
//! could stand in for diesel's there: [`Migrations`] is a `MigrationSource` for both databases, and `SharedSqlite` a
//! `CustomizeConnection` that also takes one `SqliteConnection`.
//!
//! No other public signature of this crate names a type of diesel: for other libraries there is [`SQLITE_PRAGMAS`]. Traits
//! of diesel that rustdoc lists of types elsewhere, such as `Queryable` of rows, or `From<diesel::result::Error>` of
//! [`StoreError`], are for our own queries: another version may lack them.
//!
//! [`SQLITE_PRAGMAS`]: crate::SQLITE_PRAGMAS
//! [`StoreError`]: crate::StoreError

#[cfg(feature = "sqlite")]
use diesel::sqlite::Sqlite;
use diesel::{
    migration::{Migration, MigrationSource, Result},
    pg::Pg,
};

use super::migrations::POSTGRES;
#[cfg(feature = "sqlite")]
pub use super::shared_sqlite::SharedSqlite;

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

#[cfg(feature = "sqlite")]
impl MigrationSource<Sqlite> for Migrations {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<Sqlite>>>> {
        super::migrations::SQLITE.migrations()
    }
}

impl MigrationSource<Pg> for Migrations {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<Pg>>>> {
        POSTGRES.migrations()
    }
}
