//! Families spread over partitions of one PostgreSQL, or over the machines of Citus: the SQL of both.
//!
//! The migrations make plain tables, and these statements make spread ones of them. Keys and indexes are read from the
//! database and made again under their names, so that no table is written down twice, and a later migration finds in
//! either what it expects.

use std::fmt;

use diesel::{
    QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    dsl::sql,
    sql_query,
    sql_types::{Bool, Text},
};

use super::{DbConnection, PgConnection, Query, StoreError};

/// How the tables of codes, tokens and their families are spread, on PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spread {
    /// Over 16 partitions of the same database, by a hash of the family's key.
    Partitions,
    /// Over the machines of [Citus](https://www.citusdata.com), by the family's key, and sessions by their digest.
    /// Clients, scopes and users stand on every machine.
    Citus,
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Partitions => write!(f, "{PARTITIONS} partitions"),
            Self::Citus => f.write_str("the machines of Citus"),
        }
    }
}

/// How the tables are spread, if they are.
pub(super) fn found(db: &mut DbConnection) -> Query<Option<Spread>> {
    let DbConnection::Postgres(db) = db else { return Ok(None) };
    if is(
        db,
        "EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass('oauth_grants'))",
    )? {
        return Ok(Some(Spread::Partitions));
    }
    let distributed = is(db, "to_regclass('pg_dist_partition') IS NOT NULL")?
        && is(
            db,
            "EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = to_regclass('oauth_grants'))",
        )?;
    Ok(distributed.then_some(Spread::Citus))
}

/// Spreads them, with the rows that they have. Says whether there was anything to do.
pub(super) fn apply(db: &mut DbConnection, spread: Spread) -> Result<bool, StoreError> {
    match found(db)? {
        Some(found) if found == spread => return Ok(false),
        Some(Spread::Partitions) => {
            return Err(StoreError::Spread(
                "they are spread over partitions already, and stay so: start with a new database",
            ));
        }
        Some(Spread::Citus) => {
            return Err(StoreError::Spread(
                "they are spread by Citus already, and stay so: start with a new database",
            ));
        }
        None => {}
    }
    let DbConnection::Postgres(db) = db else {
        return Err(StoreError::Spread("SQLite is one file: use PostgreSQL"));
    };
    if spread == Spread::Citus
        && !is(db, "EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')")?
    {
        return Err(StoreError::Spread(
            "the database lacks the extension citus: install it on each machine, then CREATE EXTENSION citus",
        ));
    }
    for statement in statements(db, spread)? {
        db.batch_execute(&statement)?;
    }
    Ok(true)
}

fn is(db: &mut PgConnection, condition: &str) -> Query<bool> {
    diesel::select(sql::<Bool>(condition)).get_result(db)
}

/// What is sent, in this order.
fn statements(db: &mut PgConnection, spread: Spread) -> Query<Vec<String>> {
    let made = sql_query(MADE).load(db)?;
    Ok(match spread {
        Spread::Partitions => over_partitions(made),
        Spread::Citus => over_machines(made),
    })
}

fn over_partitions(mut made: Vec<Made>) -> Vec<String> {
    made.retain(|made| FAMILIES.iter().any(|(table, _)| *table == made.relation));
    let tables = FAMILIES.map(|(table, _)| table);
    let mut statements = vec![format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", tables.join(", "))];
    for (table, key) in FAMILIES {
        statements.push(format!("ALTER TABLE {table} RENAME TO {table}_plain"));
        statements.push(format!("CREATE TABLE {table} (LIKE {table}_plain INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY) PARTITION BY HASH ({key})"));
        statements.extend((0..PARTITIONS).map(|number| {
            format!("CREATE TABLE {table}_p{number:02} PARTITION OF {table} FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})")
        }));
        statements.push(format!("INSERT INTO {table} SELECT * FROM {table}_plain"));
    }
    statements
        .push(format!("DROP TABLE {}", tables.map(|table| format!("{table}_plain")).join(", ")));
    statements.extend(made.into_iter().map(|made| made.again));
    statements
}

/// No foreign key may lead from a table of one kind to one of another while they are made, and Citus makes one
/// connection to each machine do all of it.
fn over_machines(mut made: Vec<Made>) -> Vec<String> {
    made.retain(|made| made.kind == "f");
    let mut statements = vec!["SET LOCAL citus.multi_shard_modify_mode TO 'sequential'".to_owned()];
    statements.extend(made.iter().map(|made| made.dropped.clone()));
    statements.extend(EVERYWHERE.map(|table| format!("SELECT create_reference_table('{table}')")));
    for (table, key) in FAMILIES {
        let with = if table == "oauth_grants" { "none" } else { "oauth_grants" };
        statements.push(format!(
            "SELECT create_distributed_table('{table}', '{key}', colocate_with => '{with}')"
        ));
    }
    let (sessions, digest) = SESSIONS;
    statements.push(format!(
        "SELECT create_distributed_table('{sessions}', '{digest}', colocate_with => 'none')"
    ));
    statements.extend(made.into_iter().map(|made| made.again));
    statements
}

/// A key or an index, as the migrations made it.
#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = Text)]
    relation: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    dropped: String,
    #[diesel(sql_type = Text)]
    again: String,
}

/// Foreign keys last: they need what they lead to.
const MADE: &str = "\
SELECT conrelid::regclass::text AS relation, contype::text AS kind,
    format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS dropped,
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS again
FROM pg_constraint WHERE contype IN ('u', 'p', 'f') AND connamespace = quote_ident(current_schema())::regnamespace
    AND conrelid::regclass::text LIKE 'oauth!_%' ESCAPE '!'
UNION ALL
SELECT indrelid::regclass::text, 'i', '', pg_get_indexdef(indexrelid, 0, true)
FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relname LIKE 'oauth!_%' ESCAPE '!'
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('u', 'p'))
ORDER BY kind DESC, again";

/// The tables that hold families, with the column of the family's key.
const FAMILIES: [(&str, &str); 4] = [
    ("oauth_grants", "id"),
    ("oauth_authorization_codes", "grant_id"),
    ("oauth_access_tokens", "grant_id"),
    ("oauth_refresh_tokens", "grant_id"),
];
/// Spread by Citus alone: what there is of them in one database is little.
const SESSIONS: (&str, &str) = ("oauth_sessions", "digest");
/// What look-ups of families and sessions join.
const EVERYWHERE: [&str; 4] =
    ["oauth_clients", "oauth_client_secrets", "oauth_scopes", "oauth_users"];
const PARTITIONS: u32 = 16;

#[cfg(test)]
mod tests;
