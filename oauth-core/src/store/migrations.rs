//! The tables, created by the program itself: `migrations/` is compiled in.

use diesel::{
    PgConnection, RunQueryDsl,
    migration::{Migration, MigrationSource, MigrationVersion},
    sql_query,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{DbConnection, StoreError};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Applies what is pending, and names it.
pub(super) fn run(connection: &mut DbConnection) -> Result<Vec<String>, StoreError> {
    let applied = match connection {
        DbConnection::Sqlite(connection) => named(connection.run_pending_migrations(SQLITE)),
        DbConnection::Postgres(connection) => {
            alone(connection, |connection| named(connection.run_pending_migrations(POSTGRES)))?
        }
    };
    applied.map_err(StoreError::Migration)
}

/// What is not yet applied.
pub(super) fn pending(connection: &mut DbConnection) -> Result<Vec<String>, StoreError> {
    let pending = match connection {
        DbConnection::Sqlite(connection) => {
            connection.pending_migrations(SQLITE).map(|pending| names(&pending))
        }
        DbConnection::Postgres(connection) => alone(connection, |connection| {
            connection.pending_migrations(POSTGRES).map(|pending| names(&pending))
        })?,
    };
    pending.map_err(|error| StoreError::Migration(error.to_string()))
}

/// Whether nothing of ours was ever applied; an embedder's own migrations share the table and do not count.
pub(super) fn none_applied(connection: &mut DbConnection) -> Result<bool, StoreError> {
    let all = MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE)
        .map_err(|error| StoreError::Migration(error.to_string()))?;
    Ok(pending(connection)?.len() == all.len())
}

/// Of programs that start at once, one at a time: the tables must not be created twice, not even diesel's own, which a
/// look creates; and who looks must not see some of the tables.
fn alone<T>(
    connection: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> T,
) -> Result<T, StoreError> {
    sql_query(LOCK).execute(connection)?;
    let done = work(connection);
    sql_query(UNLOCK).execute(connection)?;
    Ok(done)
}

fn named(
    applied: diesel::migration::Result<Vec<MigrationVersion<'_>>>,
) -> Result<Vec<String>, String> {
    let text =
        |versions: Vec<MigrationVersion<'_>>| versions.iter().map(ToString::to_string).collect();
    applied.map(text).map_err(|error| error.to_string())
}

fn names<DB: diesel::backend::Backend>(migrations: &[Box<dyn Migration<DB>>]) -> Vec<String> {
    migrations.iter().map(|migration| migration.name().to_string()).collect()
}

const LOCK: &str = "SELECT pg_advisory_lock(7016734101)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(7016734101)";
