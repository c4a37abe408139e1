//! PostgreSQL: a bounded number of threads with one connection each, and an answer within the deadline.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use tokio::time::Instant;

use super::{
    super::{
        DbConnection, Query, StoreError, StoreOptions,
        access_token::{self, Standing},
        authorization_code::NewAuthorizationCode,
        client::{self, ClientVersion},
        connection::Database,
        deadline::left,
        family::{NewFamily, NewTokens},
        grant::Grant,
        redemption::Redemption,
        refresh_token::{self, RefreshToken},
        renewal::Renewal,
        rotation::Rotation,
        spread,
        write::{self, Outcome, Waiting, Write},
    },
    answer::no_answer,
    look_ups::LookUps,
    piece::{Phase, transaction},
    threads::Threads,
};
use crate::secret::Key;

#[derive(Clone)]
pub(in crate::store) struct Postgres {
    threads: Arc<Threads>,
    look_ups: SharedLookUps,
    queues: Queues,
    /// Then nothing is shared: each statement is of one family, and goes to where that is.
    is_spread: Arc<AtomicBool>,
}

/// Writes of a kind, of which those that wait share a statement.
pub(crate) type Queue<W> = Arc<LookUps<Waiting<W>, Outcome>>;

/// The kinds of writes that requests wait for.
#[derive(Clone)]
pub(crate) struct Queues {
    pub(in crate::store) codes: Queue<NewFamily<NewAuthorizationCode>>,
    pub(in crate::store) issues: Queue<NewFamily<NewTokens>>,
    pub(in crate::store) redemptions: Queue<Redemption>,
    pub(in crate::store) rotations: Queue<Rotation>,
    pub(in crate::store) renewals: Queue<Renewal>,
}

#[derive(Clone)]
struct SharedLookUps {
    standings: Arc<LookUps<Key, Arc<Standing>>>,
    client_versions: Arc<LookUps<String, ClientVersion>>,
    refresh_tokens: Arc<LookUps<Key, (RefreshToken, Grant)>>,
}

impl Postgres {
    pub(super) fn start(database: &Database, options: StoreOptions) -> Result<Self, StoreError> {
        let mut db = database.connect()?; // a wrong URL is an error now, and not of the first request
        let postgres = Self {
            threads: Threads::new(database.clone(), options),
            look_ups: SharedLookUps {
                standings: LookUps::new(access_token::standings),
                client_versions: LookUps::new(client::versions),
                refresh_tokens: LookUps::new(refresh_token::found),
            },
            queues: Queues {
                codes: LookUps::new(write::all),
                issues: LookUps::new(write::all),
                redemptions: LookUps::new(write::all),
                rotations: LookUps::new(write::all),
                renewals: LookUps::new(write::all),
            },
            is_spread: Arc::default(),
        };
        postgres.find_out(&mut db)?;
        Ok(postgres)
    }

    pub(super) fn find_out(&self, db: &mut DbConnection) -> Query<()> {
        self.is_spread.store(spread::found(db)?.is_some(), Relaxed);
        Ok(())
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.threads.read_else(work, || ()).await
    }

    pub(super) async fn standing(&self, key: Key) -> Result<Option<Arc<Standing>>, StoreError> {
        if self.is_spread.load(Relaxed) {
            let found = self.read(move |db| access_token::standing(db, key)).await?;
            return Ok(found.map(Arc::new));
        }
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
        if self.is_spread.load(Relaxed) {
            return self.read(move |db| refresh_token::find(db, key)).await;
        }
        self.look_ups.refresh_tokens.find(key, &self.threads).await
    }

    /// What comes too late is not sent: its caller was told that it failed, and may have repeated it since.
    pub(super) async fn compare_and_set<W: Write>(&self, write: W) -> Result<bool, StoreError> {
        let ends = Instant::now() + left(self.threads.options.deadline);
        let waiting = Waiting::new(write, ends);
        if self.is_spread.load(Relaxed) {
            let work = move |db: &mut DbConnection| (write::one(db, &waiting), Phase::Repeatable);
            return self.threads.run(work, || ()).await;
        }
        let found = W::queue(&self.queues).find(waiting, &self.threads).await?;
        found.ok_or_else(|| no_answer(self.threads.options.deadline))?.into_result()
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let ends = Instant::now() + left(self.threads.options.deadline);
        self.threads.run(move |connection| transaction(connection, &work, ends), || ()).await
    }
}
