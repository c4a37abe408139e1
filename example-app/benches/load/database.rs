//! A database of its own for each run, and the rows that it is filled with.

use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
    process,
    time::{SystemTime, UNIX_EPOCH},
};

use diesel::{
    Connection, PgConnection, RunQueryDsl, SqliteConnection, connection::SimpleConnection,
    sql_query,
};
use indicatif::{ProgressBar, ProgressStyle};
use sha2::{Digest, Sha256};

use crate::{
    clients,
    options::Engine,
    postgres::Cluster,
    server::with_database,
    token::{self, Tokens, family},
};

/// A database that ends with it.
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) url: String,
    folder: PathBuf,
    _cluster: Option<Cluster>,
}

/// What was put there.
pub(crate) struct Seeded {
    /// Live access tokens.
    pub(crate) rows: u64,
    pub(crate) tokens: Tokens,
    pub(crate) client_id: String,
    /// The header by which the client authenticates.
    pub(crate) basic: String,
    /// That of an API in another process, which asks about the client's tokens.
    pub(crate) api_basic: String,
    /// The identifier of a client whose users log in, and the header by which it authenticates.
    pub(crate) login: (String, String),
    next_chain: Cell<u64>,
}

impl Seeded {
    /// The first refresh token that nobody has redeemed.
    pub(crate) fn next_chain(&self) -> u64 {
        self.next_chain.get()
    }

    pub(crate) fn used_chains(&self, count: u64) {
        self.next_chain.set(self.next_chain() + count);
    }
}

/// How many families have a refresh token that is there from the start.
const CHAINS: u64 = 2_000;
/// For filling only.
const HURRIED: &str =
    "PRAGMA busy_timeout = 5000; PRAGMA synchronous = OFF; PRAGMA cache_size = -2000000";
/// Rows to a statement.
const CHUNK: u64 = 5_000;
const GRANTS: &str = "INSERT INTO oauth_grants (id, client_id, subject, scopes, created_at, expires_at, last_used_at)";
const ACCESS_TOKENS: &str =
    "INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at)";
const REFRESH_TOKENS: &str = "INSERT INTO oauth_refresh_tokens (grant_id, digest, prefix, access_token, created_at, expires_at)";

impl Bench {
    pub(crate) fn start(engine: Engine) -> Option<Self> {
        let folder = std::env::temp_dir().join(format!("oauth-bench-{}", process::id()));
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(&folder).expect("a folder for the database");
        let (url, cluster) = match engine {
            Engine::Sqlite => (format!("sqlite://{}/bench.sqlite3", folder.display()), None),
            Engine::Postgres => {
                let cluster = Cluster::start(&folder)?;
                (cluster.url.clone(), Some(cluster))
            }
        };
        Some(Self { engine, url, folder, _cluster: cluster })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of a SQLite database.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("bench.sqlite3")
    }

    /// The tables, the demo data, a client, and so many live access tokens; a family for every four of them.
    pub(crate) fn seed(&self, rows: u64) -> Seeded {
        for command in ["migrate", "loaddemo"] {
            let app = process::Command::new(env!("CARGO_BIN_EXE_example-app"));
            let done = with_database(app, &self.url).arg(command).output();
            assert!(done.expect("the program").status.success(), "{command}");
        }
        let (client_id, basic) = clients::register(&self.url, clients::client());
        let (_, api_basic) = clients::register(&self.url, clients::api());
        let families = (rows / 4).max(CHAINS);
        let all = rows + families + 2 * CHAINS;
        let bar = progress(all, format!("{rows} rows, {}", self.engine.name()));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
        let end = now + 30 * 86_400;
        let client = self.number(&format!(
            "SELECT id AS number FROM oauth_clients WHERE client_id = '{client_id}'"
        ));
        let used = now + 86_400;
        self.fill(families, &bar, GRANTS, |i| {
            format!("{}, {client}, '1', 'my_polls:my_stats', {now}, {end}, {used}", family(i))
        });
        self.fill(rows + CHAINS, &bar, ACCESS_TOKENS, |i| {
            let family = family(if i < rows { i % families } else { i - rows });
            let digest = self.digest(&token::value("at", family, i));
            format!("{family}, {digest}, 'prefix', 'my_polls:my_stats', {now}, {end}")
        });
        self.fill(CHAINS, &bar, REFRESH_TOKENS, |i| {
            let family = family(i);
            let digest = self.digest(&token::value("rt", family, i));
            let access = self.digest(&token::value("at", family, rows + i));
            format!("{family}, {digest}, 'prefix', {access}, {now}, {end}")
        });
        bar.finish_and_clear();
        self.settle();
        Seeded {
            rows,
            tokens: Tokens { rows, families },
            client_id,
            basic,
            api_basic,
            login: clients::register(&self.url, clients::login()),
            next_chain: Cell::new(0),
        }
    }

