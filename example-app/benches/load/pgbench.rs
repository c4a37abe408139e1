//! The floor of PostgreSQL: pgbench sends the very same SQL.

use std::{fs, process::Command};

use diesel::{Connection, PgConnection, connection::SimpleConnection};

use crate::{
    database::{Bench, Seeded},
    options::Options,
    postgres::programs,
};

/// The connections of the comparison.
const CONNECTIONS: &str = "32";

/// How many of each kind of work are done in a second.
pub(crate) fn measure(
    bench: &Bench,
    seeded: &Seeded,
    options: &Options,
) -> Vec<(&'static str, f64)> {
    let mut connection = PgConnection::establish(&bench.url).expect("the cluster");
    connection.batch_execute(CHAINS).expect("chains for pgbench");
    let run = |script: &str, name: &str| {
        let file = bench.folder().join(name);
        fs::write(&file, script).expect("a script");
        let mut pgbench = Command::new(programs().expect("PostgreSQL").join("pgbench"));
        pgbench.args(["-n", "-M", "prepared", "-j", "2", "-c", CONNECTIONS]);
        pgbench.args(["-T", &options.seconds.to_string(), "-D", "step=0"]);
        pgbench.args(["-D", &format!("rows={}", seeded.rows)]).arg("-f").arg(file).arg(&bench.url);
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
            "refresh",
            run(include_str!("../../../oauth-core/src/store/refresh.pgbench.sql"), "refresh.sql"),
        ),
    ]
}

/// A family and its first pair for each of pgbench's clients.
const CHAINS: &str = "
DO $$ DECLARE family BIGINT; access BIGINT; BEGIN
FOR client IN 0..63 LOOP
    INSERT INTO oauth_grants (client_id, subject, scopes, created_at, last_used_at)
        SELECT min(id), '1', 'my_polls:my_stats', 1, 1 FROM oauth_clients RETURNING id INTO family;
    INSERT INTO oauth_access_tokens (digest, grant_id, scopes, created_at, expires_at)
        VALUES (sha256(convert_to('pgbench-access-' || client || '-0', 'UTF8')), family, 'my_polls:my_stats', 1, 4000000000)
        RETURNING id INTO access;
    INSERT INTO oauth_refresh_tokens (digest, grant_id, access_token_id, created_at)
        VALUES (sha256(convert_to('pgbench-' || client || '-0', 'UTF8')), family, access, 1);
END LOOP; END $$";
