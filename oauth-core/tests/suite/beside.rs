//! Beside an application that has its own tables in the same SQLite file.

use std::{
    env,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use diesel::{
    Connection, SqliteConnection,
    connection::SimpleConnection,
    dsl::sql,
    prelude::*,
    r2d2::{ConnectionManager, Pool},
    sql_types::BigInt,
};
use oauth_core::{SQLITE_PRAGMAS, Store, with_diesel::SharedSqlite};
use tracing::{Event, Metadata, Subscriber, span};

use crate::support::{Database, Fixture};

fn path(database: &Database) -> &str {
    database.url.strip_prefix("sqlite://").unwrap()
}

fn pool(database: &Database) -> Pool<ConnectionManager<SqliteConnection>> {
    let manager = ConnectionManager::new(path(database));
    let pool = Pool::builder().max_size(3).connection_customizer(Box::new(SharedSqlite));
    pool.build(manager).unwrap()
}

/// Reads, and writes by what it read, as applications do.
fn write(db: &mut SqliteConnection) -> QueryResult<()> {
    db.immediate_transaction(|db| {
        let next: i64 = diesel::select(sql::<BigInt>("count(*) FROM notes")).get_result(db)?;
        db.batch_execute(&format!("INSERT INTO notes VALUES ({next}, 'a note')"))
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_900_writes_of_the_application_beside_ours_none_is_locked() {
    let fixture = Arc::new(Fixture::on(Database::sqlite()).await);
    let (pool, done) = (pool(&fixture.database), Arc::new(AtomicBool::new(false)));
    pool.get()
        .unwrap()
        .batch_execute("CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT)")
        .unwrap();
    let ours: Vec<_> = (0..8)
        .map(|_| {
            let (fixture, done) = (Arc::clone(&fixture), Arc::clone(&done));
            tokio::spawn(async move {
                let mut issued = 0;
                while !done.load(Relaxed) {
                    fixture.tokens().await;
                    issued += 1;
                }
                issued
            })
        })
        .collect();
    let theirs: Vec<_> = (0..3)
        .map(|_| {
            let pool = pool.clone();
            let writes =
                move || (0..300).filter_map(|_| write(&mut pool.get().unwrap()).err()).collect();
            tokio::task::spawn_blocking(writes)
        })
        .collect();
    for writes in theirs {
        let failed: Vec<diesel::result::Error> = writes.await.unwrap();
        assert!(failed.is_empty(), "{} failed: {failed:?}", failed.len());
    }
    done.store(true, Relaxed);
    let mut issued = 0;
    for task in ours {
        issued += task.await.expect("tokens each time");
    }
    let notes = fixture.database.texts("SELECT CAST(count(*) AS TEXT) AS text FROM notes");
    assert_eq!((notes.concat().as_str(), issued > 0), ("900", true), "{issued} pairs beside them");
}

// What it has read is old, so no waiting would help: that is why writes are immediate.
#[tokio::test]
async fn a_transaction_that_reads_before_it_writes_is_refused_at_once_when_we_wrote_meanwhile() {
    let fixture = Fixture::on(Database::sqlite()).await;
    let mut theirs = SqliteConnection::establish(path(&fixture.database)).unwrap();
    SharedSqlite.set_up(&mut theirs).unwrap();
    theirs
        .batch_execute("CREATE TABLE notes (id BIGINT); BEGIN; SELECT count(*) FROM notes")
        .unwrap();
    fixture.tokens().await;
    let began = Instant::now();
    let refusal = theirs.batch_execute("INSERT INTO notes VALUES (1)").unwrap_err();
    assert_eq!(refusal.to_string(), "database is locked");
    assert!(began.elapsed() < Duration::from_secs(1), "after {:?}", began.elapsed());
}

#[test]
fn a_connection_of_the_applications_waits_is_in_wal_mode_and_holds_foreign_keys() {
    let database = Database::sqlite();
    let mut connections = [(); 2].map(|()| SqliteConnection::establish(path(&database)).unwrap());
    SharedSqlite.set_up(&mut connections[0]).unwrap();
    connections[1].batch_execute(SQLITE_PRAGMAS).unwrap();
    for db in &mut connections {
        let ask = "timeout + 10 * foreign_keys + 100 * (journal_mode = 'wal') \
            FROM pragma_busy_timeout, pragma_foreign_keys, pragma_journal_mode";
        let answer: i64 = diesel::select(sql::<BigInt>(ask)).get_result(db).unwrap();
        assert_eq!(answer, 5000 + 10 + 100);
    }
}

/// Prints what is logged.
struct Printed;

impl Subscriber for Printed {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        println!("{} {event:?}", event.metadata().level());
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

// The switches are the process's, so each order has a process of its own: this very test.
#[test]
fn that_sqlite_was_opened_before_us_is_an_error_in_the_log_that_says_what_to_do() {
    const ORDER: &str = "OAUTH_TEST_ORDER";
    if let Ok(order) = env::var(ORDER) {
        let database = Database::sqlite();
        let theirs =
            (order == "theirs first").then(|| SqliteConnection::establish(path(&database)));
        return tracing::subscriber::with_default(Printed, || {
            drop((Store::open(&database.url).unwrap(), theirs));
        });
    }
    let test = std::thread::current().name().unwrap().to_owned();
    let logged = |order| {
        let mut again = Command::new(env::current_exe().unwrap());
        let output =
            again.args(["--exact", &test, "--nocapture"]).env(ORDER, order).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let late = logged("theirs first");
    let line =
        late.lines().find(|line| line.starts_with("ERROR")).unwrap_or_else(|| panic!("{late}"));
    assert!(
        line.contains("SQLite was opened before") && line.contains("open the store before"),
        "{line}"
    );
    let right = logged("ours first");
    assert!(!right.contains("ERROR") && right.contains("1 passed"), "{right}");
}
