//! PostgreSQL: what the database asks to repeat, and what a broken connection cut off before its commit, runs again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use diesel::{Connection, PgConnection, connection::SimpleConnection};

use super::*;

/// Work that does this in its first run only, and counts its runs.
fn at_first(sql: &'static str, runs: &Arc<AtomicUsize>) -> Work {
    let runs = Arc::clone(runs);
    insert("good", move |db| match runs.fetch_add(1, Ordering::Relaxed) {
        0 => db.batch_execute(sql),
        _ => Ok(()),
    })
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_commit_is_replaced_and_the_work_runs_again() {
    let Some(database) = Database::postgres() else { return };
    let (store, runs) = (migrated(&database), Arc::default());
    assert!(store.write(at_first(BREAK, &runs)).await.unwrap());
    assert_eq!(runs.load(Ordering::Relaxed), 2);
    assert_eq!(committed(&store).await, ["good"]);
}

#[tokio::test]
async fn a_serialization_failure_runs_again() {
    let Some(database) = Database::postgres() else { return };
    let (store, runs) = (migrated(&database), Arc::default());
    assert!(store.write(at_first(CONFLICT, &runs)).await.unwrap());
    assert_eq!(runs.load(Ordering::Relaxed), 2);
    assert_eq!(committed(&store).await, ["good"]);
}

#[tokio::test]
async fn an_error_of_the_work_itself_does_not_run_again() {
    let Some(database) = Database::postgres() else { return };
    let (store, runs) = (migrated(&database), Arc::default());
    let fails = at_first("INSERT INTO no_such_table VALUES (1)", &runs);
    assert_failed(&store.write(fails).await, "no_such_table");
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn work_that_always_breaks_its_connection_is_answered_in_the_end() {
    let Some(database) = Database::postgres() else { return };
    let store = migrated(&database);
    let breaks = insert("bad", |db| db.batch_execute(BREAK));
    assert_failed(&store.write(breaks).await, "connection");
    assert!(store.write(insert("good", nothing)).await.unwrap());
    assert_eq!(committed(&store).await, ["good"]);
}

// Without the answer to a commit nobody knows whether it happened: to run again could do the work twice.
#[tokio::test]
async fn a_connection_that_breaks_at_the_commit_is_an_error_and_nothing_runs_again() {
    let Some(database) = Database::postgres() else { return };
    let (store, runs) = (migrated(&database), Arc::new(AtomicUsize::new(0)));
    let (counted, url) = (Arc::clone(&runs), database.url.clone());
    let breaks = insert("bad", move |db| {
        counted.fetch_add(1, Ordering::Relaxed);
        db.batch_execute("SET application_name = 'committing'")?;
        break_others(&url, "committing");
        Ok(())
    });
    assert_failed(&store.write(breaks).await, "connection");
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    assert!(store.write(insert("good", nothing)).await.unwrap());
    assert_eq!(committed(&store).await, ["good"]);
}

// As when the server was restarted: every connection of the pool is broken, and nobody has noticed.
#[tokio::test]
async fn after_all_connections_broke_everyone_is_answered_and_each_write_is_done_once() {
    let Some(mut database) = Database::postgres() else { return };
    database.url.push_str("&application_name=pooled");
    let store = migrated(&database);

    for round in 0..2 {
        let names: Vec<_> = (0..32).map(|number| format!("scope{round}.{number}")).collect();
        let writes = names.iter().map(|name| {
            let (store, work) = (store.clone(), insert(name, nothing));
            tokio::spawn(async move { store.write(work).await })
        });
        for write in writes.collect::<Vec<_>>() {
            assert!(write.await.unwrap().unwrap(), "round {round}");
        }
        break_others(&database.url, "pooled");
        assert!(store.ping().await.is_ok(), "a read, round {round}");
    }
}

// Its caller was told that it failed, and may have repeated it since.
#[tokio::test]
async fn what_comes_too_late_is_answered_before_and_not_committed() {
    let Some(database) = Database::postgres() else { return };
    let deadline = Duration::from_secs(1);
    drop(migrated(&database));
    let store =
        Store::open_with(&database.url, StoreOptions::default().with_deadline(deadline)).unwrap();
    let slow = insert("bad", |_| {
        std::thread::sleep(Duration::from_millis(1500));
        Ok(())
    });
    let answer = store.write(slow).await;
    assert!(answer.as_ref().is_err_and(StoreError::is_unavailable), "{answer:?}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(store.write(insert("good", nothing)).await.unwrap());
    assert_eq!(committed(&store).await, ["good"]);
}

// As behind PgBouncer in its transaction mode: the statement was prepared on another connection.
#[tokio::test]
async fn a_pooler_that_cannot_hold_prepared_statements_is_named() {
    let Some(database) = Database::postgres() else { return };
    let store = migrated(&database);
    // Each runs on whichever connection is free: a read finds its statement there, or prepares it, or has lost it.
    let failed = loop {
        let names: Scopes = "good".parse().unwrap();
        match store.read(move |db| scope::named(db, &names)).await {
            Ok(found) => assert!(found.is_empty(), "nothing is stored"),
            Err(failed) => break failed,
        }
        store.read(|db| db.batch_execute("DEALLOCATE ALL")).await.unwrap();
    };
    assert!(failed.is_unavailable() && failed.to_string().contains("pooler"), "{failed}");
}

#[tokio::test]
async fn what_takes_longer_than_the_deadline_is_given_up_by_the_database_itself() {
    let Some(database) = Database::postgres() else { return };
    drop(migrated(&database));
    let deadline = Duration::from_secs(1);
    let store =
        Store::open_with(&database.url, StoreOptions::default().with_deadline(deadline)).unwrap();
    let sleeps = |db: &mut DbConnection| db.batch_execute("/* sleeps */ SELECT pg_sleep(60)");
    let answer = store.read(sleeps).await;
    assert!(answer.as_ref().is_err_and(StoreError::is_unavailable), "{answer:?}");
    tokio::time::sleep(deadline).await;
    let mut observer = PgConnection::establish(&database.url).unwrap();
    let still = "DO $$ BEGIN IF EXISTS (SELECT FROM pg_stat_activity WHERE state = 'active' \
        AND query LIKE '/* sleeps */%') THEN RAISE 'it still does'; END IF; END $$";
    observer.batch_execute(still).unwrap();
}

/// Ends the connections of this name, one test's in a cluster of many, and waits until they are gone.
fn break_others(url: &str, name: &str) {
    let end = format!(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
         WHERE application_name = '{name}' AND pid <> pg_backend_pid()"
    );
    PgConnection::establish(url).unwrap().batch_execute(&end).unwrap();
}

const BREAK: &str = "SELECT pg_terminate_backend(pg_backend_pid())";
const CONFLICT: &str =
    "DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = 'serialization_failure'; END $$";
