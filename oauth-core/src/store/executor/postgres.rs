//! PostgreSQL: a bounded pool of blocking threads, one connection each.

use std::{cell::Cell, sync::Arc, time::Duration};

use diesel::{
    Connection,
    r2d2::{Pool, R2D2Connection},
    result::{DatabaseErrorKind, Error},
};
use tokio::sync::Semaphore;

use super::{
    super::{
        DbConnection, Query, StoreError,
        access_token::{self, Standing},
        client::{self, Client},
        connection::Database,
        grant::Grant,
        refresh_token::{self, RefreshToken},
    },
    look_ups::LookUps,
};
use crate::secret::Digest;

#[derive(Clone)]
pub(in crate::store) struct Postgres {
    connections: Pool<Database>,
    free: Arc<Semaphore>,
    look_ups: SharedLookUps,
}

#[derive(Clone)]
struct SharedLookUps {
    standings: Arc<LookUps<Digest, Arc<Standing>>>,
    clients: Arc<LookUps<String, Client>>,
    refresh_tokens: Arc<LookUps<Digest, (RefreshToken, Grant)>>,
}

impl Postgres {
    pub(super) fn start(database: &Database) -> Result<Self, StoreError> {
        drop(database.connect()?); // the pool would hide why it cannot connect
        let connections = Pool::builder()
            .max_size(CONNECTIONS)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(Duration::from_secs(5))
            .build_unchecked(database.clone());
        Ok(Self {
            connections,
            free: Arc::new(Semaphore::new(CONNECTIONS as usize)),
            look_ups: SharedLookUps {
                standings: LookUps::new(access_token::standings),
                clients: LookUps::new(client::found),
                refresh_tokens: LookUps::new(refresh_token::found),
            },
        })
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.blocking(move |connection| (work(connection), Phase::Repeatable)).await
    }

    pub(super) async fn standing(
        &self,
        digest: Digest,
    ) -> Result<Option<Arc<Standing>>, StoreError> {
        self.look_ups.standings.find(digest, self).await
    }

    pub(super) async fn client(&self, client_id: String) -> Result<Option<Client>, StoreError> {
        self.look_ups.clients.find(client_id, self).await
    }

    pub(super) async fn refresh_token(
        &self,
        digest: Digest,
    ) -> Result<Option<(RefreshToken, Grant)>, StoreError> {
        self.look_ups.refresh_tokens.find(digest, self).await
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let transaction = move |connection: &mut DbConnection| {
            let phase = Cell::new(Phase::Repeatable);
            let outcome = connection.transaction(|connection| {
                let value = work(connection)?;
                phase.set(Phase::Committing);
                Ok(value)
            });
            (outcome, phase.get())
        };
        self.blocking(transaction).await
    }

    /// Tasks wait for a connection here, not on a thread. What the database itself asks to repeat, and what a broken
    /// connection cut off before its commit, runs again.
    async fn blocking<T: Send + 'static>(
        &self,
        attempt: impl Fn(&mut DbConnection) -> (Query<T>, Phase) + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = Arc::clone(&self.free).acquire_owned().await.map_err(StoreError::internal)?;
        let connections = self.connections.clone();
        let work = move || {
            let _held = permit; // until the work is done, also when nobody waits for it any more
            let mut attempts_left = ATTEMPTS;
            loop {
                attempts_left -= 1;
                let mut connection = connections.get()?;
                match attempt(&mut connection) {
                    (Err(error), phase)
                        if attempts_left > 0 && repeatable(&error, phase, &mut connection) => {}
                    (outcome, _) => return Ok(outcome?),
                }
            }
        };
        tokio::task::spawn_blocking(work).await.map_err(StoreError::internal)?
    }
}

/// How far a piece of work came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing of it can have been committed.
    Repeatable,
    /// Its commit was sent: without an answer, nobody knows.
    Committing,
}

fn repeatable(error: &Error, phase: Phase, connection: &mut DbConnection) -> bool {
    let asked_to =
        matches!(error, Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _));
    asked_to || phase == Phase::Repeatable && connection.is_broken()
}

/// Enough to keep two to eight cores busy; more only queue inside PostgreSQL instead of here.
const CONNECTIONS: u32 = 16;
/// A restarted server leaves every pooled connection broken; each attempt discards one.
const ATTEMPTS: u32 = CONNECTIONS + 1;
