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

mod tests {
    use std::sync::{Arc, Mutex};

    use diesel::{Connection, connection::InstrumentationEvent};

    use super::super::{
        DbConnection, client,
        connection::Database as Kind,
        consent,
        executor::tests::databases,
        grant,
        plan::{assert_indexed, plan},
        session, user,
    };
    use crate::secret::Digest;

    /// What connected apps, taking consents back and signing out ask.
    fn requests(db: &mut DbConnection) {
        assert_eq!(grant::connections(db, "1", 5).unwrap().len(), 0);
        assert_eq!(grant::revoke_of_subject(db, "1", None, 5).unwrap(), 0);
        assert_eq!(grant::revoke_of_subject(db, "1", Some(7), 5).unwrap(), 0);
        consent::forget(db, "1", Some(7)).unwrap();
        session::delete(db, &Digest::of("a session")).unwrap();
        user::end_sessions(db, 7).unwrap();
    }

    #[test]
    fn the_origins_of_pages_are_read_from_an_index_of_the_clients_that_have_some() {
        for database in databases() {
            crate::Store::open(&database.url).unwrap().migrate().unwrap();
            let mut db = Kind::parse(&database.url).unwrap().connect().unwrap();
            assert!(client::cors_origins(&mut db).unwrap().is_empty());
            let statement = "SELECT cors_origins FROM oauth_clients WHERE cors_origins <> '' AND disabled_at IS NULL";
            let plan = plan(&mut db, statement);
            assert!(plan.iter().any(|line| line.contains("oauth_clients_cors")), "{plan:#?}");
        }
    }

    #[test]
    fn what_a_user_asks_of_connected_apps_and_sessions_goes_by_an_index() {
        for database in databases() {
            crate::Store::open(&database.url).unwrap().migrate().unwrap();
            let mut db = Kind::parse(&database.url).unwrap().connect().unwrap();
            let asked = Arc::new(Mutex::new(Vec::new()));
            let hears = Arc::clone(&asked);
            db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::StartQuery { query, .. } = event {
                    let statement = query.to_string();
                    hears
                        .lock()
                        .unwrap()
                        .push(statement.split(" -- binds").next().unwrap().to_owned());
                }
            });
            requests(&mut db);
            db.set_instrumentation(|_: InstrumentationEvent<'_>| ());
            let asked = asked.lock().unwrap();
            assert!(asked.len() >= 6, "{asked:?}");
            asked.iter().for_each(|statement| assert_indexed(&mut db, statement));
        }
    }
}
