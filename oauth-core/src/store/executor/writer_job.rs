//! What the one writer of a SQLite database does for somebody.

use std::time::Instant;

use tokio::sync::oneshot;

use super::{
    super::{Affected, DbConnection, Query, StoreError},
    savepoint::{catching_panics, in_savepoint},
};

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
