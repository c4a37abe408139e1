//! Each statement goes by an index.

use std::sync::{Arc, Mutex};

use diesel::{Connection, connection::InstrumentationEvent, connection::SimpleConnection};

use super::*;
use crate::store::{Store, connection::Database as Kind, executor::tests::databases, plan};

#[test]
fn no_statement_of_a_delivery_reads_a_whole_table() {
    for database in databases() {
        Store::open(&database.url).unwrap().migrate().unwrap();
        let mut db = Kind::parse(&database.url).unwrap().connect().unwrap();
        db.batch_execute(
            "INSERT INTO oauth_clients (client_id, metadata, description, is_public, require_pkce, version, created_at)
                VALUES ('app', '{\"client_name\":\"app\"}', '', FALSE, FALSE, 1, 0);
            INSERT INTO oauth_logout_deliveries (client_id, subject, created_at, due_at, attempts, expires_at)
                SELECT id, 'alice', 1, 1, 0, 100 FROM oauth_clients;",
        )
        .unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let statements = Arc::clone(&heard);
        db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                let statement = query.to_string();
                statements
                    .lock()
                    .unwrap()
                    .push(statement.split(" -- binds").next().unwrap().to_owned());
            }
        });
        let delivery = due(&mut db, 5, &[77, 78]).unwrap().remove(0);
        assert!(take(&mut db, &delivery, 60).unwrap());
        assert!(!take(&mut db, &delivery, 60).unwrap(), "another has it");
        let taken = LogoutDelivery { due_at: 60, ..delivery };
        assert!(put_off(&mut db, &taken, 90, "away").unwrap());
        assert!(hurry(&mut db, taken.id).unwrap());
        assert_eq!(due(&mut db, 5, &[taken.client_id]).unwrap().len(), 1, "staff want it now");
        assert_eq!(keep_newest(&mut db, taken.client_id).unwrap(), 0);
        assert_eq!(list(&mut db, i64::MAX).unwrap().len(), 1);
        assert!(listed(&mut db, taken.id).unwrap().is_some());
        assert!(delete(&mut db, taken.id).unwrap());
        db.set_instrumentation(|_: InstrumentationEvent<'_>| ());
        let heard = heard.lock().unwrap();
        assert!(heard.len() >= 9, "{heard:#?}");
        heard.iter().for_each(|statement| plan::assert_indexed(&mut db, statement));
    }
}
