//! A statement may still be under way when its caller's connection has gone: what is sent again waits for it.

use std::{thread, time::Duration};

use diesel::{connection::SimpleConnection, sql_query};

use super::{
    super::{
        access_token::NewAccessToken,
        connection::Database as Kind,
        executor::tests::{CLIENT, database::Database, migrated},
        family::{NewFamily, NewTokens},
        grant::NewGrant,
    },
    *,
};
use crate::{Resources, Scopes, secret::Digest};

type Issue = NewFamily<NewTokens>;

fn issue(value: &str) -> Issue {
    let (digest, prefix, scopes) = (Digest::of(value), String::new(), Scopes::default());
    let access =
        NewAccessToken { digest, prefix, scopes, audience: None, created_at: 0, expires_at: 9 };
    let (subject, scopes) = (None, Scopes::default());
    let grant = NewGrant {
        openid: None,
        sid: None,
        id: 7,
        client_id: 1,
        subject,
        scopes,
        resources: Resources::default(),
        created_at: 0,
        expires_at: None,
        data: None,
    };
    NewFamily { grant, first: NewTokens { access, refresh: None } }
}

fn postgres(db: &mut DbConnection) -> &mut PgConnection {
    match db {
        DbConnection::Postgres(db) => db,
        DbConnection::Sqlite(_) => panic!("not PostgreSQL"),
    }
}

/// What becomes of an issue that was sent before, while the first to be sent commits this one.
fn sent_again(
    first: &Issue,
    send: impl FnOnce(&mut DbConnection, &Waiting<Issue>) -> bool + Send,
) -> Option<bool> {
    let database = Database::postgres()?;
    drop(migrated(&database));
    let connect = || Kind::parse(&database.url).unwrap().connect().unwrap();
    let (mut under_way, mut again) = (connect(), connect());
    under_way.batch_execute(&format!("{CLIENT}; BEGIN")).unwrap();
    assert!(first.step_by_step(&mut under_way).unwrap());
    let waiting = Waiting::new(issue("its own"), Instant::now() + Duration::from_secs(60));
    waiting.0.was_sent.store(true, Relaxed);
    thread::scope(|scope| {
        let sent = scope.spawn(move || send(&mut again, &waiting));
        let waits = "SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid";
        while sql_query(waits).execute(postgres(&mut under_way)).unwrap() == 0 {
            thread::sleep(Duration::from_millis(5));
        }
        under_way.batch_execute("COMMIT").unwrap();
        Some(sent.join().unwrap())
    })
}

fn shared(db: &mut DbConnection, waiting: &Waiting<Issue>) -> bool {
    let mut outcomes = all(postgres(db), std::slice::from_ref(waiting)).unwrap().into_values();
    outcomes.next().unwrap().into_result().unwrap()
}

fn of_one_family(db: &mut DbConnection, waiting: &Waiting<Issue>) -> bool {
    one(db, waiting).unwrap()
}

#[test]
fn what_is_sent_again_while_it_is_committed_has_won() {
    for won in [sent_again(&issue("its own"), shared), sent_again(&issue("its own"), of_one_family)]
    {
        assert_ne!(won, Some(false));
    }
}

#[test]
fn what_is_sent_again_while_another_of_its_key_is_committed_has_lost() {
    for won in [sent_again(&issue("another"), shared), sent_again(&issue("another"), of_one_family)]
    {
        assert_ne!(won, Some(true));
    }
}
