//! The one writer of a SQLite database: who asks it. What it does is in `group_commit.rs`.

use std::{
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{
    super::{Affected, DbConnection, Query, StoreError},
    group_commit::GroupCommit,
    health::Health,
    savepoint::{catching_panics, in_savepoint},
};

pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    health: Arc<Health>,
    deadline: Duration,
}

impl Writer {
    /// Starts the thread. It ends with the last handle to it, which waits for that.
    pub(super) fn start(
        commits: GroupCommit,
        health: Arc<Health>,
        deadline: Duration,
    ) -> Result<Self, StoreError> {
        let (sender, jobs) = mpsc::channel(1024);
        let thread = std::thread::Builder::new().name("oauth-writer".to_owned());
        let thread =
            thread.spawn(move || commits.until_closed(jobs)).map_err(StoreError::internal)?;
        Ok(Self { jobs: Some(sender), thread: Some(thread), health, deadline })
    }

    /// Answers within the deadline. Where the last write has failed, that is at once.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        affected: Affected,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        if let Some(refusal) = self.health.refusal() {
            return Err(refusal);
        }
        let (reply, answer) = oneshot::channel();
        let piece = Piece::new(affected, work, reply, Instant::now() + self.deadline);
        let gone = || StoreError::internal("the writer is gone");
        let asked = async {
            let jobs = self.jobs.as_ref().ok_or_else(gone)?;
            jobs.send(Box::new(piece)).await.map_err(|_| gone())?;
            answer.await.map_err(|_| gone())?
        };
        timeout(self.deadline, asked)
            .await
            .unwrap_or_else(|_| Err(StoreError::unavailable("the write takes too long")))
    }
}

impl Drop for Writer {
    /// Waits for the thread: only when its connection is closed can the last one clear away the `-wal`.
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            drop(thread.join()); // it catches panics
        }
    }
}

/// A piece of work, its outcome, and who waits for it.
pub(super) trait Job: Send {
    /// Runs it, and says whether it did.
    fn run(&mut self, connection: &mut DbConnection) -> bool;
    /// Runs it so that it rolls back alone.
    fn run_in_savepoint(&mut self, connection: &mut DbConnection);
    fn affected(&self) -> Affected;
    /// When it must have been answered.
    fn until(&self) -> Instant;
    /// Why it failed, if the database was at fault.
    fn database_failure(&self) -> Option<StoreError>;
    /// Answers: with the outcome when it was committed, with the failure when not.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

pub(super) struct Piece<F, T> {
    affected: Affected,
    work: F,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
    until: Instant,
}

impl<F, T> Piece<F, T> {
    pub(super) fn new(
        affected: Affected,
        work: F,
        reply: oneshot::Sender<Result<T, StoreError>>,
        until: Instant,
    ) -> Self {
        Self { affected, work, outcome: None, reply, until }
    }
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

    fn until(&self) -> Instant {
        self.until
    }

    fn database_failure(&self) -> Option<StoreError> {
        let failure = self.outcome.as_ref()?.as_ref().err()?;
        failure.is_unavailable().then(|| failure.shared())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let never_ran = || Err(StoreError::internal("the work never ran"));
        let Self { outcome, reply, .. } = *self;
        let answer = committed.and_then(|()| outcome.unwrap_or_else(never_ran));
        drop(reply.send(answer)); // who no longer waits is not an error
    }
}
