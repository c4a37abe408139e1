//! What is asked of PostgreSQL is answered within the deadline.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::oneshot::{self, error::RecvError},
    time::{Instant, timeout_at},
};

use super::{
    super::{DbConnection, Query, StoreError},
    piece::{Phase, Piece},
    threads::Threads,
};

impl Threads {
    /// Reads, and does this where it takes long.
    pub(super) async fn read_else<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
        late: impl FnOnce() + Send,
    ) -> Result<T, StoreError> {
        self.run(move |connection| (work(connection), Phase::Repeatable), late).await
    }

    pub(super) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        attempt: impl Fn(&mut DbConnection) -> (Query<T>, Phase) + Send + 'static,
        late: impl FnOnce() + Send,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let piece = Piece::new(attempt, reply);
        let asked = self.answers();
        self.submit(Box::new(piece));
        self.in_time(answer, asked, late).await
    }

    /// What comes within the deadline. Where it takes long, and nobody else is answered either, the database is looked at.
    pub(super) async fn in_time<T>(
        self: &Arc<Self>,
        mut answer: oneshot::Receiver<Result<T, StoreError>>,
        answers_before: u64,
        late: impl FnOnce() + Send,
    ) -> Result<T, StoreError> {
        let (now, deadline) = (Instant::now(), self.deadline);
        let patience = LONG.min(deadline / 4);
        let answered = match timeout_at(now + patience, &mut answer).await {
            Ok(answered) => answered,
            Err(_) => {
                self.suspect(answers_before, patience);
                late();
                let answered = timeout_at(now + deadline, answer).await;
                answered.map_err(|_| no_answer(deadline))?
            }
        };
        answered.map_err(|RecvError { .. }| StoreError::internal("a piece of work panicked"))?
    }
}

pub(super) fn no_answer(deadline: Duration) -> StoreError {
    StoreError::unavailable(format!("it gave no answer within {} s", deadline.as_secs_f32()))
}

/// Who has waited for so long wonders whether the database is there.
const LONG: Duration = Duration::from_secs(1);