    /// So many access tokens that expired long ago, in families that live.
    pub(crate) fn seed_expired(&self, count: u64, families: u64) {
        let bar = progress(count, format!("{count} expired, {}", self.engine.name()));
        self.fill(count, &bar, ACCESS_TOKENS, |i| {
            let digest = self.digest(&format!("bench-access-token-that-has-ended-{i}"));
            let family = family(i % families);
            format!("{family}, {digest}, 'prefix', 'my_polls:my_stats', 0, 1")
        });
        bar.finish_and_clear();
        self.settle();
    }

    /// Inserts so many rows; `row` gives the values of each.
    fn fill(&self, count: u64, bar: &ProgressBar, insert: &str, row: impl Fn(u64) -> String) {
        let mut connection = self.connect();
        for from in (0..count).step_by(usize::try_from(CHUNK).expect("a small number")) {
            let until = (from + CHUNK).min(count);
            let rows: Vec<String> = (from..until).map(|i| format!("({})", row(i))).collect();
            connection.execute(&format!("{insert} VALUES {}", rows.join(", ")));
            bar.inc(until - from);
        }
    }

    /// The digest of a value, as a literal.
    fn digest(&self, value: &str) -> String {
        let digits = Sha256::digest(value.as_bytes());
        let digits =
            digits.iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"));
        match self.engine {
            Engine::Sqlite => format!("x'{digits}'"),
            Engine::Postgres => format!("'\\x{digits}'"),
        }
    }

    /// As a database stands that has run for a while.
    fn settle(&self) {
        let mut connection = self.connect();
        match self.engine {
            Engine::Sqlite => connection.execute("PRAGMA wal_checkpoint(TRUNCATE)"),
            Engine::Postgres => {
                connection.execute("VACUUM ANALYZE");
                connection.execute("CHECKPOINT");
            }
        }
    }

    pub(crate) fn number(&self, query: &str) -> i64 {
        self.connect().number(query)
    }

    fn connect(&self) -> Filler {
        match self.engine {
            Engine::Sqlite => {
                let path = self.file();
                let mut connection =
                    SqliteConnection::establish(path.to_str().expect("a path")).expect("the file");
                connection.batch_execute(HURRIED).expect("pragmas");
                Filler::Sqlite(connection)
            }
            Engine::Postgres => {
                Filler::Postgres(PgConnection::establish(&self.url).expect("the cluster"))
            }
        }
    }
}

fn progress(count: u64, message: String) -> ProgressBar {
    let bar = ProgressBar::new(count);
    let template = "{msg:32} {bar:40} {pos}/{len} {eta}";
    bar.set_style(ProgressStyle::with_template(template).expect("a style"));
    bar.with_message(message)
}

impl Drop for Bench {
    fn drop(&mut self) {
        self._cluster.take();
        fs::remove_dir_all(&self.folder).ok();
    }
}

enum Filler {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

impl Filler {
    fn execute(&mut self, statement: &str) {
        let done = match self {
            Self::Sqlite(connection) => sql_query(statement).execute(connection),
            Self::Postgres(connection) => sql_query(statement).execute(connection),
        };
        done.unwrap_or_else(|error| panic!("{statement:.200}: {error}"));
    }

    fn number(&mut self, query: &str) -> i64 {
        let row: Number = match self {
            Self::Sqlite(connection) => sql_query(query).get_result(connection),
            Self::Postgres(connection) => sql_query(query).get_result(connection),
        }
        .expect("a number");
        row.number
    }
}
