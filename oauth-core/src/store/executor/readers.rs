//! SQLite's connections that read: as many as there are readers at once, opened where one lacks.
//!
//! Nothing opens one in the background. So with the last reader the last connection is closed, and the file stands alone.

use std::sync::{Mutex, PoisonError};

use diesel::r2d2::ManageConnection;

use super::super::{DbConnection, Query, StoreError, connection::Database};

pub(super) struct Readers {
    database: Database,
    idle: Mutex<Vec<DbConnection>>,
}

impl Readers {
    pub(super) fn new(database: Database) -> Self {
        Self { database, idle: Mutex::default() }
    }

    /// Runs the work right here.
    pub(super) fn run<T>(
        &self,
        work: &impl Fn(&mut DbConnection) -> Query<T>,
    ) -> Result<T, StoreError> {
        let mut connection = match self.idle().pop() {
            Some(connection) => connection,
            None => self.database.connect()?,
        };
        let outcome = work(&mut connection).map_err(StoreError::from);
        let is_usable = !outcome.as_ref().is_err_and(StoreError::is_unavailable)
            && !self.database.has_broken(&mut connection);
        if is_usable {
            self.idle().push(connection);
        }
        outcome
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<DbConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
