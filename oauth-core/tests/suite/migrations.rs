//! Opening a database, and its tables.

use std::{collections::BTreeSet, fs, path::Path};

use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use oauth_core::{AuthorizationServer, Params, Settings, Store, StoreError};

use crate::support::Database;

fn folders(database: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
    let entries = fs::read_dir(path).expect("the migrations").map(Result::unwrap);
    entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

fn source(database: &Database) -> FileBasedMigrations {
    let folder = if database.is_postgres() { "postgres" } else { "sqlite" };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
    FileBasedMigrations::from_path(path).expect("the migrations")
}

// Diesel keys a migration on what stands before the first `_`, in one table for both and for the embedder's own.
#[test]
fn both_databases_have_migrations_of_the_same_names_with_a_date_of_14_digits() {
    let names = folders("sqlite");
    assert_eq!(names, folders("postgres"));
    for name in names {
        let (date, _) = name.split_once('_').expect("a date and a name");
        assert!(date.len() == 14 && date.bytes().all(|byte| byte.is_ascii_digit()), "{name}");
    }
}

#[test]
fn a_database_url_of_another_form_is_refused() {
    for url in ["", "oauth.sqlite3", "sqlite://", "sqlite://:memory:", "mysql://localhost/oauth"] {
        let refusal = Store::open(url).unwrap_err();
        assert!(matches!(refusal, StoreError::Url(_)), "{url}: {refusal:?}");
    }
}

#[test]
fn a_database_that_cannot_be_opened_is_an_error_that_says_which() {
    let refusal = Store::open("sqlite:///no/such/directory/oauth.sqlite3").unwrap_err();
    assert!(matches!(refusal, StoreError::Unavailable(_)), "{refusal:?}");
    assert!(refusal.to_string().contains("/no/such/directory/oauth.sqlite3"), "{refusal}");
}

both_databases! {
    async fn before_the_first_migration_a_database_is_empty_and_all_are_pending(
        database: Database,
    ) {
        let store = Store::open(&database.url).unwrap();
        assert!(store.is_empty().unwrap());
        assert!(store.pending_migrations().unwrap().iter().eq(&folders("sqlite")));
    }

    async fn after_it_nothing_is_pending(database: Database) {
        let store = Store::open(&database.url).unwrap();
        assert_eq!(store.migrate().unwrap().len(), folders("sqlite").len());
        assert!(!store.is_empty().unwrap());
        assert!(store.pending_migrations().unwrap().is_empty());
    }

    async fn a_second_migration_does_nothing(database: Database) {
        let store = Store::open(&database.url).unwrap();
        store.migrate().unwrap();
        let before = database.columns();
        assert_eq!(store.migrate().unwrap(), Vec::<String>::new());
        assert_eq!(database.columns(), before);
    }

    async fn the_embedders_own_migrations_do_not_count(database: Database) {
        let store = Store::open(&database.url).unwrap();
        store.pending_migrations().unwrap(); // makes diesel's table
        let theirs = "INSERT INTO __diesel_schema_migrations (version) VALUES ('20200101000000')";
        database.execute(theirs);
        assert!(store.is_empty().unwrap());
        store.migrate().unwrap();
        assert!(!store.is_empty().unwrap());
    }

    async fn down_takes_back_what_up_made(database: Database) {
        let store = Store::open(&database.url).unwrap();
        store.migrate().unwrap();
        if database.is_postgres() {
            database.connect_postgres().revert_all_migrations(source(&database)).unwrap();
        } else {
            database.connect_sqlite().revert_all_migrations(source(&database)).unwrap();
        }
        assert_eq!(database.columns(), []);
        assert!(store.is_empty().unwrap());
        assert_eq!(store.migrate().unwrap().len(), folders("sqlite").len(), "and up again");
    }

    async fn a_database_answers_a_ping(database: Database) {
        assert!(Store::open(&database.url).unwrap().ping().await.is_ok());
    }

    async fn a_database_without_tables_is_a_server_error_that_tells_nothing(database: Database) {
        let store = Store::open(&database.url).unwrap();
        let server = AuthorizationServer::new(Settings::new("https://id.example"), store).unwrap();
        let refusal = server.token(None, &Params::parse(b"client_id=x")).await.unwrap_err();
        assert_eq!(refusal.code(), "server_error");
        assert!(!refusal.description().contains("oauth_clients"), "{}", refusal.description());
    }

    // On SQLite only one process may; that is for its caller to see to.
    async fn on_postgresql_several_programs_may_migrate_at_once(database: Database) {
        if !database.is_postgres() {
            return;
        }
        let applied: Vec<usize> = std::thread::scope(|scope| {
            let migrate = || Store::open(&database.url).unwrap().migrate().unwrap().len();
            let programs: Vec<_> = (0..4).map(|_| scope.spawn(migrate)).collect();
            programs.into_iter().map(|program| program.join().unwrap()).collect()
        });
        assert_eq!(applied.iter().sum::<usize>(), folders("postgres").len(), "{applied:?}");
    }
}
