//! All that one request asks of the database has one deadline together.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use diesel::{Connection, PgConnection, SqliteConnection, connection::SimpleConnection};
use oauth_core::{Origin, RegistrationError, StoreError, StoreOptions};

use crate::support::{Database, Fixture};

const DEADLINE: Duration = Duration::from_secs(4);
/// Its first piece of work waits so long.
const FIRST: Duration = Duration::from_secs(3);

async fn fixture(database: Database) -> Fixture {
    Fixture::with_options(database, StoreOptions::default().with_deadline(DEADLINE)).await
}

async fn answered<T>(request: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let answer = Arc::<Origin>::default().around(request).await;
    let took = began.elapsed();
    assert!(took < DEADLINE + FIRST / 2, "{took:?}");
    answer
}

/// Ends a lock once the first piece has waited for it.
fn after_a_while(lock: impl Send + 'static) {
    thread::spawn(move || {
        thread::sleep(FIRST);
        drop(lock);
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql() {
    let Some(database) = Database::postgres() else { return };
    let url = database.url.clone();
    let fixture = fixture(database).await;
    let lock = |table: &str| {
        let mut lock = PgConnection::establish(&url).expect("PostgreSQL");
        lock.batch_execute(&format!("BEGIN; LOCK TABLE {table}")).expect("a lock");
        lock
    };
    after_a_while(lock("oauth_scopes"));
    let _clients = lock("oauth_clients");
    let request = async {
        fixture.server.scopes().await.expect("within the deadline");
        fixture.server.client("confidential").await.map(drop)
    };
    let answer = answered(request).await;
    assert!(answer.as_ref().is_err_and(StoreError::is_unavailable), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    let fixture = fixture(Database::sqlite()).await;
    let path = fixture.database.url.trim_start_matches("sqlite://");
    let lock = || {
        let mut lock = SqliteConnection::establish(path).expect("the file");
        lock.batch_execute("BEGIN IMMEDIATE").expect("a lock");
        lock
    };
    after_a_while(lock());
    let request = async {
        fixture.server.register_scope("one", "").await.expect("within the deadline");
        let _another = lock();
        fixture.server.register_scope("two", "").await.map(drop)
    };
    let answer = answered(request).await;
    let is_unavailable = |it: &RegistrationError| matches!(it, RegistrationError::Store(cause) if cause.is_unavailable());
    assert!(answer.as_ref().is_err_and(is_unavailable), "{answer:?}");
}
