//! One piece of work inside a transaction that others share.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

use diesel::{
    Connection,
    connection::{AnsiTransactionManager, TransactionManager},
};

use super::super::{DbConnection, Query, StoreError};

type Transactions = <DbConnection as Connection>::TransactionManager;

/// Begins a transaction that may write: `BEGIN` alone would fail with `BUSY` as soon as a read is followed by a write.
pub(in crate::store) fn begin_immediate(connection: &mut DbConnection) -> Query<()> {
    match connection {
        DbConnection::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")
        }
        DbConnection::Postgres(_) => Transactions::begin_transaction(connection),
    }
}

pub(in crate::store) fn commit(connection: &mut DbConnection) -> Query<()> {
    Transactions::commit_transaction(connection)
}

/// Gives the transaction up, and says whether the connection can be used again.
pub(in crate::store) fn roll_back(connection: &mut DbConnection) -> bool {
    while matches!(depth(connection), Some(1..)) {
        if Transactions::rollback_transaction(connection).is_err() {
            return false;
        }
    }
    depth(connection) == Some(0)
}

/// Runs the work in a savepoint: its failure or panic rolls back what it did, and nothing else.
pub(super) fn in_savepoint<T>(
    connection: &mut DbConnection,
    work: &impl Fn(&mut DbConnection) -> Query<T>,
) -> Result<T, StoreError> {
    let outside = depth(connection);
    Transactions::begin_transaction(connection)?;
    let failure = match catching_panics(connection, work) {
        Ok(value) => return Ok(Transactions::commit_transaction(connection).map(|()| value)?),
        Err(failure) => failure,
    };
    // A panic may have left savepoints of its own open.
    while depth(connection).is_some_and(|inside| Some(inside) > outside) {
        if Transactions::rollback_transaction(connection).is_err() {
            break;
        }
    }
    Err(failure)
}

/// Runs the work where it is: a panic is a failure.
pub(super) fn catching_panics<T>(
    connection: &mut DbConnection,
    work: &impl Fn(&mut DbConnection) -> Query<T>,
) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(|| work(connection))) {
        Ok(outcome) => Ok(outcome?),
        Err(panic) => {
            let message = message(panic.as_ref());
            Err(StoreError::internal(format!("a piece of work panicked: {message}")))
        }
    }
}

/// How many transactions are open inside each other; `None` once the connection has lost count.
pub(super) fn depth(connection: &mut DbConnection) -> Option<u32> {
    let status = Transactions::transaction_manager_status_mut(connection);
    status.transaction_depth().ok().map(|depth| depth.map_or(0, u32::from))
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)")
}
