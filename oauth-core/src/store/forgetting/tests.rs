//! How much one batch is, and that each statement goes by an index.

use std::sync::{Arc, Mutex};

use diesel::{
    Connection,
    connection::{InstrumentationEvent, SimpleConnection},
};

use super::*;
use crate::store::{
    Store, connection::Database as Kind, executor::tests::database::Database, logout::Whose, plan,
};

/// User 7, on whom 250 rows of each table hang.
const THERE: &str = "
    INSERT INTO oauth_users (id, username, password_hash, first_name, last_name, email, is_staff, is_superuser, is_active,
        created_at) VALUES (7, 'alice', '', '', '', '', FALSE, FALSE, TRUE, 0);
    CREATE TEMPORARY TABLE numbers AS WITH RECURSIVE series (n) AS
        (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < 250) SELECT n FROM series;
    INSERT INTO oauth_clients (client_id, metadata, description, is_public, require_pkce, version, created_at, owner,
        acts_as_owner) SELECT 'app' || n, '{\"client_name\":\"app\"}', '', FALSE, FALSE, 1, 0, '7', TRUE FROM numbers;
    INSERT INTO oauth_consents (subject, client_id, scopes, granted_at) SELECT '7', n, '', 0 FROM numbers;
    INSERT INTO oauth_grants (id, client_id, subject, scopes, created_at) SELECT n, n, '7', '', 0 FROM numbers;
    INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at)
        SELECT n, CAST('x' AS DIGEST), '', '', 0, 10 FROM numbers;
    INSERT INTO oauth_authorization_codes (grant_id, digest, prefix, created_at, expires_at)
        SELECT n, CAST('x' AS DIGEST), '', 0, 10 FROM numbers;
    INSERT INTO oauth_refresh_tokens (grant_id, digest, prefix, access_token, created_at)
        SELECT n, CAST('x' AS DIGEST), '', CAST('x' AS DIGEST), 0 FROM numbers;
    INSERT INTO oauth_known_browsers (user_id, digest, expires_at)
        SELECT 7, CAST('x' || n AS DIGEST), 10 FROM numbers;
    INSERT INTO oauth_sessions (digest, user_id, created_at, expires_at)
        SELECT CAST('x' || n AS DIGEST), 7, 0, 10 FROM numbers;
    INSERT INTO oauth_audit (at, actor, actor_name, action, kind, record_id, record_name, changes)
        SELECT 1, '7', 'alice', 'update', 'user', 7, 'alice', '' FROM numbers;
";

/// Runs one batch, and gives what it asked.
fn heard(db: &mut DbConnection, of: &Forgetting) -> (Batch, Vec<String>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let statements = Arc::clone(&heard);
    db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            statements.lock().unwrap().push(query.to_string());
        }
    });
    let done = batch(db, of).unwrap();
    db.set_instrumentation(|_: InstrumentationEvent<'_>| ());
    let heard = heard.lock().unwrap();
    let statements = heard.iter().map(|text| text.split(" -- binds").next().unwrap().to_owned());
    (done, statements.filter(|statement| !statement.contains("(1=0)")).collect())
}

fn left(db: &mut DbConnection) -> [i64; 6] {
    [
        grants::table.count().get_result(db).unwrap(),
        consents::table.count().get_result(db).unwrap(),
        sessions::table.count().get_result(db).unwrap(),
        browsers::table.count().get_result(db).unwrap(),
        audit::table.filter(audit::actor_name.ne("")).count().get_result(db).unwrap(),
        clients::table.filter(clients::owner.is_not_null()).count().get_result(db).unwrap(),
    ]
}

fn assert_in_batches(database: &Database, digest: &str) {
    Store::open(&database.url).unwrap().migrate().unwrap();
    let mut db = Kind::parse(&database.url).unwrap().connect().unwrap();
    db.batch_execute(&THERE.replace("DIGEST", digest)).unwrap();
    let mut of = Forgetting {
        subject: "7".to_owned(),
        user: Some(7),
        now: 5,
        audited: 0,
        logout: Logout::of(Whose::Subject("7".to_owned()), 5),
    };
    let mut asked = Vec::new();
    // Each table's rows that hang on a family are a batch of their own, so a batch of families takes another.
    for rest in [250, 150, 50, 0] {
        let before = left(&mut db);
        let (done, statements) = heard(&mut db, &of);
        asked.extend(statements);
        let now = left(&mut db);
        assert!(before.iter().zip(now).all(|(before, now)| before - now <= 100), "{now:?}");
        assert!(done.has_erased && now[1] <= 250 - rest.min(100), "{now:?}");
        of.audited = done.audited;
        of.logout = done.logout;
        if done.is_last {
            break;
        }
    }
    while !heard(&mut db, &of).0.is_last {}
    assert_eq!(left(&mut db), [0; 6]);
    let (again, _) = heard(&mut db, &of);
    assert!(again.is_last && !again.has_erased, "{again:?}");
    asked.sort();
    asked.dedup();
    assert!(asked.len() >= 16, "{asked:#?}");
    for statement in asked {
        plan::assert_indexed(&mut db, &statement);
    }
}

#[test]
fn a_batch_is_a_hundred_rows_of_a_table_of_sqlite_and_goes_by_indexes() {
    assert_in_batches(&Database::sqlite(), "BLOB");
}

#[test]
fn a_batch_is_a_hundred_rows_of_a_table_of_postgresql_and_goes_by_indexes() {
    if let Some(database) = Database::postgres() {
        assert_in_batches(&database, "BYTEA");
    }
}
