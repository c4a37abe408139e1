//! SQLite: what waits shares one commit, and shares nothing else.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use diesel::{
    Connection, SqliteConnection,
    connection::{SimpleConnection, TransactionManager},
    prelude::*,
};
use tokio::sync::Notify;

use super::*;
use crate::store::{StoreOptions, schema::oauth_scopes};

/// The writer, kept in a piece of work until the value is dropped: what is queued meanwhile is one batch.
struct Held {
    _release: mpsc::Sender<()>,
}

async fn hold(store: &Store) -> Held {
    let (entered, (release, released)) = (Arc::new(Notify::new()), mpsc::channel::<()>());
    let inside = Arc::clone(&entered);
    let wait = move |_: &mut DbConnection| {
        inside.notify_one();
        let _gone = released.recv(); // an error, once the sender is dropped
        Ok(())
    };
    let store = store.clone();
    tokio::spawn(async move { store.write(wait).await });
    entered.notified().await;
    Held { _release: release }
}

/// Lets these pieces of work share one transaction, in this order.
async fn together(store: &Store, pieces: [Work; 3]) -> [Result<bool, StoreError>; 3] {
    let held = hold(store).await;
    let [one, two, three] = pieces.map(|piece| store.write(piece));
    let let_go = async { drop(held) };
    // Each queues its work when it is first polled; the last lets the writer go.
    let (one, two, three, ()) = tokio::join!(biased; one, two, three, let_go);
    [one, two, three]
}

/// `bad` between two pieces that are good.
async fn among_good_ones(store: &Store, bad: Work) -> Result<bool, StoreError> {
    let (before, good) = (insert("before", nothing), insert("good", nothing));
    let [before, bad, good] = together(store, [before, bad, good]).await;
    assert!(before.expect("what came before") && good.expect("what came after"));
    bad
}

fn another_connection(url: &str) -> SqliteConnection {
    SqliteConnection::establish(url.strip_prefix("sqlite://").unwrap()).unwrap()
}

/// Work that counts its runs.
fn counted(name: &str, runs: &Arc<AtomicUsize>) -> Work {
    let runs = Arc::clone(runs);
    insert(name, move |_| {
        runs.fetch_add(1, Ordering::Relaxed);
        Ok(())
    })
}

#[tokio::test]
async fn what_waits_shares_one_commit() {
    let database = Database::sqlite();
    let (store, url) = (migrated(&database), database.url.clone());
    let look = move |db: &mut DbConnection| {
        let here: i64 = oauth_scopes::table.count().get_result(db)?;
        let elsewhere: i64 =
            oauth_scopes::table.count().get_result(&mut another_connection(&url))?;
        assert_eq!((here, elsewhere), (2, 0), "before the commit");
        Ok(())
    };
    let pieces = [insert("one", nothing), insert("two", look), insert("three", nothing)];
    assert!(together(&store, pieces).await.into_iter().all(|answer| answer.unwrap()));
    assert_eq!(committed(&store).await, ["one", "three", "two"]);
}

#[tokio::test]
async fn a_panic_rolls_back_its_own_piece_only() {
    let database = Database::sqlite();
    let store = migrated(&database);
    assert_failed(&among_good_ones(&store, insert("bad", panic)).await, "panicked: on purpose");
    assert_eq!(committed(&store).await, ["before", "good"]);
}

#[tokio::test]
async fn a_panic_in_a_nested_transaction_rolls_back_its_own_piece_only() {
    let database = Database::sqlite();
    let store = migrated(&database);
    let nested = insert("bad", |db| {
        db.transaction(|db| {
            scope::insert(db, &NewScope { name: "inner".to_owned(), ..NewScope::default() })?;
            db.transaction(panic)
        })
    });
    assert_failed(&among_good_ones(&store, nested).await, "panicked: on purpose");
    assert_eq!(committed(&store).await, ["before", "good"]);
}

#[tokio::test]
async fn an_error_rolls_back_its_own_piece_only() {
    let database = Database::sqlite();
    let store = migrated(&database);
    let fails = insert("bad", |db| db.batch_execute("INSERT INTO no_such_table VALUES (1)"));
    assert_failed(&among_good_ones(&store, fails).await, "no_such_table");
    assert_eq!(committed(&store).await, ["before", "good"]);
}

