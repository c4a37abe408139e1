//! PostgreSQL: a bounded number of threads with one connection each, and an answer within the deadline.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::oneshot::{self, error::RecvError},
    time::{Instant, timeout_at},
};

use super::{
    super::{
        DbConnection, Query, StoreError, StoreOptions,
        access_token::{self, Standing},
        client::{self, Client},
        connection::Database,
        grant::Grant,
        refresh_token::{self, RefreshToken},
    },
    look_ups::LookUps,
    piece::{Phase, Piece, transaction},
    threads::Threads,
};
use crate::secret::Digest;

#[derive(Clone)]
pub(in crate::store) struct Postgres {
    threads: Arc<Threads>,
    look_ups: SharedLookUps,
}

#[derive(Clone)]
struct SharedLookUps {
    standings: Arc<LookUps<Digest, Arc<Standing>>>,
    clients: Arc<LookUps<String, Client>>,
    refresh_tokens: Arc<LookUps<Digest, (RefreshToken, Grant)>>,
}

impl Postgres {
    pub(super) fn start(database: &Database, options: StoreOptions) -> Result<Self, StoreError> {
        drop(database.connect()?); // a wrong URL is an error now, and not of the first request
        Ok(Self {
            threads: Threads::new(database.clone(), options.deadline),
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
        self.read_else(work, || ()).await
    }

    /// The same, and this where it takes long.
    pub(super) async fn read_else<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
        late: impl FnOnce() + Send,
    ) -> Result<T, StoreError> {
        self.run(move |connection| (work(connection), Phase::Repeatable), late).await
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
        let ends = Instant::now() + self.threads.deadline;
        self.run(move |connection| transaction(connection, &work, ends), || ()).await
    }

    async fn run<T: Send + 'static>(
        &self,
        attempt: impl Fn(&mut DbConnection) -> (Query<T>, Phase) + Send + 'static,
        late: impl FnOnce() + Send,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let piece = Piece::new(attempt, reply);
        let asked = self.threads.answers();
        self.threads.submit(Box::new(piece));
        self.answered(answer, asked, late).await
    }

    /// What comes within the deadline. Where it takes long, and nobody else is answered either, the database is looked at.
    pub(super) async fn answered<T>(
        &self,
        mut answer: oneshot::Receiver<Result<T, StoreError>>,
        answers_before: u64,
        late: impl FnOnce() + Send,
    ) -> Result<T, StoreError> {
        let (now, deadline) = (Instant::now(), self.threads.deadline);
        let patience = LONG.min(deadline / 4);
        let answered = match timeout_at(now + patience, &mut answer).await {
            Ok(answered) => answered,
            Err(_) => {
                self.threads.suspect(answers_before, patience);
                late();
                let answered = timeout_at(now + deadline, answer).await;
                answered.map_err(|_| no_answer(deadline))?
            }
        };
        answered.map_err(|RecvError { .. }| StoreError::internal("a piece of work panicked"))?
    }

    pub(super) fn answers(&self) -> u64 {
        self.threads.answers()
    }
}

fn no_answer(deadline: Duration) -> StoreError {
    StoreError::unavailable(format!("it gave no answer within {} s", deadline.as_secs_f32()))
}

/// Who has waited for so long wonders whether the database is there.
const LONG: Duration = Duration::from_secs(1);
