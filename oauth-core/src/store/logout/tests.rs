//! Each statement goes by an index.

use std::sync::{Arc, Mutex};

use diesel::{
    Connection,
    connection::{InstrumentationEvent, SimpleConnection},
};

use super::*;
use crate::store::{Store, connection::Database as Kind, executor::tests::databases, plan};

/// A family that ends, and whose client is told.
const THERE: &str = r#"
    INSERT INTO oauth_clients (client_id, metadata, description, is_public, require_pkce, version, created_at)
        VALUES ('app', '{"client_name":"app","backchannel_logout_uri":"https://app.example/"}', '', FALSE, FALSE, 1, 0);
    INSERT INTO oauth_grants (id, client_id, subject, scopes, created_at, openid, sid)
        SELECT 1, id, 'alice', 'openid', 0, '{}', 'a-session' FROM oauth_clients;
"#;

#[test]
fn no_statement_of_a_logout_reads_a_whole_table() {
    for database in databases() {
        Store::open(&database.url).unwrap().migrate().unwrap();
        for whose in
            [Whose::Sessions(vec!["a-session".to_owned()]), Whose::Subject("alice".to_owned())]
        {
            let mut db = Kind::parse(&database.url).unwrap().connect().unwrap();
            db.batch_execute("DELETE FROM oauth_clients").unwrap();
            db.batch_execute(THERE).unwrap();
            let heard = Arc::new(Mutex::new(Vec::new()));
            let statements = Arc::clone(&heard);
            db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::StartQuery { query, .. } = event {
                    let statement = query.to_string();
                    let statement = statement.split(" -- binds").next().unwrap().to_owned();
                    statements.lock().unwrap().push(statement);
                }
            });
            let logged_out = Logout::of(whose, 5).batch(&mut db).unwrap();
            db.set_instrumentation(|_: InstrumentationEvent<'_>| ());
            assert_eq!(logged_out.ended.len(), 1);
            let heard = heard.lock().unwrap();
            assert!(heard.len() >= 5, "{heard:#?}");
            heard.iter().for_each(|statement| plan::assert_indexed(&mut db, statement));
        }
    }
}
