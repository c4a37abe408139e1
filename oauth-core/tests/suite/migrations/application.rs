//! Beside an application that migrates with diesel as well.

use std::fs;

use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use oauth_core::Store;

use super::{assert_of_development, folders};
use crate::support::{Database, TemporaryDirectory};

/// An application with a migration of its own, which it applies with diesel.
pub(super) struct Application(TemporaryDirectory);

impl Application {
    pub(super) fn with(version: &str) -> Self {
        let directory = TemporaryDirectory::new(env!("CARGO_PKG_NAME"));
        let folder = directory.path().join(format!("{version}_theirs"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("up.sql"), "CREATE TABLE theirs (id BIGINT PRIMARY KEY)").unwrap();
        fs::write(folder.join("down.sql"), "DROP TABLE theirs").unwrap();
        Self(directory)
    }

    /// What it applied.
    pub(super) fn migrate(&self, database: &Database) -> Vec<String> {
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

/// The version of the first of our migrations.
fn ours() -> String {
    folders("sqlite").first().unwrap().split_once('_').unwrap().0.to_owned()
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
        let (store, version) = (Store::open(&database.url).unwrap(), ours());
        assert_eq!(Application::with(&version).migrate(&database), [version.as_str()]);
        assert!(store.is_empty().unwrap());
        assert_eq!(store.migrate().unwrap().len(), folders("sqlite").len());
        assert!(store.pending_migrations().unwrap().is_empty());
        assert_eq!(Application::with(&version).migrate(&database), [""; 0]);
    }

    async fn an_application_that_comes_later_has_its_migration_of_one_of_our_versions_applied(
        database: Database,
    ) {
        let store = Store::open(&database.url).unwrap();
        store.migrate().unwrap();
        let application = Application::with(&ours());
        assert_eq!(application.migrate(&database), [ours()]);
        assert_eq!(application.revert(&database), ours());
    }

    async fn a_development_version_that_kept_its_books_in_diesels_table_is_refused_too(
        database: Database,
    ) {
        Application::with("20261122000000").migrate(&database);
        let store = Store::open(&database.url).unwrap();
        assert!(store.is_empty().unwrap(), "the application's own, without a table of ours");
        database.execute("CREATE TABLE oauth_clients (id BIGINT)");
        assert_of_development(&store, "20261122000000");
        let kept = database.tables();
        assert_eq!(kept, ["__diesel_schema_migrations", "oauth_clients", "theirs"]);
    }
}
