//! Tables of families in partitions: the same tables, with the rows that they had.

use oauth_core::{Spread, Store, StoreError};

use crate::support::{Database, Fixture, assert_live, assert_refused, refresh_token};

/// Keys and indexes by table, name and definition, but for those of the partitions themselves.
fn keys_and_indexes(database: &Database) -> Vec<String> {
    database.texts(
        "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS text \
         FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND conparentid = 0 \
         UNION ALL SELECT indrelid::regclass || ' ' || replace(pg_get_indexdef(indexrelid, 0, true), ' ON ONLY ', ' ON ') \
         FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid \
         WHERE relnamespace = current_schema()::regnamespace AND NOT relispartition ORDER BY 1",
    )
}

fn partitioned(database: &Database) -> Vec<String> {
    database.texts(
        "SELECT relname || ' ' || pg_get_partkeydef(oid) AS text FROM pg_class \
         WHERE relnamespace = current_schema()::regnamespace AND relkind = 'p' ORDER BY 1",
    )
}

#[test]
fn tables_of_families_are_partitioned_by_their_key_and_their_keys_and_indexes_stay_as_they_are() {
    let Some(database) = Database::postgres() else { return };
    let store = Store::open(&database.url).unwrap();
    store.migrate().unwrap();
    let (before, columns) = (keys_and_indexes(&database), database.columns());
    assert_eq!(store.migrate_spread(Spread::Partitions).unwrap(), ["spread over 16 partitions"]);
    assert_eq!(
        partitioned(&database),
        [
            "oauth_access_tokens HASH (grant_id)",
            "oauth_authorization_codes HASH (grant_id)",
            "oauth_grants HASH (id)",
            "oauth_refresh_tokens HASH (grant_id)",
        ]
    );
    assert_eq!(keys_and_indexes(&database), before);
    let mut now = database.columns();
    now.retain(|column| columns.iter().any(|before| before.table == column.table));
    assert_eq!(now, columns);
}

#[test]
fn an_empty_database_is_migrated_and_spread_at_once_and_a_second_time_changes_nothing() {
    let Some(database) = Database::postgres() else { return };
    let store = Store::open(&database.url).unwrap();
    let pending = store.pending_migrations().unwrap();
    assert_eq!(store.migrate_spread(Spread::Partitions).unwrap().len(), pending.len() + 1);
    for again in [store.migrate_spread(Spread::Partitions), store.migrate()] {
        assert_eq!(again.unwrap(), Vec::<String>::new());
    }
    assert_eq!(partitioned(&database).len(), 4);
}

#[tokio::test]
async fn what_was_issued_before_lives_on_and_is_refreshed_once() {
    let Some(database) = Database::postgres() else { return };
    let fixture = Fixture::on(database).await;
    let (tokens, other) = (fixture.tokens().await, fixture.tokens().await);
    let first = fixture.refresh(refresh_token(&other)).await.unwrap();
    fixture.server.store().migrate_spread(Spread::Partitions).unwrap();
    assert_eq!(partitioned(&fixture.database).len(), 4);

    assert_live(&fixture, &tokens).await;
    let second = fixture.refresh(refresh_token(&tokens)).await.unwrap();
    assert_live(&fixture, &second).await;
    let repeated = fixture.refresh(refresh_token(&other)).await.unwrap();
    assert_eq!(repeated.access_token.expose(), first.access_token.expose());
    fixture.refresh(refresh_token(&second)).await.unwrap();
    assert_refused(fixture.refresh(refresh_token(&tokens)).await, "invalid_grant", "used before");
}

#[test]
fn what_cannot_be_spread_is_refused_in_one_line_and_nothing_is_changed() {
    let assert_refused = |database: &Database, spread, why: &str| {
        let before = database.tables();
        let refusal = Store::open(&database.url).unwrap().migrate_spread(spread).unwrap_err();
        assert!(matches!(refusal, StoreError::Spread(_)), "{refusal:?}");
        let told = refusal.to_string();
        assert!(told.contains(why) && told.lines().count() == 1, "{told}");
        assert_eq!(database.tables(), before);
    };
    assert_refused(&Database::sqlite(), Spread::Partitions, "use PostgreSQL");
    let Some(database) = Database::postgres() else { return };
    assert_refused(&database, Spread::Citus, "CREATE EXTENSION citus");
    Store::open(&database.url).unwrap().migrate_spread(Spread::Partitions).unwrap();
    assert_refused(&database, Spread::Citus, "over partitions already");
}
