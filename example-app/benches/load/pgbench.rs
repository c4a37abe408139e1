//! The floor of PostgreSQL: pgbench sends what a check reads, and what an issue, a refresh and an exchange write, a statement
//! each.

use std::{fs, process::Command};

use diesel::{Connection, PgConnection, connection::SimpleConnection};

use crate::{database::Bench, options::Options, postgres::programs};

/// The connections of the comparison.
const CONNECTIONS: &str = "32";

/// How many of each kind of work are done in a second.
pub(crate) fn measure(bench: &Bench, options: &Options) -> Vec<(&'static str, f64)> {
    let mut connection = PgConnection::establish(&bench.url).expect("the cluster");
    connection.batch_execute(CHAINS).expect("chains for pgbench");
    connection.batch_execute(&codes(options.seconds)).expect("codes for pgbench");
    let run = |script: &str, name: &str| {
        let file = bench.folder().join(name);
        fs::write(&file, script).expect("a script");
        let mut pgbench = Command::new(programs().expect("PostgreSQL").join("pgbench"));
        pgbench.args(["-n", "-M", "prepared", "-j", "2", "-c", CONNECTIONS]);
        pgbench.args(["-T", &options.seconds.to_string(), "-D", "step=0"]);
        pgbench.arg("-f").arg(file).arg(&bench.url);
        let output = pgbench.output().expect("pgbench");
        let text = String::from_utf8_lossy(&output.stdout);
        let problem = String::from_utf8_lossy(&output.stderr);
        let figure = text.lines().find_map(|line| line.strip_prefix("tps = "));
        let figure = figure.unwrap_or_else(|| panic!("pgbench: {text}{problem}"));
        figure.split(' ').next().expect("a figure").parse::<f64>().expect("a number")
    };
    vec![
        (
            "guarded GET",
            run(include_str!("../../../oauth-core/src/store/bearer.pgbench.sql"), "bearer.sql"),
        ),
        (
            "issue",
            run(include_str!("../../../oauth-core/src/store/issue.pgbench.sql"), "issue.sql"),
        ),
        (
            "refresh",
            run(include_str!("../../../oauth-core/src/store/refresh.pgbench.sql"), "refresh.sql"),
        ),
        (
            "code exchange",
            run(include_str!("../../../oauth-core/src/store/exchange.pgbench.sql"), "exchange.sql"),
        ),
    ]
}

/// A family and its first pair for each of pgbench's clients, keyed by its number; and 10,000 whose tokens are checked.
const CHAINS: &str = "
INSERT INTO oauth_grants (id, client_id, subject, scopes, created_at, last_used_at)
    SELECT n, (SELECT min(id) FROM oauth_clients), '1', 'my_polls:my_stats', 1, 1 FROM generate_series(0, 63) AS n;
INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at)
    SELECT n, sha256(convert_to('pgbench-access-' || n || '-0', 'UTF8')), 'prefix', 'my_polls:my_stats', 1, 4000000000
    FROM generate_series(0, 63) AS n;
INSERT INTO oauth_refresh_tokens (grant_id, digest, prefix, access_token, created_at)
    SELECT n, sha256(convert_to('pgbench-' || n || '-0', 'UTF8')), 'prefix',
        sha256(convert_to('pgbench-access-' || n || '-0', 'UTF8')), 1
    FROM generate_series(0, 63) AS n;
INSERT INTO oauth_grants (id, client_id, subject, scopes, created_at, last_used_at)
    SELECT n, (SELECT min(id) FROM oauth_clients), '1', 'my_polls:my_stats', 1, 1 FROM generate_series(1000, 10999) AS n;
INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at)
    SELECT n, sha256(convert_to('pgbench-bearer-' || n, 'UTF8')), 'prefix', 'my_polls:my_stats', 1, 4000000000
    FROM generate_series(1000, 10999) AS n";

/// Codes enough for each of pgbench's clients, whatever the machine: in families of their own, as those of the server.
fn codes(seconds: u64) -> String {
    let last = FIRST_CODE + seconds * CODES_A_SECOND;
    format!(
        "INSERT INTO oauth_grants (id, client_id, subject, scopes, created_at, last_used_at)
    SELECT n, (SELECT min(id) FROM oauth_clients), '1', 'user_info', 1, 1 FROM generate_series({FIRST_CODE}, {last}) AS n;
INSERT INTO oauth_authorization_codes (grant_id, digest, prefix, created_at, expires_at)
    SELECT n, sha256(convert_to('pgbench-code-' || n, 'UTF8')), 'prefix', 1, 4000000000
    FROM generate_series({FIRST_CODE}, {last}) AS n"
    )
}

/// As in the script.
const FIRST_CODE: u64 = 100_000;
/// pgbench's 32 clients take half of them.
const CODES_A_SECOND: u64 = 40_000;
