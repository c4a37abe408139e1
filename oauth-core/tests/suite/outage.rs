//! PostgreSQL is killed, paused, frozen and restarted under load: everybody is answered within the deadline, service is
//! back soon after the database, and nothing that was answered is lost.

mod load;

use std::time::{Duration, Instant};

use diesel::{Connection, PgConnection, connection::SimpleConnection};
use oauth_core::StoreOptions;

use self::load::{Load, Seen};
use crate::support::{
    Database, Fixture,
    own_postgres::{OwnPostgres, signal},
    proxy::Proxy,
};

/// The store's, in the tests that wait for it.
const DEADLINE: Duration = Duration::from_secs(2);
/// What a busy machine with two cores may take longer.
const SLACK: Duration = Duration::from_secs(3);
/// With the database, service is back.
const SOON: Duration = Duration::from_secs(2);
const A_WHILE: Duration = Duration::from_millis(500);

async fn fixture(url: String) -> Fixture {
    Fixture::with_options(Database::at(url), StoreOptions::default().with_deadline(DEADLINE)).await
}

/// Ends every connection but this one, as an administrator does, and an idle cut.
fn terminate_all(url: &str) {
    let mut connection = PgConnection::establish(url).expect("PostgreSQL");
    let end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    connection.batch_execute(end).expect("the end of the others");
}

impl Seen {
    #[track_caller]
    fn assert_answered_in_time(&self) {
        let slowest = self.slowest();
        println!("the slowest answer took {slowest:?}, {} failed", self.failures().count());
        assert!(slowest < DEADLINE + SLACK, "{slowest:?}");
    }

    #[track_caller]
    fn assert_back_soon_after(&self, back: Instant) {
        let recovered = self.recovered_after(back);
        println!("back after {recovered:?}");
        assert!(recovered < SOON + SLACK, "{recovered:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_were_ended_fail_no_read_and_lose_nothing() {
    let Some(postgres) = OwnPostgres::start() else { return };
    let fixture = fixture(postgres.url()).await;
    let load = Load::on(&fixture, 4).await;
    for _ in 0..5 {
        tokio::time::sleep(A_WHILE / 5).await;
        terminate_all(&postgres.url());
    }
    let seen = load.stop().await;
    seen.assert_answered_in_time();
    assert!(seen.failures().all(|call| call.writes), "a read failed");
    seen.assert_nothing_lost(&fixture).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_and_a_restart_are_answered_at_once_and_lose_nothing() {
    let Some(mut postgres) = OwnPostgres::start() else { return };
    let fixture = fixture(postgres.url()).await;
    let load = Load::on(&fixture, 4).await;
    tokio::time::sleep(A_WHILE).await;
    postgres.kill();
    let down = Instant::now();
    tokio::time::sleep(A_WHILE).await;
    let up = Instant::now();
    postgres.serve();
    let back = Instant::now();
    tokio::time::sleep(SOON + A_WHILE).await;

    let seen = load.stop().await;
    seen.assert_answered_in_time();
    seen.assert_back_soon_after(back);
    let slowest = seen.slowest_between(down, up);
    assert!(slowest < DEADLINE, "a connection is refused at once, and the answer took {slowest:?}");
    seen.assert_nothing_lost(&fixture).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_stands_still_is_answered_within_the_deadline_and_then_at_once() {
    let Some(postgres) = OwnPostgres::start() else { return };
    let fixture = fixture(postgres.url()).await;
    let load = Load::on(&fixture, 4).await;
    tokio::time::sleep(A_WHILE).await;
    postgres.pause();
    tokio::time::sleep(3 * DEADLINE).await;
    let known = Instant::now();
    tokio::time::sleep(A_WHILE).await;
    let back = Instant::now();
    postgres.resume();
    tokio::time::sleep(SOON).await;

    let seen = load.stop().await;
    seen.assert_answered_in_time();
    seen.assert_back_soon_after(back);
    let slowest = seen.slowest_between(known, back);
    assert!(slowest < DEADLINE / 2, "it was known, and the answer took {slowest:?}");
    seen.assert_nothing_lost(&fixture).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_established_connections_are_frozen_others_take_their_place() {
    let Some(postgres) = OwnPostgres::start() else { return };
    let proxy = Proxy::to(postgres.socket());
    let fixture = fixture(proxy.url()).await;
    let load = Load::on(&fixture, 4).await;
    tokio::time::sleep(A_WHILE).await;
    proxy.freeze_established();
    let frozen = Instant::now();
    tokio::time::sleep(DEADLINE + SOON).await; // and they stay so

    let seen = load.stop().await;
    seen.assert_answered_in_time();
    seen.assert_back_soon_after(frozen + DEADLINE);
    seen.assert_nothing_lost(&fixture).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_everything_is_frozen_service_is_back_when_it_thaws() {
    let Some(postgres) = OwnPostgres::start() else { return };
    let proxy = Proxy::to(postgres.socket());
    let fixture = fixture(proxy.url()).await;
    let load = Load::on(&fixture, 4).await;
    tokio::time::sleep(A_WHILE).await;
    proxy.freeze();
    tokio::time::sleep(3 * DEADLINE).await;
    let back = Instant::now();
    proxy.thaw();
    tokio::time::sleep(SOON).await;

    let seen = load.stop().await;
    seen.assert_answered_in_time();
    seen.assert_back_soon_after(back);
    seen.assert_nothing_lost(&fixture).await;
}

// Whoever shared its statement waits for the deadline, and nobody else does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_that_stands_still_fails_few() {
    let Some(postgres) = OwnPostgres::start() else { return };
    let fixture = fixture(postgres.url()).await;
    let load = Load::on(&fixture, 4).await;
    tokio::time::sleep(A_WHILE).await;
    let one: Vec<u32> = postgres.backends().into_iter().take(1).collect();
    assert_eq!(one.len(), 1, "there are connections");
    signal("STOP", &one);
    tokio::time::sleep(2 * DEADLINE).await;
    signal("CONT", &one);

    let seen = load.stop().await;
    seen.assert_answered_in_time();
    let (failed, calls) = (seen.failures().count(), seen.calls.len());
    println!("{failed} of {calls} calls failed");
    assert!(failed <= 8, "{failed} of {calls}: at most one for each caller");
    seen.assert_nothing_lost(&fixture).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_hangs_up_takes_no_connection_along() {
    let Some(postgres) = OwnPostgres::start() else { return };
    let fixture = fixture(postgres.url()).await;
    let mut lock = PgConnection::establish(&postgres.url()).expect("PostgreSQL");
    lock.batch_execute("BEGIN; LOCK TABLE oauth_scopes").expect("a lock");
    for _ in 0..40 {
        let server = fixture.server.clone();
        let caller = tokio::spawn(async move { server.scopes().await.map(drop) });
        tokio::time::sleep(Duration::from_millis(10)).await;
        caller.abort();
    }
    tokio::time::sleep(DEADLINE).await; // the lock is still held
    let asked = Instant::now();
    let answer = fixture.server.store().ping().await;
    assert!(answer.is_ok(), "{answer:?} after {:?}", asked.elapsed());
}