#[tokio::test]
async fn after_a_failed_commit_each_piece_runs_once_more_alone() {
    let database = Database::sqlite();
    let (store, runs) = (migrated(&database), Arc::default());
    let dangling = insert("bad", |db| db.batch_execute(DANGLING));
    let pieces = [counted("before", &runs), dangling, counted("good", &runs)];
    let [before, bad, good] = together(&store, pieces).await;
    assert!(before.unwrap() && good.unwrap());
    assert_failed(&bad, "FOREIGN KEY constraint failed");
    assert_eq!(runs.load(Ordering::Relaxed), 4, "each of the good ones together, then alone");
    assert_eq!(committed(&store).await, ["before", "good"]);

    assert!(store.write(insert("one", nothing)).await.unwrap(), "the writer goes on");
}

// SQLite gives a transaction up by itself when the disk is full, say. The second leaves diesel with a savepoint that is
// not there, and with it a connection that is no longer of use.
#[tokio::test]
async fn when_the_transaction_is_lost_each_piece_runs_once_more_alone() {
    for loses in ["ROLLBACK", "RELEASE diesel_savepoint_1"] {
        let database = Database::sqlite();
        let (store, runs, lost) = (migrated(&database), Arc::default(), AtomicUsize::new(0));
        let loses_twice = insert("two", move |db| match lost.fetch_add(1, Ordering::Relaxed) {
            0 => db.batch_execute("ROLLBACK").and(Err(diesel::result::Error::NotFound)),
            1 => db.batch_execute(loses), // now in a savepoint
            _ => Ok(()),
        });
        let pieces = [counted("one", &runs), loses_twice, counted("three", &runs)];
        assert!(
            together(&store, pieces).await.into_iter().all(|answer| answer.unwrap()),
            "{loses}"
        );
        assert_eq!(runs.load(Ordering::Relaxed), 4, "{loses}: the first thrice, the last alone");
        assert_eq!(committed(&store).await, ["one", "three", "two"], "{loses}");
    }
}

#[tokio::test]
async fn a_piece_that_leaves_a_transaction_open_fails_alone() {
    let database = Database::sqlite();
    let store = migrated(&database);
    let begin = <DbConnection as Connection>::TransactionManager::begin_transaction;
    assert_failed(&among_good_ones(&store, insert("bad", begin)).await, "the transaction was lost");
    assert_eq!(committed(&store).await, ["before", "good"]);
}

#[tokio::test]
async fn while_another_program_keeps_the_lock_everyone_is_answered_and_the_writer_goes_on() {
    let database = Database::sqlite();
    let options = StoreOptions::default().with_deadline(Duration::from_secs(1));
    let store = Store::open_with(&database.url, options).unwrap();
    store.migrate().unwrap();
    let mut other = another_connection(&database.url);
    other.batch_execute("BEGIN IMMEDIATE").unwrap();

    let [one, two] = ["one", "two"].map(|name| store.write(insert(name, nothing)));
    let (one, two) = tokio::join!(one, two);
    assert_failed(&one, "locked");
    assert_failed(&two, "locked");

    other.batch_execute("COMMIT").unwrap();
    while store.ready().await.is_err() {}
    assert!(store.write(insert("good", nothing)).await.unwrap());
    assert_eq!(committed(&store).await, ["good"]);
}

#[tokio::test]
async fn a_lock_that_another_program_gives_back_in_time_delays_only() {
    let database = Database::sqlite();
    let store = migrated(&database);
    let mut other = another_connection(&database.url);
    other.batch_execute("BEGIN IMMEDIATE").unwrap();

    let writer = store.clone();
    let write = tokio::spawn(async move { writer.write(insert("good", nothing)).await });
    // Nothing tells that the writer has met the lock: it waits inside SQLite.
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!write.is_finished());
    other.batch_execute("COMMIT").unwrap();
    assert!(write.await.unwrap().unwrap());
}

#[tokio::test]
async fn work_is_done_though_its_caller_no_longer_waits() {
    let database = Database::sqlite();
    let store = migrated(&database);
    let held = hold(&store).await;
    tokio::select! {
        biased;
        _ = store.write(insert("one", nothing)) => panic!("answered while the writer was held"),
        () = async {} => {} // queued, and given up
    }
    drop(held);
    assert!(store.write(insert("two", nothing)).await.unwrap());
    assert_eq!(committed(&store).await, ["one", "two"]);
}

/// A reference to nobody, which is found out at the commit.
const DANGLING: &str = "PRAGMA defer_foreign_keys = ON; \
    INSERT INTO oauth_grants (client_id, scopes, created_at) VALUES (999, '', 0)";
