//! The database in the hands of another program.

use diesel::{
    Connection, PgConnection, RunQueryDsl, SqliteConnection, connection::SimpleConnection,
    sql_query,
};

use super::Database;

impl Database {
    /// Runs a statement, and says how many rows it changed.
    pub(crate) fn execute(&self, statement: &str) -> usize {
        let query = sql_query(statement);
        match self.url.strip_prefix("sqlite://") {
            Some(path) => {
                let mut connection = SqliteConnection::establish(path).unwrap();
                // The servers write as well, each when it likes to.
                connection.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
                query.execute(&mut connection).unwrap()
            }
            None => query.execute(&mut PgConnection::establish(&self.url).unwrap()).unwrap(),
        }
    }
}
