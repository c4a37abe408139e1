//! SQLite below it: locks, files that go, damage, and a clean end.

use std::{
    fs,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use diesel::connection::SimpleConnection;
use oauth_core::{AuthorizationServer, NotReady, Settings, Store, StoreError, StoreOptions};

use crate::support::{Database, TemporaryDirectory};

/// A server on a file of its own, which answers within a second.
struct Served {
    server: AuthorizationServer,
    database: Database,
}

fn served() -> Served {
    let database = Database::sqlite();
    Served { server: serve(&database.url), database }
}

fn serve(url: &str) -> AuthorizationServer {
    let options = StoreOptions::default().with_deadline(Duration::from_secs(1));
    let store = Store::open_with(url, options).expect("a store");
    store.migrate().expect("the tables");
    AuthorizationServer::new(Settings::new("https://id.example"), store).unwrap()
}

impl Served {
    fn path(&self) -> PathBuf {
        PathBuf::from(self.database.url.strip_prefix("sqlite://").unwrap())
    }

    async fn write(&self, scope: &str) -> Result<(), oauth_core::RegistrationError> {
        self.server.register_scope(scope, "").await.map(drop)
    }

    async fn read(&self) -> Result<(), StoreError> {
        self.server.scopes().await.map(drop)
    }

    /// Waits until it is ready, or is not for this reason: it is looked at once a second.
    async fn is(&self, expected: Result<(), NotReady>) {
        let began = Instant::now();
        loop {
            let found = self.server.store().ready().await;
            if found == expected {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "not {expected:?} but {found:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[track_caller]
fn assert_unavailable(answer: &Result<(), oauth_core::RegistrationError>) {
    let is_unavailable = matches!(answer, Err(oauth_core::RegistrationError::Store(error)) if error.is_unavailable());
    assert!(is_unavailable, "{answer:?}");
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.to_owned();
    path.as_mut_os_string().push(suffix);
    path
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_another_program_keeps_the_lock_all_who_wait_are_answered_in_time() {
    let served = served();
    let mut other = served.database.connect_sqlite();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();

    let began = Instant::now();
    let waiting: Vec<_> = (0..100)
        .map(|number| {
            let server = served.server.clone();
            tokio::spawn(async move {
                server.register_scope(&format!("scope{number}"), "").await.map(drop)
            })
        })
        .collect();
    for answer in waiting {
        assert_unavailable(&answer.await.unwrap());
    }
    // One deadline, and not one each.
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(served.read().await.is_ok(), "reads go on");
}

#[tokio::test]
async fn once_a_lock_is_known_writes_are_refused_at_once_and_readiness_comes_back_by_itself() {
    let served = served();
    served.is(Ok(())).await;
    let mut other = served.database.connect_sqlite();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    assert_unavailable(&served.write("one").await);
    let began = Instant::now();
    for _ in 0..100 {
        assert_unavailable(&served.write("one").await);
    }
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    served.is(Err(NotReady::Locked)).await;

    other.batch_execute("COMMIT").unwrap();
    served.is(Ok(())).await; // though nobody writes
    served.write("one").await.expect("the lock is free");
}

#[tokio::test]
async fn into_a_file_that_was_removed_nothing_is_said_to_be_written_and_none_is_made_in_its_place()
{
    let served = served();
    served.write("one").await.unwrap();
    fs::remove_file(served.path()).unwrap();
    for _ in 0..50 {
        assert_unavailable(&served.write("two").await);
    }
    served.is(Err(NotReady::Gone)).await;
    assert!(served.read().await.is_err_and(|error| error.is_unavailable()));
    assert!(served.server.store().pending_migrations().is_err());
    assert!(!served.path().exists());
}

#[tokio::test]
async fn the_same_holds_for_its_directory_and_for_what_sqlite_keeps_beside_it() {
    for suffix in ["-wal", "-shm"] {
        let served = served();
        served.write("one").await.unwrap();
        fs::remove_file(beside(&served.path(), suffix)).unwrap();
        assert_unavailable(&served.write("two").await);
    }
    let served = served();
    served.write("one").await.unwrap();
    fs::remove_dir_all(served.path().parent().unwrap()).unwrap();
    assert_unavailable(&served.write("two").await);
    served.is(Err(NotReady::Gone)).await;
}

#[tokio::test]
async fn a_file_that_was_replaced_is_not_written_to_and_the_very_same_one_is_when_it_is_back() {
    let served = served();
    served.write("one").await.unwrap();
    let aside = beside(&served.path(), "-aside");
    fs::rename(served.path(), &aside).unwrap();
    fs::copy(&aside, served.path()).unwrap();
    assert_unavailable(&served.write("two").await);
    served.is(Err(NotReady::Gone)).await;

    fs::rename(&aside, served.path()).unwrap();
    served.is(Ok(())).await;
    served.write("two").await.expect("the same file");
}

#[tokio::test]
async fn damage_is_unavailability_and_not_ready() {
    let served = served();
    served.write("one").await.unwrap();
    let Served { server, database } = served;
    drop(server);
    // The roots of one table and its indexes, behind the back of everybody.
    let pages = database.texts(
        "SELECT CAST(rootpage AS TEXT) AS text FROM sqlite_schema WHERE tbl_name = 'oauth_scopes'",
    );
    let size = database.texts("SELECT CAST(page_size AS TEXT) AS text FROM pragma_page_size");
    let size: u64 = size[0].parse().unwrap();
    let path = database.url.strip_prefix("sqlite://").unwrap();
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    for page in pages {
        let at = (page.parse::<u64>().unwrap() - 1) * size;
        file.write_all_at(&vec![0xA5; size as usize], at).unwrap();
    }
    drop(file);

    let served = Served { server: serve(&database.url), database };
    assert_unavailable(&served.write("two").await);
    assert!(served.read().await.is_err_and(|error| error.is_unavailable()));
    served.is(Err(NotReady::Corrupt)).await;
}

#[tokio::test]
async fn what_is_pending_newer_or_older_is_not_ready() {
    let served = served();
    served.is(Ok(())).await;
    let applied = |version: &str| {
        let insert = format!("INSERT INTO oauth_schema_migrations (version) VALUES ('{version}')");
        served.database.execute(&insert);
    };
    applied("20991231000000");
    served.is(Err(NotReady::Newer)).await;
    applied("20261122000000");
    served.is(Err(NotReady::Older)).await;
    served.database.execute("DELETE FROM oauth_schema_migrations");
    served.is(Err(NotReady::Pending)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_last_store_is_dropped_the_file_stands_alone() {
    for _ in 0..20 {
        let served = served();
        served.write("one").await.unwrap();
        served.read().await.unwrap();
        let path = served.path();
        let Served { server, database } = served;
        drop(server);
        let files: Vec<_> = fs::read_dir(path.parent().unwrap())
            .unwrap()
            .map(|it| it.unwrap().file_name())
            .collect();
        assert_eq!(files, [path.file_name().unwrap()]);
        assert_eq!(database.texts("SELECT name AS text FROM oauth_scopes"), ["one"]);
    }
}

#[test]
fn a_path_is_taken_as_it_is_and_its_parameters_are_understood_or_refused_by_name() {
    let directory = TemporaryDirectory::new(env!("CARGO_PKG_NAME"));
    let url = |rest: &str| format!("sqlite://{}/{rest}", directory.path().display());
    for (rest, file) in [
        ("plain.db?mode=rwc", "plain.db"),
        ("with space & ü#1.db", "with space & ü#1.db"),
        ("a%20b.db", "a%20b.db"),
        ("100%.db?", "100%.db"),
    ] {
        Store::open(&url(rest)).unwrap_or_else(|error| panic!("{rest}: {error}"));
        assert!(directory.path().join(file).exists(), "{file}");
    }
    for (parameter, named) in
        [("mode=ro", "mode"), ("cache=shared", "cache"), ("immutable=1", "immutable")]
    {
        let refusal = Store::open(&url(&format!("new.db?{parameter}"))).unwrap_err();
        assert!(matches!(refusal, StoreError::Url(_)), "{refusal:?}");
        assert!(refusal.to_string().contains(named), "{refusal}");
    }
    assert!(Store::open(&url("new.db?mode=rw")).is_err(), "which creates nothing");
    assert!(!directory.path().join("new.db").exists());
    Store::open(&url("plain.db?mode=rw")).expect("what is there");
}

const PATIENCE: Duration = Duration::from_secs(30);
