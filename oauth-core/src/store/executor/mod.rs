//! How work reaches a connection, per database.
//!
//! | | SQLite | PostgreSQL |
//! |---|---|---|
//! | read | right here, on an idle connection: a lookup by key takes microseconds | on a thread of the store |
//! | write | one writer thread; what waits shares one commit | on a thread of the store, one transaction each |
//!
//! Measured on two cores with 32 callers and durable commits: one SQLite writer with shared commits does three times
//! the refresh grants of a pool whose connections each begin their own transaction, at a fiftieth of the p99.

use std::sync::Arc;

mod answer;
mod group_commit;
mod health;
mod look_ups;
mod outage;
mod piece;
mod postgres;
mod prober;
mod readers;
mod savepoint;
mod seats;
mod session;
mod sqlite;
mod standings;
#[cfg(test)]
pub(super) mod tests;
mod threads;
mod wal_index;
mod writer;
mod writer_job;

pub(crate) use self::postgres::{Queue, Queues};
pub(super) use self::{
    piece::transaction,
    savepoint::{begin_immediate, commit, roll_back},
};
use self::{postgres::Postgres, sqlite::Sqlite};
use super::{
    Affected, DbConnection, NotReady, Query, StoreError, StoreOptions,
    access_token::Standing,
    client::ClientVersion,
    connection::Database,
    grant::Grant,
    refresh_token::{self, RefreshToken},
    write::Write,
};
use crate::secret::Key;

#[derive(Clone)]
pub(super) enum Executor {
    Postgres(Postgres),
    Sqlite(Sqlite),
}

impl Executor {
    pub(super) fn start(database: &Database, options: StoreOptions) -> Result<Self, StoreError> {
        match database {
            Database::Postgres { .. } => Postgres::start(database, options).map(Self::Postgres),
            Database::Sqlite(file) => Sqlite::start(database, file, options).map(Self::Sqlite),
        }
    }

    /// Looks whether the tables are spread.
    pub(super) fn find_out(&self, db: &mut DbConnection) -> Query<()> {
        match self {
            Self::Postgres(postgres) => postgres.find_out(db),
            Self::Sqlite(_) => Ok(()),
        }
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        match self {
            Self::Postgres(postgres) => postgres.read(work).await,
            Self::Sqlite(sqlite) => sqlite.read(work).await,
        }
    }

    /// What reads more than a few rows keeps no worker busy.
    pub(super) async fn list<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        match self {
            Self::Postgres(postgres) => postgres.read(work).await,
            Self::Sqlite(sqlite) => sqlite.list(work).await,
        }
    }

    pub(super) async fn standing(&self, key: Key) -> Result<Option<Arc<Standing>>, StoreError> {
        match self {
            Self::Postgres(postgres) => Box::pin(postgres.standing(key)).await,
            Self::Sqlite(sqlite) => sqlite.standing(key).await,
        }
    }

    pub(super) async fn client_version(
        &self,
        client_id: String,
    ) -> Result<Option<ClientVersion>, StoreError> {
        match self {
            Self::Postgres(postgres) => postgres.client_version(client_id).await,
            Self::Sqlite(sqlite) => sqlite.client_version(client_id).await,
        }
    }

    pub(super) async fn refresh_token(
        &self,
        key: Key,
    ) -> Result<Option<(RefreshToken, Grant)>, StoreError> {
        match self {
            Self::Postgres(postgres) => postgres.refresh_token(key).await,
            Self::Sqlite(sqlite) => sqlite.read(move |db| refresh_token::find(db, key)).await,
        }
    }

    pub(super) async fn compare_and_set<W: Write>(&self, write: W) -> Result<bool, StoreError> {
        match self {
            Self::Postgres(postgres) => postgres.compare_and_set(write).await,
            Self::Sqlite(sqlite) => {
                let affected = write.affected();
                sqlite.write(affected, move |db| write.step_by_step(db)).await
            }
        }
    }

    /// What need not be asked for.
    pub(super) fn ready(&self) -> Result<(), NotReady> {
        match self {
            Self::Postgres(_) => Ok(()),
            Self::Sqlite(sqlite) => sqlite.ready(),
        }
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        affected: Affected,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        match self {
            Self::Postgres(postgres) => postgres.write(work).await,
            Self::Sqlite(sqlite) => sqlite.write(affected, work).await,
        }
    }
}
