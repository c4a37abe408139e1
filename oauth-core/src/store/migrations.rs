//! The tables, created by the program itself: `migrations/` is compiled in.
//!
//! What is applied stands in a table of ours, so that an application that migrates with diesel has diesel's own for
//! itself. All that is pending is applied in one transaction: who looks meanwhile sees nothing of it, or all.

use std::collections::BTreeSet;

use diesel::{
    Connection, ExpressionMethods, QueryDsl, RunQueryDsl,
    connection::SimpleConnection,
    migration::{Migration, MigrationSource},
    sql_types::Bool,
};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::{
    DbConnection, MigratedBy, NotReady, Query, Spread, Store, StoreError, error,
    executor::{begin_immediate, commit, roll_back},
    probe, spread, user_names,
};

pub(super) const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
pub(super) const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

type Backend = <DbConnection as Connection>::Backend;
type Migrations = Vec<Box<dyn Migration<Backend>>>;

diesel::table! {
    oauth_schema_migrations (version) {
        version -> Text,
    }
}

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

impl Store {
    /// Applies the pending migrations, all or none, and names them. Blocks. Several processes may do this at once: one
    /// does, the others wait. What is applied stands in `oauth_schema_migrations`.
    ///
    /// Where the application applies them ([`MigratedBy::Application`]), this applies nothing and has no such table.
    /// It looks for users who came by SQL, as ever, and gives their names what names are compared by.
    ///
    /// # Errors
    /// When a migration fails, [`StoreError::Newer`] where a newer program has migrated the database, and
    /// [`StoreError::Older`] where a development version has.
    pub fn migrate(&self) -> Result<Vec<String>, StoreError> {
        self.migrated(None)
    }

    /// The same, and spreads the tables of codes, tokens and their families, with the rows that they have: no server may
    /// run meanwhile. Names that, too, where it was not done before. Blocks.
    ///
    /// # Errors
    /// As [`Store::migrate`], and [`StoreError::Spread`] on SQLite, where the tables are spread otherwise already, or
    /// where the database lacks Citus. Nothing is changed then.
    pub fn migrate_spread(&self, spread: Spread) -> Result<Vec<String>, StoreError> {
        self.migrated(Some(spread))
    }

    fn migrated(&self, spread: Option<Spread>) -> Result<Vec<String>, StoreError> {
        let mut db = self.database.connect()?;
        let by = self.migrated_by;
        if by == MigratedBy::Application && !lacking(&mut db, by)?.is_empty() {
            return Ok(Vec::new()); // it has yet to
        }
        let applied = run(&mut db, by, spread)?;
        self.executor.find_out(&mut db)?;
        Ok(applied)
    }

    /// The migrations that [`Store::migrate`] would apply. Blocks.
    ///
    /// # Errors
    /// When the database does not answer, and as [`Store::migrate`] where it is another program's.
    pub fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        let lacking = lacking(&mut self.database.connect()?, self.migrated_by)?;
        Ok(lacking.iter().map(|migration| migration.name().to_string()).collect())
    }

    /// Whether no migration of this crate was ever applied. Blocks.
    ///
    /// # Errors
    /// When the database does not answer, and as [`Store::migrate`] where it is another program's.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        let mut db = self.database.connect()?;
        match self.migrated_by {
            MigratedBy::Store => Ok(lacking(&mut db, self.migrated_by)?.len() == known(&db)?.len()),
            MigratedBy::Application => Ok(!has_table(&mut db, "oauth_clients")?),
        }
    }
}

/// Applies what is pending, and names it.
fn run(
    connection: &mut DbConnection,
    by: MigratedBy,
    spread: Option<Spread>,
) -> Result<Vec<String>, StoreError> {
    alone(connection, |connection| {
        let mut applied = match by {
            MigratedBy::Store => apply(connection)?,
            MigratedBy::Application => Vec::new(),
        };
        user_names::fill(connection)?;
        if let Some(spread) = spread
            && spread::apply(connection, spread)?
        {
            applied.push(format!("spread over {spread}"));
        }
        Ok(applied)
    })
}

fn apply(connection: &mut DbConnection) -> Result<Vec<String>, StoreError> {
    let pending = lacking(connection, MigratedBy::Store)?;
    if !has_table(connection, "oauth_schema_migrations")? {
        connection.batch_execute(TABLE)?;
    }
    for migration in &pending {
        migration.run(connection).map_err(|error| StoreError::Migration(error.to_string()))?;
        record(connection, &version(migration))?;
    }
    Ok(pending.iter().map(version).collect())
}

