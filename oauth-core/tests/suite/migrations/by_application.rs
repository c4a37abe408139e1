//! Applied by the application, with its own.

use diesel::connection::SimpleConnection;
use diesel_migrations::MigrationHarness;
use oauth_core::{
    AuthorizationServer, MigratedBy, NotReady, Settings, Store, StoreOptions,
    with_diesel::Migrations,
};

use super::{application::Application, folders};
use crate::support::Database;

fn open(database: &Database) -> Store {
    let options = StoreOptions::default().with_migrations_by(MigratedBy::Application);
    Store::open_with(&database.url, options).unwrap()
}

/// The application applies ours.
fn apply(database: &Database) {
    if database.is_postgres() {
        database.connect_postgres().run_pending_migrations(Migrations).unwrap();
    } else {
        database.connect_sqlite().run_pending_migrations(Migrations).unwrap();
    }
}

fn take_back(database: &Database) {
    if database.is_postgres() {
        database.connect_postgres().revert_all_migrations(Migrations).unwrap();
    } else {
        database.connect_sqlite().revert_all_migrations(Migrations).unwrap();
    }
}

both_databases! {
    async fn before_the_application_has_applied_them_all_are_pending_and_migrate_does_nothing(
        database: Database,
    ) {
        let store = open(&database);
        assert_eq!(store.migrate().unwrap(), [""; 0]);
        assert_eq!(database.tables(), [""; 0]);
        assert!(store.is_empty().unwrap());
        assert!(store.pending_migrations().unwrap().iter().eq(&folders("sqlite")));
        assert_eq!(store.ready().await, Err(NotReady::Pending));
    }

    async fn afterwards_nothing_is_pending_and_the_server_works_without_books_of_its_own(
        database: Database,
    ) {
        Application::with("20200101000000").migrate(&database);
        apply(&database);
        let store = open(&database);
        assert_eq!(store.pending_migrations().unwrap(), [""; 0]);
        assert!(!store.is_empty().unwrap());
        assert_eq!(store.ready().await, Ok(()));
        let before = database.columns();
        assert_eq!(store.migrate().unwrap(), [""; 0]);
        assert_eq!(database.columns(), before);
        assert!(!database.tables().iter().any(|table| table == "oauth_schema_migrations"));

        let server = AuthorizationServer::new(Settings::new("https://id.example"), store).unwrap();
        assert!(server.register_scope("notes", "Your notes").await.is_ok());
    }

    async fn a_table_or_a_column_that_lacks_is_a_pending_migration(database: Database) {
        apply(&database);
        let store = open(&database);
        let last = folders("sqlite").pop_last().unwrap();
        let tables = database.tables().into_iter().filter(|table| table.starts_with("oauth_"));
        for table in tables {
            let column = database.columns().into_iter().rfind(|it| it.table == table).unwrap().name;
            let renamings = [
                (format!("{table} RENAME COLUMN {column} TO {column}_x"), format!("{table} RENAME COLUMN {column}_x TO {column}")),
                (format!("{table} RENAME TO {table}_x"), format!("{table}_x RENAME TO {table}")),
            ];
            for (there, back) in renamings {
                database.execute(&format!("ALTER TABLE {there}"));
                // Without the clients it is an empty database.
                let lacks_all = there.starts_with("oauth_clients RENAME TO");
                let pending = store.pending_migrations().unwrap();
                let one = [last.clone()];
                assert!(if lacks_all { pending.iter().eq(&folders("sqlite")) } else { pending == one }, "{there}");
                database.execute(&format!("ALTER TABLE {back}"));
            }
        }
        assert_eq!(store.pending_migrations().unwrap(), [""; 0]);
    }

    async fn users_who_come_by_sql_work_from_the_next_migrate_on(database: Database) {
        apply(&database);
        database.execute(
            "INSERT INTO oauth_users (username, password_hash, first_name, last_name, email, is_staff, is_superuser, \
            is_active, created_at) VALUES ('jos\u{e9}', '', '', '', '', FALSE, FALSE, TRUE, 1)",
        );
        let store = open(&database);
        store.migrate().unwrap();
        let server = AuthorizationServer::new(Settings::new("https://id.example"), store).unwrap();
        assert!(server.user_named("JOSE\u{301}").await.unwrap().is_some());
    }

    async fn the_application_can_take_them_back(database: Database) {
        apply(&database);
        take_back(&database);
        assert_eq!(database.columns(), []);
        assert!(open(&database).is_empty().unwrap());
    }
}

#[tokio::test]
async fn readiness_is_found_again_without_books_of_our_own() {
    let Some(database) = Database::postgres() else { return };
    apply(&database);
    let store = open(&database);
    let server =
        AuthorizationServer::new(Settings::new("https://id.example"), store.clone()).unwrap();
    server.register_scope("notes", "Your notes").await.unwrap();
    let mut application = database.connect_postgres();
    application.batch_execute("BEGIN; LOCK TABLE oauth_scopes").unwrap();
    let refused = server.register_scope("more", "More").await.unwrap_err();
    assert!(format!("{refused:?}").contains("Unavailable"), "{refused:?}");
    application.batch_execute("COMMIT").unwrap();
    assert_eq!(store.ready().await, Ok(()), "after a write of its own");
}
