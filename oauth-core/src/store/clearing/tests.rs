//! Each statement goes by an index, on both databases.

use std::sync::{Arc, Mutex};

use diesel::{
    Connection,
    connection::{InstrumentationEvent, SimpleConnection},
};

use super::*;
use crate::store::{
    Store, connection::Database as Kind, executor::tests::database::Database, plan,
};

/// Something for every statement to find.
const ENDED: &str = "
    INSERT INTO oauth_clients (client_id, metadata, description, is_public, require_pkce, version, created_at)
        VALUES ('app', '{\"client_name\":\"app\"}', '', FALSE, FALSE, 1, 0);
    INSERT INTO oauth_client_secrets (client_id, digest, prefix, created_at, expires_at)
        SELECT id, CAST('x' AS BINARY_TYPE), '', 0, 10 FROM oauth_clients;
    INSERT INTO oauth_clients (client_id, metadata, description, is_public, require_pkce, version, created_at, disabled_at,
        deleted_at) VALUES ('deleted', '{\"client_name\":\"deleted\"}', '', FALSE, FALSE, 1, 0, 10, 10);
    INSERT INTO oauth_consents (subject, client_id, scopes, granted_at)
        SELECT 'alice', id, '', 0 FROM oauth_clients WHERE client_id = 'deleted';
    INSERT INTO oauth_grants (id, client_id, scopes, created_at)
        SELECT 4, id, '', 0 FROM oauth_clients WHERE client_id = 'deleted';
    INSERT INTO oauth_grants (id, client_id, scopes, created_at, expires_at, revoked_at)
        SELECT 1, id, '', 0, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT) FROM oauth_clients WHERE client_id = 'app'
        UNION ALL SELECT 2, id, '', 0, 10, NULL FROM oauth_clients WHERE client_id = 'app'
        UNION ALL SELECT 3, id, '', 0, NULL, 10 FROM oauth_clients WHERE client_id = 'app';
    INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at)
        SELECT id, CAST(CAST(id AS TEXT) AS BINARY_TYPE), '', '', 0, 10 FROM oauth_grants;
    INSERT INTO oauth_authorization_codes (grant_id, digest, prefix, created_at, expires_at)
        SELECT grant_id, digest, '', 0, 10 FROM oauth_access_tokens;
    INSERT INTO oauth_refresh_tokens (grant_id, digest, prefix, access_token, created_at, expires_at)
        SELECT grant_id, digest, '', digest, 0, 10 FROM oauth_access_tokens;
    INSERT INTO oauth_users (username, password_hash, first_name, last_name, email, is_staff, is_superuser, is_active,
        created_at) VALUES ('alice', '', '', '', '', FALSE, FALSE, TRUE, 0);
    INSERT INTO oauth_known_browsers (user_id, digest, expires_at)
        SELECT oauth_users.id, digest, 10 FROM oauth_users, oauth_access_tokens;
    INSERT INTO oauth_pushed_requests (digest, parameters, created_at, expires_at)
        SELECT digest, '', 0, 10 FROM oauth_access_tokens;
    INSERT INTO oauth_logout_deliveries (client_id, subject, created_at, due_at, expires_at)
        SELECT id, 'alice', 0, 0, 10 FROM oauth_clients WHERE client_id = 'app';
    INSERT INTO oauth_registration_tokens (digest, prefix, created_at, expires_at, uses_left, issued_by)
        SELECT digest, '', 0, 10, 1, '' FROM oauth_access_tokens;
    INSERT INTO oauth_clients (client_id, metadata, description, is_public, require_pkce, version, created_at, reap_at)
        VALUES ('unused', '{\"client_name\":\"unused\"}', '', TRUE, TRUE, 1, 0, 10);
    INSERT INTO oauth_sessions (digest, created_at, expires_at) SELECT digest, 0, 10 FROM oauth_access_tokens;
";

/// Every statement that a clean-up runs.
fn statements(db: &mut DbConnection) -> Vec<String> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let statements = Arc::clone(&heard);
    db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            statements.lock().unwrap().push(query.to_string());
        }
    });
    let ends = Ends { single: 20, family: 20, endless: 20, deleted: 20, session: 20, signed: 20 };
    sessions(db, ends, 200).unwrap();
    known_browsers(db, ends, 200).unwrap();
    pushed_requests(db, ends, 200).unwrap();
    assert_eq!(logout_deliveries(db, ends, 200).unwrap().logout_deliveries, 1);
    client_secrets(db, ends, 200).unwrap();
    registration_tokens(db, ends, 200).unwrap();
    assert_eq!(deleted_clients(db, ends, 200).unwrap().grants, 1);
    assert_eq!(deleted_clients(db, ends, 200).unwrap().consents, 1);
    assert_eq!(deleted_clients(db, ends, 200).unwrap().clients, 1);
    assert_eq!(unused_clients(db, ends, 200).unwrap(), (1, vec!["unused".to_owned()]));
    let stretch = families::stretch(db, 0, 100).unwrap().unwrap();
    assert!(families::has_ended(db, ends, stretch).unwrap());
    assert_eq!(families::clear(db, ends, stretch, 200).unwrap().0.grants, 3);
    assert!(families::stretch(db, stretch.until, 100).unwrap().is_none());
    db.set_instrumentation(|_: InstrumentationEvent<'_>| ());
    let heard = heard.lock().unwrap();
    let statements = heard.iter().map(|text| text.split(" -- binds").next().unwrap().to_owned());
    statements.filter(|statement| !statement.contains("(1=0)")).collect() // of no rows: nothing is read
}

fn assert_indexed(database: &Database, binary: &str) {
    Store::open(&database.url).unwrap().migrate().unwrap();
    let mut db = Kind::parse(&database.url).unwrap().connect().unwrap();
    db.batch_execute(&ENDED.replace("BINARY_TYPE", binary)).unwrap();
    let statements = statements(&mut db);
    assert!(statements.len() >= 16, "{statements:#?}");
    for statement in statements {
        plan::assert_indexed(&mut db, &statement);
    }
}

#[test]
fn no_statement_of_a_clean_up_reads_a_whole_table_of_sqlite() {
    assert_indexed(&Database::sqlite(), "BLOB");
}

#[test]
fn no_statement_of_a_clean_up_reads_a_whole_table_of_postgresql() {
    if let Some(database) = Database::postgres() {
        assert_indexed(&database, "BYTEA");
    }
}
