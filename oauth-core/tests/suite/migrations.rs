//! Opening a database, and its tables.

mod application;
#[cfg(feature = "sqlite")]
mod by_application;
mod client_credentials_scopes;
mod device_codes;
mod dynamic_registration;
mod logout;
mod token_actors;

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use diesel::{
    connection::SimpleConnection,
    migration::{Migration, MigrationSource},
};
use diesel_migrations::FileBasedMigrations;
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

/// Undoes the migrations from this one on, the last first.
fn revert_from(database: &Database, first: &str) {
    macro_rules! revert {
        ($connection:expr, $Backend:ty) => {{
            let mut connection = $connection;
            let mut all: Vec<Box<dyn Migration<$Backend>>> = source(database).migrations().unwrap();
            all.retain(|migration| migration.name().to_string().as_str() >= first);
            all.sort_by_key(|migration| migration.name().to_string());
            for migration in all.iter().rev() {
                migration.revert(&mut connection).unwrap();
            }
        }};
    }
    if database.is_postgres() {
        revert!(database.connect_postgres(), diesel::pg::Pg);
    } else {
        revert!(database.connect_sqlite(), diesel::sqlite::Sqlite);
    }
    database.execute(&format!("DELETE FROM oauth_schema_migrations WHERE version >= '{first}'"));
}

/// Whatever is asked of it, and says what to do.
fn assert_of_development(store: &Store, last: &str) {
    for refusal in [
        store.migrate().unwrap_err(),
        store.pending_migrations().unwrap_err(),
        store.is_empty().unwrap_err(),
    ] {
        assert!(matches!(refusal, StoreError::Older(_)), "{refusal:?}");
        let told = refusal.to_string();
        assert!(told.contains(last) && told.contains("new database"), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
}

// A migration is known by what stands before the first `_`.
#[test]
fn both_databases_have_migrations_of_the_same_names_with_a_date_of_14_digits() {
    let names = folders("sqlite");
    assert_eq!(names, folders("postgres"));
    let mut dates = BTreeSet::new();
    for name in &names {
        let (date, _) = name.split_once('_').expect("a date and a name");
        assert!(date.len() == 14 && date.bytes().all(|byte| byte.is_ascii_digit()), "{name}");
        assert!(dates.insert(date), "two have the date of {name}");
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

// SQLite answers a switch to WAL that meets another's lock at once, whatever the timeout.
#[test]
fn a_file_that_another_program_writes_to_at_the_first_start_delays_it_only() {
    let database = Database::sqlite();
    let mut writer = database.connect_sqlite();
    writer.batch_execute("CREATE TABLE theirs (id BIGINT); BEGIN IMMEDIATE").unwrap();
    let opened = std::thread::scope(|scope| {
        let opening = scope.spawn(|| Store::open(&database.url).map(drop));
        std::thread::sleep(Duration::from_millis(300));
        writer.batch_execute("COMMIT").unwrap();
        opening.join().unwrap()
    });
    assert!(opened.is_ok(), "{opened:?}");
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

    async fn a_look_at_what_is_pending_writes_nothing(database: Database) {
        let store = Store::open(&database.url).unwrap();
        store.is_empty().unwrap();
        store.pending_migrations().unwrap();
        assert_eq!(database.tables(), [""; 0]);
    }

    async fn a_migration_that_the_program_does_not_know_is_refused_by_name(database: Database) {
        let store = Store::open(&database.url).unwrap();
        store.migrate().unwrap();
        database.execute("INSERT INTO oauth_schema_migrations (version) VALUES ('20991231000000')");
        for refusal in [
            store.migrate().unwrap_err(),
            store.pending_migrations().unwrap_err(),
            store.is_empty().unwrap_err(),
        ] {
            assert!(matches!(refusal, StoreError::Newer(_)), "{refusal:?}");
            assert!(refusal.to_string().contains("20991231000000"), "{refusal}");
        }
    }

    async fn a_database_of_a_development_version_is_refused_with_what_to_do(database: Database) {
        let store = Store::open(&database.url).unwrap();
        store.migrate().unwrap();
        database.execute("DELETE FROM oauth_schema_migrations");
        for version in ["20261122000000", "20261125130000"] {
            database.execute(&format!("INSERT INTO oauth_schema_migrations (version) VALUES ('{version}')"));
        }
        assert_of_development(&store, "20261125130000");
        assert_eq!(database.texts("SELECT version AS text FROM oauth_schema_migrations").len(), 2);
    }

    async fn where_a_migration_fails_nothing_is_applied(database: Database) {
        let store = Store::open(&database.url).unwrap();
        database.execute("CREATE TABLE oauth_audit (id BIGINT)"); // which comes late
        let failure = store.migrate().unwrap_err();
        assert!(failure.to_string().contains(&folders("sqlite").pop_first().unwrap()), "{failure}");
        assert_eq!(database.tables(), ["oauth_audit"]);

        database.execute("DROP TABLE oauth_audit");
        assert_eq!(store.migrate().unwrap().len(), folders("sqlite").len());
    }

    async fn down_takes_back_what_up_made(database: Database) {
        let store = Store::open(&database.url).unwrap();
        store.migrate().unwrap();
        revert_from(&database, "");
        assert_eq!(database.columns(), []);
        assert!(store.is_empty().unwrap());
        assert_eq!(store.migrate().unwrap().len(), folders("sqlite").len(), "and up again");
    }

    async fn users_who_come_by_sql_work_from_the_next_migrate_on_and_those_that_collide_are_named(
        database: Database,
    ) {
        let store = Store::open(&database.url).unwrap();
        store.migrate().unwrap();
        for name in ["anna", "Anna", "jos\u{e9}"] {
            database.execute(&format!(
                "INSERT INTO oauth_users (username, password_hash, first_name, last_name, email, is_staff, is_superuser, \
                is_active, created_at) VALUES ('{name}', '', '', '', '', FALSE, FALSE, TRUE, 1)"
            ));
        }
        store.migrate().unwrap();
        assert_eq!(store.colliding_user_names().unwrap(), [["anna", "Anna"]]);
        let server = AuthorizationServer::new(Settings::new("https://id.example"), store).unwrap();
        for (name, whose) in [("anna", "anna"), ("Anna", "Anna"), ("JOSE\u{301}", "jos\u{e9}")] {
            assert_eq!(server.user_named(name).await.unwrap().expect(name).username, whose);
        }
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

    async fn several_programs_may_migrate_at_once(database: Database) {
        let applied: Vec<usize> = std::thread::scope(|scope| {
            let migrate = || Store::open(&database.url).unwrap().migrate().unwrap().len();
            let programs: Vec<_> = (0..6).map(|_| scope.spawn(migrate)).collect();
            programs.into_iter().map(|program| program.join().unwrap()).collect()
        });
        assert_eq!(applied.iter().sum::<usize>(), folders("sqlite").len(), "{applied:?}");
    }
}
