//! The one writer of a SQLite database: group commit.
//!
//! What waits is run in one transaction, and every caller is answered only after the commit. Where a piece of work fails
//! or panics, all are rolled back and run again, each in a savepoint of its own, so that it rolls back alone; that is not
//! how they begin, because SQLite copies every page that is changed in a savepoint. Where the transaction as a whole
//! fails, each piece runs once more, alone; the writer goes on whatever happens.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{mpsc, oneshot};

use super::{
    super::{Affected, DbConnection, Query, StoreError, connection::Database},
    savepoint::{begin_immediate, catching_panics, commit, depth, in_savepoint, roll_back},
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
    /// Runs it, and says whether it did.
    fn run(&mut self, connection: &mut DbConnection) -> bool;
    /// Runs it so that it rolls back alone.
    fn run_in_savepoint(&mut self, connection: &mut DbConnection);
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
    fn run(&mut self, connection: &mut DbConnection) -> bool {
        let outcome = catching_panics(connection, &self.work);
        let is_done = outcome.is_ok();
        self.outcome = Some(outcome);
        is_done
    }

    fn run_in_savepoint(&mut self, connection: &mut DbConnection) {
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
        let (mut last_size, mut last_took) = (0, Duration::ZERO);
        while let Some(first) = jobs.blocking_recv() {
            let patience = LONGEST_WAIT.min(last_took / 4);
            let batch = gather(first, &mut jobs, last_size, patience);
            let (size, began) = (batch.len(), Instant::now());
            self.together(batch);
            (last_size, last_took) = (size, began.elapsed());
        }
    }

    fn together(&mut self, mut batch: Vec<Box<dyn Job>>) {
        let mut outcome = self.transaction(&mut batch, run_all);
        if let Ok(Ran::Failed) = outcome {
            outcome = self.transaction(&mut batch, run_each_in_savepoint);
        }
        match outcome {
            Ok(_) => batch.into_iter().for_each(|job| job.answer(Ok(()))),
            Err(error) => {
                tracing::warn!(%error, pieces = batch.len(), "a commit failed; each piece once more, alone");
                batch.into_iter().for_each(|job| self.alone(job));
            }
        }
    }

    fn alone(&mut self, mut job: Box<dyn Job>) {
        let committed =
            self.transaction(std::slice::from_mut(&mut job), run_each_in_savepoint).map(drop);
        job.answer(committed);
    }

    /// One transaction around these pieces.
    fn transaction(
        &mut self,
        jobs: &mut [Box<dyn Job>],
        run: impl FnOnce(&mut DbConnection, &mut [Box<dyn Job>]) -> Result<Ran, StoreError>,
    ) -> Result<Ran, StoreError> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            lost => lost.insert(self.database.connect()?),
        };
        let outcome = run_and_commit(connection, jobs, run, &self.standings);
        if !matches!(outcome, Ok(Ran::Done)) {
            self.standings.failed();
            if !roll_back(connection) {
                self.connection = None; // its state is unknown: the next transaction opens another
            }
        }
        outcome
    }
}

/// What became of the pieces of a transaction.
enum Ran {
    Done,
    /// A piece failed, and with it all that ran: nothing is committed.
    Failed,
}

/// The first piece and what waits behind it. Those who were answered together come back together, but not all at the
/// same moment: as many as the last time are worth a short wait. Who comes alone never waits.
fn gather(
    first: Box<dyn Job>,
    jobs: &mut mpsc::Receiver<Box<dyn Job>>,
    expected: usize,
    patience: Duration,
) -> Vec<Box<dyn Job>> {
    let (mut batch, began) = (vec![first], Instant::now());
    loop {
        while batch.len() < LARGEST_BATCH
            && let Ok(job) = jobs.try_recv()
        {
            batch.push(job);
        }
        if batch.len() >= expected || began.elapsed() >= patience {
            return batch;
        }
        std::thread::sleep(A_MOMENT);
    }
}

fn run_and_commit(
    connection: &mut DbConnection,
    jobs: &mut [Box<dyn Job>],
    run: impl FnOnce(&mut DbConnection, &mut [Box<dyn Job>]) -> Result<Ran, StoreError>,
    standings: &Standings,
) -> Result<Ran, StoreError> {
    begin_immediate(connection)?;
    let before = standings.writing();
    let ran = run(connection, jobs)?;
    if let Ran::Done = ran {
        commit(connection)?;
        standings.committed(before, jobs.iter().map(|job| job.affected()));
    }
    Ok(ran)
}

fn run_all(connection: &mut DbConnection, jobs: &mut [Box<dyn Job>]) -> Result<Ran, StoreError> {
    let all = jobs.iter_mut().all(|job| job.run(connection) && depth(connection) == Some(1));
    Ok(if all { Ran::Done } else { Ran::Failed })
}

fn run_each_in_savepoint(
    connection: &mut DbConnection,
    jobs: &mut [Box<dyn Job>],
) -> Result<Ran, StoreError> {
    for job in jobs {
        job.run_in_savepoint(connection);
        if depth(connection) != Some(1) {
            // SQLite gave the whole transaction up (a full disk, say): what ran before is gone as well.
            return Err(StoreError::internal("the transaction was lost"));
        }
    }
    Ok(Ran::Done)
}

const A_MOMENT: Duration = Duration::from_micros(50);
/// However long the last commit took.
const LONGEST_WAIT: Duration = Duration::from_millis(2);
/// More share a commit only under a load where the commit is no longer what costs.
const LARGEST_BATCH: usize = 32;