/// Whether the tables are those of this program.
pub(super) fn standing(
    connection: &mut DbConnection,
    by: MigratedBy,
) -> Query<Result<(), NotReady>> {
    Ok(match lacking(connection, by) {
        Ok(lacking) if lacking.is_empty() => Ok(()),
        Ok(_) => Err(NotReady::Pending),
        Err(StoreError::Newer(_)) => Err(NotReady::Newer),
        Err(StoreError::Older(_)) => Err(NotReady::Older),
        Err(StoreError::Query(cause)) => return Err(error::as_told(cause)),
        Err(error) => Err(NotReady::of(&error).unwrap_or(NotReady::Failing)),
    })
}

/// What the program knows and the database lacks, the oldest first. Where it is the other way round, this is a refusal.
fn lacking(connection: &mut DbConnection, by: MigratedBy) -> Result<Migrations, StoreError> {
    let mut lacking = known(connection)?;
    lacking.sort_by_key(version);
    if by == MigratedBy::Application {
        let is_there = has_table(connection, "oauth_clients")?;
        let from = if is_there { lacking.len().saturating_sub(1) } else { 0 };
        let complete = is_there && probe::is_complete(connection)?;
        return Ok(if complete { Vec::new() } else { lacking.split_off(from) });
    }
    let applied = applied(connection)?;
    let known: BTreeSet<String> = lacking.iter().map(version).collect();
    let unknown: Vec<&str> = applied.difference(&known).map(String::as_str).collect();
    let first = known.first().map_or("", String::as_str);
    if let Some(older) = unknown.iter().rfind(|version| **version < first) {
        return Err(StoreError::Older((*older).to_owned()));
    }
    if !unknown.is_empty() {
        return Err(StoreError::Newer(unknown.join(", ")));
    }
    lacking.retain(|migration| !applied.contains(&version(migration)));
    Ok(lacking)
}

fn known(connection: &DbConnection) -> Result<Migrations, StoreError> {
    let source = match connection {
        DbConnection::Sqlite(_) => SQLITE,
        DbConnection::Postgres(_) => POSTGRES,
    };
    source.migrations().map_err(|error| StoreError::Migration(error.to_string()))
}

fn version(migration: &impl Migration<Backend>) -> String {
    migration.name().version().to_string()
}

fn applied(connection: &mut DbConnection) -> Query<BTreeSet<String>> {
    if !has_table(connection, "oauth_schema_migrations")? {
        return in_diesels_books(connection);
    }
    let versions = oauth_schema_migrations::table.select(oauth_schema_migrations::version);
    Ok(versions.load(connection)?.into_iter().collect())
}

/// Before there was a table of ours, what was applied stood in diesel's. There it could be another's of the same version,
/// if none of our tables were here.
fn in_diesels_books(connection: &mut DbConnection) -> Query<BTreeSet<String>> {
    if !has_table(connection, "oauth_clients")?
        || !has_table(connection, "__diesel_schema_migrations")?
    {
        return Ok(BTreeSet::new());
    }
    let versions = __diesel_schema_migrations::table.select(__diesel_schema_migrations::version);
    let first = versions.filter(__diesel_schema_migrations::version.eq(FIRST_OF_ALL));
    Ok(first.load(connection)?.into_iter().collect())
}

fn record(connection: &mut DbConnection, version: &str) -> Query<()> {
    diesel::insert_into(oauth_schema_migrations::table)
        .values(oauth_schema_migrations::version.eq(version))
        .execute(connection)
        .map(drop)
}

pub(super) fn has_table(connection: &mut DbConnection, name: &str) -> Query<bool> {
    let catalogue = match connection {
        DbConnection::Sqlite(_) => "sqlite_schema WHERE type = 'table' AND name = ",
        // The first schema of the path only: what another of them has is another installation's.
        DbConnection::Postgres(_) => {
            "pg_tables WHERE schemaname = current_schema() AND tablename = "
        }
    };
    let exists = diesel::dsl::sql::<Bool>(&format!("EXISTS (SELECT 1 FROM {catalogue}'{name}')"));
    diesel::select(exists).get_result(connection)
}

/// Of programs that start at once, one at a time; the others wait, and then find nothing to do.
fn alone<T>(
    connection: &mut DbConnection,
    work: impl FnOnce(&mut DbConnection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if let DbConnection::Sqlite(sqlite) = connection {
        sqlite.batch_execute(PATIENCE)?;
    }
    begin_immediate(connection)?;
    if let DbConnection::Postgres(postgres) = connection {
        postgres.batch_execute(LOCK)?;
    }
    let done = work(connection).and_then(|done| Ok(commit(connection).map(|()| done)?));
    if done.is_err() {
        roll_back(connection);
    }
    done
}

/// In the words of diesel's own.
const TABLE: &str = "CREATE TABLE oauth_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, \
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)";
/// Of the development versions, those that had no table of their own as well.
const FIRST_OF_ALL: &str = "20261122000000";
/// Who has waited sees what was committed meanwhile, whatever the database's default is.
const LOCK: &str =
    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(7016734101)";
/// In milliseconds: as long as another program's migrations may take.
const PATIENCE: &str = "PRAGMA busy_timeout = 60000";
