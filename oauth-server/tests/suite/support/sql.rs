//! A look into the database past the crates.

use diesel::{
    Connection, PgConnection, RunQueryDsl, SqliteConnection, connection::SimpleConnection,
    sql_query, sql_types::BigInt,
};

use super::Database;

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

impl Database {
    /// How many rows a table has.
    pub(crate) fn count(&self, table: &str) -> i64 {
        let query = sql_query(format!("SELECT count(*) AS rows FROM {table}"));
        let count: Count = match self.url.strip_prefix("sqlite://") {
            Some(path) => query.get_result(&mut SqliteConnection::establish(path).expect("SQLite")),
            None => query.get_result(&mut PgConnection::establish(&self.url).expect("PostgreSQL")),
        }
        .expect(table);
        count.rows
    }

    /// Takes a table away under the running server.
    pub(crate) fn drop_table(&self, table: &str) {
        let cascade = if self.url.starts_with("sqlite://") { "" } else { " CASCADE" };
        self.execute(&format!("DROP TABLE {table}{cascade}"));
    }

    pub(crate) fn execute(&self, sql: &str) {
        match self.url.strip_prefix("sqlite://") {
            Some(path) => SqliteConnection::establish(path).expect("SQLite").batch_execute(sql),
            None => PgConnection::establish(&self.url).expect("PostgreSQL").batch_execute(sql),
        }
        .expect(sql);
    }
}
