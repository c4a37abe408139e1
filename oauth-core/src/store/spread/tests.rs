//! Which partitions are asked, and what Citus would be told.

mod plans;
mod visits;

use super::{
    super::{Store, connection::Database as Kind, executor::tests::database::Database},
    *,
};

fn connection(database: &Database) -> DbConnection {
    Kind::parse(&database.url).unwrap().connect().unwrap()
}

fn postgres(db: &mut DbConnection) -> &mut PgConnection {
    match db {
        DbConnection::Postgres(db) => db,
        DbConnection::Sqlite(_) => panic!("not PostgreSQL"),
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(db: &mut PgConnection, query: &str) -> String {
    let lines: Vec<Line> = sql_query(query).load(db).expect(query);
    lines.into_iter().map(|line| line.line + "\n").collect()
}

#[test]
fn what_hangs_on_a_family_is_spread_by_its_key_and_each_key_of_what_is_spread_holds_its_column() {
    let Some(database) = Database::postgres() else { return };
    Store::open(&database.url).unwrap().migrate().unwrap();
    let mut db = connection(&database);
    let db = postgres(&mut db);
    // A device's code names the family that began, and does not hang on it.
    let hang = "SELECT table_name::text AS line FROM information_schema.columns \
        WHERE table_schema = current_schema() AND column_name = 'grant_id' \
        AND table_name <> 'oauth_device_codes' ORDER BY 1";
    let mut known: Vec<_> = FAMILIES.iter().filter(|(_, key)| *key == "grant_id").collect();
    known.sort();
    let known: String = known.into_iter().map(|(table, _)| format!("{table}\n")).collect();
    assert_eq!(lines(db, hang), known);

    let made: Vec<Made> = sql_query(MADE).load(db).unwrap();
    for Made { relation, kind, again, .. } in made {
        let mut spread = FAMILIES.iter().chain([&SESSIONS]);
        let Some((_, key)) = spread.find(|(table, _)| *table == relation) else {
            continue;
        };
        let is_key = ["u", "p"].contains(&&*kind) || again.contains("UNIQUE");
        let leads_out =
            EVERYWHERE.iter().any(|table| again.contains(&format!("REFERENCES {table}(")));
        let (_, columns) = again.split_once('(').unwrap();
        let holds_it = columns.split([',', ')']).any(|column| column.trim() == *key);
        assert!(holds_it || kind == "i" && !is_key || kind == "f" && leads_out, "{again}");
    }
}

#[test]
fn citus_is_told_what_stands_everywhere_what_is_spread_and_then_the_foreign_keys() {
    let Some(database) = Database::postgres() else { return };
    Store::open(&database.url).unwrap().migrate().unwrap();
    let mut db = connection(&database);
    let told = statements(postgres(&mut db), Spread::Citus).unwrap();
    let is_key = |statement: &&String| statement.starts_with("ALTER TABLE");
    let dropped = told.iter().filter(is_key).filter(|key| key.contains(" DROP ")).count();
    let (before, after) = told.split_at(1 + dropped);
    assert_eq!(before[0], "SET LOCAL citus.multi_shard_modify_mode TO 'sequential'");
    assert!(before[1..].iter().all(|key| key.contains(" DROP CONSTRAINT ")), "{told:#?}");
    let (spread, again) = after.split_at(after.len() - dropped);
    assert_eq!(
        spread,
        [
            "SELECT create_reference_table('oauth_clients')",
            "SELECT create_reference_table('oauth_client_secrets')",
            "SELECT create_reference_table('oauth_scopes')",
            "SELECT create_reference_table('oauth_users')",
            "SELECT create_distributed_table('oauth_grants', 'id', colocate_with => 'none')",
            "SELECT create_distributed_table('oauth_authorization_codes', 'grant_id', colocate_with => 'oauth_grants')",
            "SELECT create_distributed_table('oauth_access_tokens', 'grant_id', colocate_with => 'oauth_grants')",
            "SELECT create_distributed_table('oauth_refresh_tokens', 'grant_id', colocate_with => 'oauth_grants')",
            "SELECT create_distributed_table('oauth_sessions', 'digest', colocate_with => 'none')",
        ]
    );
    let key = "ALTER TABLE oauth_grants ADD CONSTRAINT oauth_grants_client_id_fkey \
        FOREIGN KEY (client_id) REFERENCES oauth_clients(id) ON DELETE CASCADE";
    assert!(again.iter().any(|made| made == key), "{again:#?}");
    assert!(again.iter().all(|key| key.contains(" FOREIGN KEY ")), "{again:#?}");
}
