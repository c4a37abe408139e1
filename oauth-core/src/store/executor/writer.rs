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
    super::{Affected, DbConnection, Query, StoreError, deadline::Wait},
    group_commit::GroupCommit,
    health::Health,
    writer_job::{Job, Piece},
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
        let wait = Wait::begin(self.deadline);
        let (reply, answer) = oneshot::channel();
        let piece = Piece::new(affected, work, reply, Instant::now() + wait.left);
        let gone = || StoreError::internal("the writer is gone");
        let asked = async {
            let jobs = self.jobs.as_ref().ok_or_else(gone)?;
            jobs.send(Box::new(piece)).await.map_err(|_| gone())?;
            answer.await.map_err(|_| gone())?
        };
        timeout(wait.left, asked)
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
