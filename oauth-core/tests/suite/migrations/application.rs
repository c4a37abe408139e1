//! Beside an application that migrates with diesel as well.

use std::fs;

use diesel::migration::Migration;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use oauth_core::Store;

use super::{folders, source};
use crate::support::{Database, TemporaryDirectory};

/// An application with a migration of its own, which it applies with diesel.
struct Application(TemporaryDirectory);

impl Application {
    fn with(version: &str) -> Self {
        let directory = TemporaryDirectory::new(env!("CARGO_PKG_NAME"));
        let folder = directory.path().join(format!("{version}_theirs"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("up.sql"), "CREATE TABLE theirs (id BIGINT PRIMARY KEY)").unwrap();
        fs::write(folder.join("down.sql"), "DROP TABLE theirs").unwrap();
        Self(directory)
    }

    /// What it applied.
    fn migrate(&self, database: &Database) -> Vec<String> {
        let source = FileBasedMigrations::from_path(self.0.path()).unwrap();
        if database.is_postgres() {
            let mut connection = database.connect_postgres();
            let applied = connection.run_pending_migrations(source).unwrap();
            applied.iter().map(ToString::to_string).collect()
        } else {
            let mut connection = database.connect_sqlite();
            let applied = connection.run_pending_migrations(source).unwrap();
            applied.iter().map(ToString::to_string).collect()
        }
    }

    /// What it took back.
    fn revert(&self, database: &Database) -> String {
        let source = FileBasedMigrations::from_path(self.0.path()).unwrap();
        let reverted = if database.is_postgres() {
            database.connect_postgres().revert_last_migration(source)
        } else {
            database.connect_sqlite().revert_last_migration(source)
        };
        reverted.expect("a migration of the application's").to_string()
    }
}

/// Migrates as far as `last`, with diesel and its table: what this crate did before it had its own.
fn migrate_with_diesel(database: &Database, last: &str) {
    macro_rules! migrate {
        ($connection:expr) => {{
            let mut connection = $connection;
            let pending = connection.pending_migrations(source(database)).unwrap();
            for migration in pending.iter().filter(|it| *it.name().version().to_string() <= *last) {
                connection.run_migration(migration).unwrap();
            }
        }};
    }
    if database.is_postgres() {
        migrate!(database.connect_postgres());
    } else {
        migrate!(database.connect_sqlite());
    }
}

both_databases! {
    async fn the_embedders_own_migrations_do_not_count(database: Database) {
        let store = Store::open(&database.url).unwrap();
        Application::with("20200101000000").migrate(&database);
        assert!(store.is_empty().unwrap());
        store.migrate().unwrap();
        assert!(!store.is_empty().unwrap());
    }

    async fn an_application_takes_back_and_redoes_its_own_migration_and_none_of_ours(
        database: Database,
    ) {
        let (store, application) = (Store::open(&database.url).unwrap(), Application::with("20200101000000"));
        application.migrate(&database);
        store.migrate().unwrap();
        assert_eq!(application.revert(&database), "20200101000000");
        assert_eq!(application.migrate(&database), ["20200101000000"]);
        assert!(store.pending_migrations().unwrap().is_empty());
    }

    async fn a_version_that_the_application_has_as_well_is_applied_for_both(database: Database) {
        let (store, version) = (Store::open(&database.url).unwrap(), "20261122000000");
        assert_eq!(Application::with(version).migrate(&database), [version]);
        assert!(store.is_empty().unwrap());
        assert_eq!(store.migrate().unwrap().len(), folders("sqlite").len());
        assert!(store.pending_migrations().unwrap().is_empty());
        assert_eq!(Application::with(version).migrate(&database), [""; 0]);
    }

    async fn an_application_that_comes_later_has_its_migration_of_one_of_our_versions_applied(
        database: Database,
    ) {
        let store = Store::open(&database.url).unwrap();
        store.migrate().unwrap();
        let application = Application::with("20261122000000");
        assert_eq!(application.migrate(&database), ["20261122000000"]);
        assert_eq!(application.revert(&database), "20261122000000");
    }

    async fn what_of_ours_stood_in_diesels_table_is_moved_and_the_applications_stays(
        database: Database,
    ) {
        Application::with("20200101000000").migrate(&database);
        migrate_with_diesel(&database, "20261122120000");
        let store = Store::open(&database.url).unwrap();
        assert!(!store.is_empty().unwrap(), "before they are moved");
        let pending = store.pending_migrations().unwrap();
        assert_eq!(pending[0], "20261122121000_admin");

        assert_eq!(store.migrate().unwrap().len(), pending.len());
        let versions = |table| database.texts(&format!("SELECT version AS text FROM {table}"));
        assert_eq!(versions("__diesel_schema_migrations"), ["20200101000000"]);
        assert_eq!(versions("oauth_schema_migrations").len(), folders("sqlite").len());
        assert!(store.pending_migrations().unwrap().is_empty());
    }

    async fn a_database_that_only_lacks_our_table_gets_it(database: Database) {
        migrate_with_diesel(&database, "20261122130000");
        let store = Store::open(&database.url).unwrap();
        store.migrate().unwrap();
        assert_eq!(database.texts("SELECT version AS text FROM __diesel_schema_migrations"), [""; 0]);
    }
}
