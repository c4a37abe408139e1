//! What holds whatever becomes of one piece of work: the others, the connections, and the answers.

mod group_commit;
mod look_ups;
mod repetition;
mod standings;
mod writes;

#[path = "../../../tests/suite/support/database.rs"]
pub(in crate::store) mod database;
#[path = "../../../tests/suite/support/postgres.rs"]
mod postgres;
#[path = "../../../../oauth-server/src/test_kit/temporary_directory.rs"]
mod temporary_directory;

use self::database::Database;
pub(in crate::store) use self::writes::CLIENT;
use super::super::{DbConnection, Query, Spread, Store, StoreError, StoreOptions, scope};
use crate::{Scopes, store::scope::NewScope};

type Work = Box<dyn Fn(&mut DbConnection) -> Query<bool> + Send>;

/// Work that inserts a scope, and then does this.
fn insert(name: &str, then: impl Fn(&mut DbConnection) -> Query<()> + Send + 'static) -> Work {
    let scope = NewScope { name: name.to_owned(), ..NewScope::default() };
    Box::new(move |db| {
        let inserted = scope::insert(db, &scope)?;
        then(db).map(|()| inserted.is_some())
    })
}

fn nothing(_: &mut DbConnection) -> Query<()> {
    Ok(())
}

fn panic(_: &mut DbConnection) -> Query<()> {
    panic!("on purpose")
}

pub(in crate::store) fn migrated(database: &Database) -> Store {
    let store = Store::open(&database.url).unwrap();
    if database.is_spread() {
        store.migrate_spread(Spread::Partitions).unwrap();
    } else {
        store.migrate().unwrap();
    }
    store
}

/// What is committed of the scopes that the tests insert.
async fn committed(store: &Store) -> Vec<String> {
    let names: Scopes = "bad before good inner one two three".parse().unwrap();
    let named = store.read(move |db| scope::named(db, &names)).await.unwrap();
    named.into_iter().map(|scope| scope.name).collect()
}

#[track_caller]
fn assert_failed(answer: &Result<bool, StoreError>, why: &str) {
    let text = answer.as_ref().expect_err("an answer").to_string();
    assert!(text.contains(why), "not {why:?}: {text}");
}

/// Both, one after the other; what a failed test printed says which.
pub(in crate::store) fn databases() -> impl Iterator<Item = Database> {
    let both = [Some(Database::sqlite()), Database::postgres()];
    both.into_iter().flatten().inspect(|database| println!("on {}", database.url))
}

#[tokio::test]
async fn an_answered_write_is_seen_by_the_next_read() {
    for database in databases() {
        let store = migrated(&database);
        for number in 0..50 {
            let name = format!("scope{number}");
            store.write(insert(&name, nothing)).await.unwrap();
            let names: Scopes = name.parse().unwrap();
            let seen = store.read(move |db| scope::named(db, &names)).await.unwrap();
            assert_eq!(seen.len(), 1, "{name}");
        }
    }
}

#[tokio::test]
async fn an_error_rolls_back() {
    for database in databases() {
        let store = migrated(&database);
        let fails = insert("bad", |_| Err(diesel::result::Error::NotFound));
        assert_failed(&store.write(fails).await, "not found");
        assert_eq!(committed(&store).await, [""; 0]);
    }
}

// More of them than there are connections: none is lost.
#[tokio::test]
async fn panics_in_writes_are_answered_and_the_store_goes_on() {
    for database in databases() {
        let store = migrated(&database);
        for _ in 0..40 {
            assert_failed(&store.write(insert("bad", panic)).await, "panic");
        }
        assert!(store.write(insert("good", nothing)).await.unwrap());
        assert_eq!(committed(&store).await, ["good"]);
    }
}

#[tokio::test]
async fn panics_in_reads_reach_nobody_but_their_caller() {
    for database in databases() {
        let store = migrated(&database);
        for _ in 0..40 {
            let reader = store.clone();
            let answer = tokio::spawn(async move { reader.read(panic).await }).await;
            assert!(!matches!(answer, Ok(Ok(()))));
        }
        assert!(store.ping().await.is_ok());
    }
}
