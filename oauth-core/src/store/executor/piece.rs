//! A piece of work on PostgreSQL: how far it came, and whether it may run again.

use std::{cell::Cell, time::Duration};

use diesel::{
    Connection,
    r2d2::R2D2Connection,
    result::{DatabaseErrorKind, Error},
};
use rand::RngExt;
use tokio::{sync::oneshot, time::Instant};

use super::super::{DbConnection, Query, StoreError};

/// A piece of work, and who waits for it.
pub(super) trait Job: Send {
    /// Whether anybody still does.
    fn is_wanted(&self) -> bool;
    /// Runs it once, and answers unless it has to run again.
    fn run(&mut self, connection: &mut DbConnection) -> Ran;
    /// Answers that it cannot be run.
    fn refuse(self: Box<Self>, cause: StoreError);
}

/// What became of a piece of work.
pub(super) struct Ran {
    /// It was not answered, and may run again.
    pub(super) again: bool,
    /// Its connection is not to be used any more.
    pub(super) broken: bool,
}

/// A piece of work. What the database itself asks to repeat runs again, and what a broken connection cut off before its
/// commit.
pub(super) struct Piece<F, T> {
    attempt: F,
    reply: Option<oneshot::Sender<Result<T, StoreError>>>,
    attempts_left: u32,
}

impl<F, T> Piece<F, T> {
    pub(super) fn new(attempt: F, reply: oneshot::Sender<Result<T, StoreError>>) -> Self {
        Self { attempt, reply: Some(reply), attempts_left: ATTEMPTS }
    }
}

impl<F, T> Job for Piece<F, T>
where
    F: Fn(&mut DbConnection) -> (Query<T>, Phase) + Send,
    T: Send,
{
    fn is_wanted(&self) -> bool {
        self.reply.as_ref().is_some_and(|reply| !reply.is_closed())
    }

    fn run(&mut self, connection: &mut DbConnection) -> Ran {
        let (outcome, phase) = (self.attempt)(connection);
        let told = outcome.as_ref().err();
        let broken = told.is_some_and(is_connections) || connection.is_broken();
        let repeatable = told.is_some_and(asks_to_repeat) || phase == Phase::Repeatable && broken;
        self.attempts_left -= 1;
        let again = repeatable && outcome.is_err() && self.attempts_left > 0;
        if again && !broken {
            pause(self.attempts_left);
        }
        if !again && let Some(reply) = self.reply.take() {
            drop(reply.send(outcome.map_err(StoreError::from))); // who no longer waits is not an error
        }
        Ran { again, broken }
    }

    fn refuse(self: Box<Self>, cause: StoreError) {
        if let Some(reply) = self.reply {
            drop(reply.send(Err(cause)));
        }
    }
}

/// What comes too late is not committed: its caller was told that it failed, and may have repeated it since. To commit
/// now would be the second use of a token that was used once.
pub(in crate::store) fn transaction<T>(
    connection: &mut DbConnection,
    work: &impl Fn(&mut DbConnection) -> Query<T>,
    ends: Instant,
) -> (Query<T>, Phase) {
    let phase = Cell::new(Phase::Repeatable);
    let in_time = || if Instant::now() < ends { Ok(()) } else { Err(Error::RollbackTransaction) };
    let outcome = connection.transaction(|connection| {
        in_time()?;
        let value = work(connection)?;
        in_time()?;
        phase.set(Phase::Committing);
        Ok(value)
    });
    (outcome, phase.get())
}

/// How far a piece of work came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Phase {
    /// Nothing of it can have been committed.
    Repeatable,
    /// Its commit was sent: without an answer, nobody knows.
    Committing,
}

/// A serialization failure, or a deadlock, which diesel has no kind for.
fn asks_to_repeat(error: &Error) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        Error::DatabaseError(DatabaseErrorKind::Unknown, told) => {
            told.message() == "deadlock detected"
        }
        _ => false,
    }
}

/// Those that met once do not meet again at the same moment.
#[expect(clippy::disallowed_methods, reason = "how long one waits is no secret")]
fn pause(attempts_left: u32) {
    let most = 2 << (ATTEMPTS - attempts_left).min(6);
    std::thread::sleep(Duration::from_micros(rand::rng().random_range(0..most * 500_u64)));
}

/// Whether the connection is at fault: diesel's `is_broken` looks at its transactions alone, and a look-up has none. One
/// that has become read-only leads to a server that was made a standby: the next may lead to the primary.
fn is_connections(error: &Error) -> bool {
    use DatabaseErrorKind::{ClosedConnection, ReadOnlyTransaction, UnableToSendCommand};
    match error {
        Error::DatabaseError(ClosedConnection | UnableToSendCommand | ReadOnlyTransaction, _)
        | Error::BrokenTransactionManager => true,
        Error::RollbackErrorOnCommit { commit_error, rollback_error } => {
            is_connections(commit_error) || is_connections(rollback_error)
        }
        _ => false,
    }
}

/// A restarted server leaves every connection broken; each attempt discards one.
const ATTEMPTS: u32 = 50;
