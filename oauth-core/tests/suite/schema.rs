//! `src/store/schema.rs` is held against what both folders of migrations make.

use crate::support::{Column, Fixture};

const SCHEMA: &str = include_str!("../../src/store/schema.rs");

/// The tables and columns of the `table!` macros, by table and place.
fn declared() -> Vec<Column> {
    let mut columns = Vec::new();
    let mut table = "";
    for line in SCHEMA.lines().map(str::trim) {
        if let Some((name, _)) = line.strip_suffix(") {").and_then(|line| line.split_once(" (")) {
            table = name;
        } else if let Some((name, kind)) =
            line.strip_suffix(',').and_then(|line| line.split_once(" -> "))
        {
            let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
            columns.push(Column {
                table: table.to_owned(),
                name: name.to_owned(),
                kind: inner.unwrap_or(kind).to_owned(),
                nullable: inner.is_some(),
            });
        }
    }
    columns.sort_by(|one, other| one.table.cmp(&other.table));
    columns
}

both_databases! {
    async fn the_migrations_make_what_the_queries_expect(fixture: Fixture) {
        let (declared, made) = (declared(), fixture.database.columns());
        for (declared, made) in declared.iter().zip(&made) {
            assert_eq!(declared, made, "left: schema.rs, right: the database");
        }
        assert_eq!(declared.len(), made.len(), "as many on both sides");
    }

    // What hangs on a family is found by its family.
    async fn every_time_at_which_something_ends_has_an_index_unless_it_hangs_on_a_family(fixture: Fixture) {
        let indexes = if fixture.database.is_postgres() {
            "SELECT indexname AS text FROM pg_indexes WHERE schemaname = current_schema()"
        } else {
            "SELECT name AS text FROM sqlite_schema WHERE type = 'index'"
        };
        let indexes = fixture.database.texts(indexes);
        let columns = fixture.database.columns();
        let hangs = |table: &str| {
            let is_its = |column: &&Column| column.table == table && column.name == "grant_id";
            table == "oauth_grants" || columns.iter().any(|column| is_its(&column))
        };
        let ends: Vec<_> = columns.iter().filter(|column| column.name == "expires_at").collect();
        let ends: Vec<_> = ends.into_iter().filter(|column| !hangs(&column.table)).collect();
        assert_eq!(ends.len(), 6);
        for Column { table, name, .. } in ends {
            assert!(indexes.contains(&format!("{table}_{name}")), "{table}.{name}");
        }
    }
}
