//! PostgreSQL: a bounded number of threads with one connection each, and an answer within the deadline.

use std::sync::Arc;

use tokio::time::Instant;

use super::{
    super::{
        DbConnection, Query, StoreError, StoreOptions,
        access_token::{self, Standing},
        client::{self, ClientVersion},
        connection::Database,
        deadline::left,
        grant::Grant,
        refresh_token::{self, RefreshToken},
    },
    look_ups::LookUps,
    piece::transaction,
    threads::Threads,
};
use crate::secret::Key;

#[derive(Clone)]
pub(in crate::store) struct Postgres {
    threads: Arc<Threads>,
    look_ups: SharedLookUps,
}

#[derive(Clone)]
struct SharedLookUps {
    standings: Arc<LookUps<Key, Arc<Standing>>>,
    client_versions: Arc<LookUps<String, ClientVersion>>,
    refresh_tokens: Arc<LookUps<Key, (RefreshToken, Grant)>>,
}

impl Postgres {
    pub(super) fn start(database: &Database, options: StoreOptions) -> Result<Self, StoreError> {
        drop(database.connect()?); // a wrong URL is an error now, and not of the first request
        Ok(Self {
            threads: Threads::new(database.clone(), options.deadline),
            look_ups: SharedLookUps {
                standings: LookUps::new(access_token::standings),
                client_versions: LookUps::new(client::versions),
                refresh_tokens: LookUps::new(refresh_token::found),
            },
        })
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.threads.read_else(work, || ()).await
    }

    pub(super) async fn standing(&self, key: Key) -> Result<Option<Arc<Standing>>, StoreError> {
        self.look_ups.standings.find(key, &self.threads).await
    }

    pub(super) async fn client_version(
        &self,
        client_id: String,
    ) -> Result<Option<ClientVersion>, StoreError> {
        self.look_ups.client_versions.find(client_id, &self.threads).await
    }

    pub(super) async fn refresh_token(
        &self,
        key: Key,
    ) -> Result<Option<(RefreshToken, Grant)>, StoreError> {
        self.look_ups.refresh_tokens.find(key, &self.threads).await
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let ends = Instant::now() + left(self.threads.deadline);
        self.threads.run(move |connection| transaction(connection, &work, ends), || ()).await
    }
}
