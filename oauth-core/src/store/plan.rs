//! For tests: how a database goes about a statement.

use diesel::{
    QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::Text,
};

use super::DbConnection;

#[derive(QueryableByName)]
struct SqlitePlan {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct PostgresPlan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// Asserts that a statement reads no table from end to end, whatever it is given.
pub(super) fn assert_indexed(db: &mut DbConnection, statement: &str) {
    let plan = plan(db, statement);
    let scan =
        plan.iter().find(|line| line.starts_with("SCAN oauth_") || line.contains("Seq Scan"));
    assert_eq!(scan, None, "{statement}\n{plan:#?}");
}

fn plan(db: &mut DbConnection, statement: &str) -> Vec<String> {
    match db {
        DbConnection::Sqlite(db) => {
            let plan = sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load::<SqlitePlan>(db);
            plan.expect(statement).into_iter().map(|line| line.detail).collect()
        }
        DbConnection::Postgres(db) => {
            // A plan for any values, of tables that are too small for an index to pay.
            db.batch_execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")
                .unwrap();
            db.batch_execute(&format!("PREPARE explained AS {statement}")).expect(statement);
            let places = (1..).take_while(|place| statement.contains(&format!("${place}")));
            let values = places.map(|_| "NULL").collect::<Vec<_>>().join(", ");
            let values = if values.is_empty() { values } else { format!("({values})") };
            let plan =
                sql_query(format!("EXPLAIN EXECUTE explained{values}")).load::<PostgresPlan>(db);
            db.batch_execute("DEALLOCATE explained").unwrap();
            plan.expect(statement).into_iter().map(|line| line.line).collect()
        }
    }
}
