//! Whether the tables are there, where the application applies the migrations and keeps its own books of them.

use diesel::{RunQueryDsl, dsl::sql, result::Error::DatabaseError, sql_types::Bool};

use super::{DbConnection, Query, StoreError};

/// Whether every table has every column that the queries know; what else they have is the application's business.
pub(super) fn is_complete(db: &mut DbConnection) -> Result<bool, StoreError> {
    match ask(db).map_err(StoreError::from) {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.refused(), Some(DatabaseError(..))) => Ok(false),
        Err(error) => Err(error),
    }
}

fn ask(db: &mut DbConnection) -> Query<()> {
    for (table, columns) in tables() {
        let columns = columns.join(", ");
        let any = sql::<Bool>(&format!("EXISTS (SELECT {columns} FROM {table})"));
        diesel::select(any).get_result::<bool>(db)?;
    }
    Ok(())
}

/// The tables of `schema.rs` with their columns. They are read from its text, so that none can be forgotten here.
fn tables() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    include_str!("schema.rs").split("diesel::table! {").filter_map(|declared| {
        let (declared, _) = declared.split_once("\n    }")?;
        let (table, columns) = declared.trim_start().split_once(" (")?;
        let name = |line: &'static str| Some(line.trim_start().split_once(" -> ")?.0);
        Some((table, columns.lines().filter_map(name).collect()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_found_with_its_columns() {
        let declared = include_str!("schema.rs").matches("diesel::table! {").count();
        let found: Vec<_> = tables().collect();
        assert_eq!(found.len(), declared);
        let first = ["digest", "user_id", "created_at", "expires_at", "sid", "user_agent"];
        let columns = first.into_iter().chain(["address", "last_used_at"]).collect();
        assert!(found.contains(&("oauth_sessions", columns)));
        assert!(
            found.iter().all(|(table, columns)| table.starts_with("oauth_") && columns.len() > 2)
        );
    }
}
