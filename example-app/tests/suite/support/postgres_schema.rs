//! A PostgreSQL schema that one test has for itself.

use diesel::{Connection, PgConnection, connection::SimpleConnection};

use super::postgres;

/// The URL of an empty schema; `None` where PostgreSQL is not installed.
pub(crate) fn postgres_schema() -> Option<String> {
    postgres::fresh_schema(|url, sql| {
        PgConnection::establish(url).unwrap().batch_execute(sql).unwrap();
    })
}
