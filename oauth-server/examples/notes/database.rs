//! The application's own connection, by rusqlite, to the SQLite file that the provider uses, too.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use oauth_server::oauth_core::SQLITE_PRAGMAS;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::task::spawn_blocking;

/// One connection, for short work.
#[derive(Clone)]
pub(crate) struct Database(Arc<Mutex<Connection>>);

impl Database {
    pub(crate) fn open(path: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(SQLITE_PRAGMAS)?; // it waits for its turn, where the provider writes
        connection.execute_batch(TABLES)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Immediate, even to read: a transaction that reads first and would write later is refused where the provider has
    /// written in between.
    pub(crate) async fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let connection = Arc::clone(&self.0);
        let run = move || -> rusqlite::Result<T> {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        spawn_blocking(run).await?.map_err(io::Error::other)
    }
}

/// A user's number is never given out again, because clients know the user by it.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS users (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        password TEXT NOT NULL, -- yours are hashed
        is_active BOOLEAN NOT NULL DEFAULT TRUE
    );
    CREATE TABLE IF NOT EXISTS sessions (
        id TEXT PRIMARY KEY,
        user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE
    );
    CREATE TABLE IF NOT EXISTS notes (
        id INTEGER PRIMARY KEY,
        user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
        text TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS notes_of_user ON notes (user_id);
    INSERT OR IGNORE INTO users (name, password) VALUES ('Ada', 'engine'), ('Grace', 'moth');
";
