//! A look into the database past the crate.

use diesel::{
    Connection, PgConnection, RunQueryDsl, SqliteConnection, connection::SimpleConnection,
    sql_query, sql_types::Text,
};

use super::{Database, Fixture};

/// A column of one of the crate's tables, in diesel's words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) table: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) nullable: bool,
}

/// A lock that writers wait for.
pub(crate) enum Lock {
    Postgres(PgConnection),
    #[expect(dead_code, reason = "SQLite does not tell who waits")]
    Sqlite(SqliteConnection),
}

impl Lock {
    /// Whether this many wait; on SQLite they do as soon as they have asked.
    pub(crate) fn is_waited_for_by(&mut self, writers: usize) -> bool {
        let Self::Postgres(connection) = self else { return true };
        let waiting: Vec<Row> = sql_query(WAITING).load(connection).expect(WAITING);
        waiting.len() == writers
    }
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

impl Database {
    /// For claims that begin with an empty database.
    pub(crate) async fn on(database: Self) -> Self {
        database
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres:")
    }

    pub(crate) fn connect_postgres(&self) -> PgConnection {
        PgConnection::establish(&self.url).expect("a connection")
    }

    pub(crate) fn connect_sqlite(&self) -> SqliteConnection {
        let path = self.url.strip_prefix("sqlite://").expect("a SQLite URL");
        SqliteConnection::establish(path).expect("a connection")
    }

    /// What a query gives whose one column is a text of the name `text`.
    pub(crate) fn texts(&self, query: &str) -> Vec<String> {
        let rows: Vec<Row> = if self.is_postgres() {
            sql_query(query).load(&mut self.connect_postgres()).expect(query)
        } else {
            sql_query(query).load(&mut self.connect_sqlite()).expect(query)
        };
        rows.into_iter().map(|row| row.text).collect()
    }

    pub(crate) fn execute(&self, sql: &str) {
        if self.is_postgres() {
            self.connect_postgres().batch_execute(sql).expect(sql);
        } else {
            self.connect_sqlite().batch_execute(sql).expect(sql);
        }
    }

    /// Keeps every writer of a table waiting until the value is dropped; readers go on.
    pub(crate) fn keep_writers_waiting(&self, table: &str) -> Lock {
        if self.is_postgres() {
            let mut connection = self.connect_postgres();
            let lock = format!("BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE");
            connection.batch_execute(&lock).expect("a lock");
            Lock::Postgres(connection)
        } else {
            let mut connection = self.connect_sqlite();
            connection.batch_execute("BEGIN IMMEDIATE").expect("a lock");
            Lock::Sqlite(connection)
        }
    }

    /// All tables, by name.
    pub(crate) fn tables(&self) -> Vec<String> {
        self.texts(if self.is_postgres() {
            "SELECT tablename AS text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
        } else {
            "SELECT name AS text FROM sqlite_schema WHERE type = 'table' ORDER BY 1"
        })
    }

    /// The columns of the crate's tables, by table and place; but not of the one that says which migrations are applied.
    pub(crate) fn columns(&self) -> Vec<Column> {
        let query = if self.is_postgres() { POSTGRES_COLUMNS } else { SQLITE_COLUMNS };
        self.texts(query).iter().map(|line| column(line)).collect()
    }

    /// Every value of a column; those of a binary one in hexadecimal.
    pub(crate) fn values(&self, column: &Column) -> Vec<String> {
        let Column { table, name, kind, .. } = column;
        let text = match (kind.as_str(), self.is_postgres()) {
            ("Binary", true) => format!("encode({name}, 'hex')"),
            ("Binary", false) => format!("lower(hex({name}))"),
            _ => format!("CAST({name} AS TEXT)"),
        };
        self.texts(&format!("SELECT {text} AS text FROM {table} WHERE {name} IS NOT NULL"))
    }
}

impl Fixture {
    pub(crate) fn count(&self, table: &str) -> String {
        self.database.texts(&format!("SELECT CAST(count(*) AS TEXT) AS text FROM {table}")).concat()
    }
}

fn column(line: &str) -> Column {
    let [table, name, kind, nullable]: [&str; 4] =
        line.split('|').collect::<Vec<_>>().try_into().expect("four fields");
    let kind = match kind.to_ascii_lowercase().as_str() {
        "bigint" | "integer" => "BigInt",
        "text" => "Text",
        "boolean" => "Bool",
        "blob" | "bytea" => "Binary",
        other => panic!("{table}.{name} is of the type {other}"),
    };
    Column {
        table: table.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        nullable: nullable == "YES",
    }
}

const WAITING: &str = "SELECT 'waits' AS text FROM pg_locks waiting JOIN pg_locks held \
    ON held.relation = waiting.relation \
    WHERE held.pid = pg_backend_pid() AND held.mode = 'ExclusiveLock' AND NOT waiting.granted";
const SQLITE_COLUMNS: &str = "SELECT t.name || '|' || c.name || '|' || c.type || '|' \
    || CASE c.\"notnull\" WHEN 0 THEN 'YES' ELSE 'NO' END AS text \
    FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c \
    WHERE t.type = 'table' AND t.name LIKE 'oauth!_%' ESCAPE '!' \
    AND t.name <> 'oauth_schema_migrations' ORDER BY t.name, c.cid";
const POSTGRES_COLUMNS: &str = "SELECT table_name || '|' || column_name || '|' || data_type || '|' || is_nullable AS text \
    FROM information_schema.columns \
    WHERE table_schema = current_schema() AND table_name LIKE 'oauth!_%' ESCAPE '!' \
    AND table_name <> 'oauth_schema_migrations' ORDER BY table_name, ordinal_position";
