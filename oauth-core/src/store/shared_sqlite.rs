//! An application's own connections to the SQLite file that the provider uses, too.

use diesel::{
    SqliteConnection,
    connection::SimpleConnection,
    r2d2::{CustomizeConnection, Error},
};

use super::{
    Query,
    sqlite_file::{SQLITE_PRAGMAS, switch_to_wal},
};

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
    pub fn set_up(self, connection: &mut SqliteConnection) -> Query<()> {
        connection.batch_execute("PRAGMA busy_timeout = 5000")?;
        switch_to_wal(connection)?;
        connection.batch_execute(SQLITE_PRAGMAS)
    }
}

impl CustomizeConnection<SqliteConnection, Error> for SharedSqlite {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), Error> {
        self.set_up(connection).map_err(Error::QueryError)
    }
}
