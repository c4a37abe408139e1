//! The connection of one of PostgreSQL's threads.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use super::super::{DbConnection, StoreError, connection::Database};

/// None at first, and after it broke.
#[derive(Default)]
pub(super) struct Session(Option<(DbConnection, Instant)>);

impl Session {
    pub(super) fn connection(
        &mut self,
        database: &Database,
        deadline: Duration,
    ) -> Result<&mut DbConnection, String> {
        let (connection, _) = match &mut self.0 {
            Some(open) => open,
            none => none.insert((connect(database, deadline)?, Instant::now())),
        };
        Ok(connection)
    }

    pub(super) fn close(&mut self) {
        self.0 = None;
    }

    /// PostgreSQL's process for it keeps what it has learned of every table that it saw, and grows.
    pub(super) fn close_if_old(&mut self) {
        if self.0.as_ref().is_some_and(|(_, opened)| opened.elapsed() > LIFETIME) {
            self.close();
        }
    }
}

/// Opens one. What nobody waits for any more, because it took longer than the deadline, PostgreSQL gives up itself.
pub(super) fn connect(database: &Database, deadline: Duration) -> Result<DbConnection, String> {
    let mut connection = database.connect().map_err(|error| cause(&error))?;
    let most = deadline.as_millis();
    let limit = format!(
        "SELECT set_config('statement_timeout', '{most}', false) FROM pg_settings \
         WHERE name = 'statement_timeout' AND (setting = '0' OR setting::bigint > {most})"
    );
    connection.batch_execute(&limit).map_err(|error| error.to_string())?;
    Ok(connection)
}

fn cause(error: &StoreError) -> String {
    match error {
        StoreError::Unavailable(cause) => cause.to_string(),
        other => other.to_string(),
    }
}

const LIFETIME: Duration = Duration::from_secs(1800);
