//! What the one writer of a SQLite database does: group commit.
//!
//! What waits is run in one transaction, and every caller is answered only after the commit. Where a piece of work fails
//! or panics, all are rolled back and run again, each in a savepoint of its own, so that it rolls back alone; that is not
//! how they begin, because SQLite copies every page that is changed in a savepoint. Where the transaction as a whole
//! fails, each piece runs once more, alone; the writer goes on whatever happens.
//!
//! Where it is the database that cannot be written to, all are told so, what comes meanwhile is refused at once, and the
//! writer tries by itself until it can be.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use diesel::connection::SimpleConnection;
use tokio::sync::{
    mpsc::{self, error::TryRecvError},
    oneshot,
};

use super::{
    super::{
        Affected, DbConnection, NotReady, StoreError,
        connection::{Database, touch},
        sqlite_file::SqliteFile,
    },
    health::Health,
    savepoint::{begin_immediate, commit, depth, roll_back},
    standings::Standings,
    writer_job::{Job, Piece},
};

pub(super) struct GroupCommit {
    pub(super) database: Database,
    pub(super) file: SqliteFile,
    pub(super) connection: Option<DbConnection>,
    pub(super) standings: Arc<Standings>,
    pub(super) health: Arc<Health>,
}

impl GroupCommit {
    pub(super) fn until_closed(mut self, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
        let (mut last_size, mut last_took) = (0, Duration::ZERO);
        while let Some(first) = self.next(&mut jobs) {
            let patience = LONGEST_WAIT.min(last_took / 4);
            let batch = gather(first, &mut jobs, last_size, patience);
            let (size, began) = (batch.len(), Instant::now());
            self.together(batch);
            (last_size, last_took) = (size, began.elapsed());
        }
    }

    /// The next piece of work, once something can be written.
    fn next(&mut self, jobs: &mut mpsc::Receiver<Box<dyn Job>>) -> Option<Box<dyn Job>> {
        while let Some(refusal) = self.health.refusal() {
            loop {
                match jobs.try_recv() {
                    Ok(job) => job.answer(Err(refusal.shared())),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return None,
                }
            }
            if !self.can_write() {
                std::thread::sleep(BETWEEN_TRIES);
            }
        }
        jobs.blocking_recv()
    }

    /// Tries it, by a commit that changes nothing.
    fn can_write(&mut self) -> bool {
        let (reply, _nobody) = oneshot::channel();
        let mut piece: Box<dyn Job> =
            Box::new(Piece::new(Affected::Nothing, touch, reply, Instant::now()));
        let ran = self.transaction(std::slice::from_mut(&mut piece), run_all);
        let failed = ran.is_err() || piece.database_failure().is_some();
        if !failed {
            self.health.wrote();
        }
        !failed
    }

    fn together(&mut self, mut batch: Vec<Box<dyn Job>>) {
        let mut outcome = self.transaction(&mut batch, run_all);
        if let Ok(Ran::Failed) = outcome {
            outcome = self.transaction(&mut batch, run_each_in_savepoint);
        }
        match outcome {
            Ok(_) => batch.into_iter().for_each(|job| self.answer(job, Ok(()))),
            Err(error) if error.is_unavailable() => {
                batch.into_iter().for_each(|job| self.answer(job, Err(error.shared())));
            }
            Err(error) => {
                tracing::warn!(%error, pieces = batch.len(), "a commit failed; each piece once more, alone");
                batch.into_iter().for_each(|job| self.alone(job));
            }
        }
    }

    fn alone(&mut self, mut job: Box<dyn Job>) {
        let committed =
            self.transaction(std::slice::from_mut(&mut job), run_each_in_savepoint).map(drop);
        self.answer(job, committed);
    }

    fn answer(&self, job: Box<dyn Job>, committed: Result<(), StoreError>) {
        if let Some(error) = committed.as_ref().err().or(job.database_failure().as_ref()) {
            self.health.write_failed(error);
        }
        job.answer(committed);
    }

    /// One transaction around these pieces.
    fn transaction(&mut self, jobs: &mut [Box<dyn Job>], run: Runs) -> Result<Ran, StoreError> {
        self.file.check()?;
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let outcome = self.run_and_commit(&mut connection, jobs, run);
        let mut is_usable = true;
        if !matches!(outcome, Ok(Ran::Done)) {
            self.standings.failed();
            // Where its state is unknown, or the file was opened while it could only be read, the next opens another.
            let reason = outcome.as_ref().err().and_then(NotReady::of);
            is_usable =
                roll_back(&mut connection) && reason.is_none_or(|it| it == NotReady::Locked);
        }
        self.connection = is_usable.then_some(connection);
        outcome
    }

    fn connect(&self) -> Result<DbConnection, StoreError> {
        let mut connection = self.database.connect()?;
        connection.batch_execute(A_TRY)?;
        Ok(connection)
    }

    fn run_and_commit(
        &self,
        connection: &mut DbConnection,
        jobs: &mut [Box<dyn Job>],
        run: Runs,
    ) -> Result<Ran, StoreError> {
        begin(connection, jobs.iter().map(|job| job.until()).min())?;
        let before = self.standings.writing();
        let ran = run(connection, jobs)?;
        if let Ran::Done = ran {
            commit(connection)?;
            self.file.check()?; // into a file that is gone by now: nobody is told that it was written
            self.standings.committed(before, jobs.iter().map(|job| job.affected()));
        }
        Ok(ran)
    }
}

type Runs = fn(&mut DbConnection, &mut [Box<dyn Job>]) -> Result<Ran, StoreError>;

/// Waits for another program's lock as long as the first of those who wait can.
fn begin(connection: &mut DbConnection, until: Option<Instant>) -> Result<(), StoreError> {
    loop {
        let begun = begin_immediate(connection).map_err(StoreError::from);
        let is_locked = begun.as_ref().err().and_then(NotReady::of) == Some(NotReady::Locked);
        let in_time = until.is_some_and(|until| Instant::now() + BETWEEN_TRIES < until);
        if !is_locked || !in_time {
            return begun;
        }
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
            let lost = || StoreError::internal("the transaction was lost");
            return Err(job.database_failure().unwrap_or_else(lost));
        }
    }
    Ok(Ran::Done)
}

const A_MOMENT: Duration = Duration::from_micros(50);
/// However long the last commit took.
const LONGEST_WAIT: Duration = Duration::from_millis(2);
/// More share a commit only under a load where the commit is no longer what costs.
const LARGEST_BATCH: usize = 32;
/// How long SQLite waits for a lock before it is asked again whether there is time left.
const A_TRY: &str = "PRAGMA busy_timeout = 250";
const BETWEEN_TRIES: Duration = Duration::from_millis(250);
