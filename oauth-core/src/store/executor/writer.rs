//! The one writer of a SQLite database: group commit.
//!
//! What waits is run in one transaction, each piece of work in a savepoint of its own, and every caller is answered
//! only after the commit. A piece that fails or panics rolls back alone. Where the transaction as a whole fails, each
//! piece runs once more, alone; the writer goes on whatever happens.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::{
    super::{Affected, DbConnection, Query, StoreError, connection::Database},
    savepoint::{begin_immediate, commit, depth, in_savepoint, roll_back},
    standings::Standings,
};

pub(super) struct Writer(mpsc::Sender<Box<dyn Job>>);

impl Writer {
    /// Starts the thread. It ends with the last handle to it.
    pub(super) fn start(
        database: Database,
        connection: DbConnection,
        standings: Arc<Standings>,
    ) -> Result<Self, StoreError> {
        let (sender, jobs) = mpsc::channel(1024);
        let thread = std::thread::Builder::new().name("oauth-writer".to_owned());
        let run = Run { database, connection: Some(connection), standings };
        thread.spawn(move || run.until_closed(jobs)).map_err(StoreError::internal)?;
        Ok(Self(sender))
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        affected: Affected,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let gone = |_| StoreError::internal("the writer is gone");
        self.0
            .send(Box::new(Piece { affected, work, outcome: None, reply }))
            .await
            .map_err(|_| gone(()))?;
        answer.await.map_err(|_| gone(()))?
    }
}

/// A piece of work, its outcome, and who waits for it.
trait Job: Send {
    fn run(&mut self, connection: &mut DbConnection);
    fn affected(&self) -> Affected;
    /// Answers: with the outcome when it was committed, with the failure when not.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Piece<F, T> {
    affected: Affected,
    work: F,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Job for Piece<F, T>
where
    F: Fn(&mut DbConnection) -> Query<T> + Send,
    T: Send,
{
    fn run(&mut self, connection: &mut DbConnection) {
        self.outcome = Some(in_savepoint(connection, &self.work));
    }

    fn affected(&self) -> Affected {
        self.affected
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let never_ran = || Err(StoreError::internal("the work never ran"));
        let Self { outcome, reply, .. } = *self;
        let answer = committed.and_then(|()| outcome.unwrap_or_else(never_ran));
        drop(reply.send(answer)); // who no longer waits is not an error
    }
}

struct Run {
    database: Database,
    connection: Option<DbConnection>,
    standings: Arc<Standings>,
}

impl Run {
    fn until_closed(mut self, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < LARGEST_BATCH {
                match jobs.try_recv() {
                    Ok(job) => batch.push(job),
                    Err(_) => break,
                }
            }
            self.together(batch);
        }
    }

    fn together(&mut self, mut batch: Vec<Box<dyn Job>>) {
        match self.transaction(&mut batch) {
            Ok(()) => batch.into_iter().for_each(|job| job.answer(Ok(()))),
            Err(error) => {
                tracing::warn!(%error, pieces = batch.len(), "a commit failed; each piece once more, alone");
                batch.into_iter().for_each(|job| self.alone(job));
            }
        }
    }

    fn alone(&mut self, mut job: Box<dyn Job>) {
        let committed = self.transaction(std::slice::from_mut(&mut job));
        job.answer(committed);
    }

    /// One transaction around these pieces.
    fn transaction(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            lost => lost.insert(self.database.connect()?),
        };
        let outcome = run_and_commit(connection, jobs, &self.standings);
        if outcome.is_err() {
            self.standings.failed();
        }
        if outcome.is_err() && !roll_back(connection) {
            self.connection = None; // its state is unknown: the next transaction opens another
        }
        outcome
    }
}

fn run_and_commit(
    connection: &mut DbConnection,
    jobs: &mut [Box<dyn Job>],
    standings: &Standings,
) -> Result<(), StoreError> {
    begin_immediate(connection)?;
    let before = standings.writing();
    for job in &mut *jobs {
        job.run(connection);
        if depth(connection) != Some(1) {
            // SQLite gave the whole transaction up (a full disk, say): what ran before is gone as well.
            return Err(StoreError::internal("the transaction was lost"));
        }
    }
    commit(connection)?;
    standings.committed(before, jobs.iter().map(|job| job.affected()));
    Ok(())
}

/// More share a commit only under a load where the commit is no longer what costs.
const LARGEST_BATCH: usize = 32;
