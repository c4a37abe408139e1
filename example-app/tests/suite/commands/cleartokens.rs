//! `cleartokens`: what has ended makes room, and what is alive stays.

use std::process::Command;

use crate::support::{Process, Site, installed, until};

const TABLES: [&str; 4] = ["access_tokens", "refresh_tokens", "authorization_codes", "grants"];

/// How many rows there are of what can end.
fn left(site: &Site) -> Vec<String> {
    let count = |table| format!("SELECT CAST(count(*) AS TEXT) FROM oauth_{table}");
    TABLES.iter().flat_map(|table| site.query(&count(table))).collect()
}

/// Everything in the database is from 1970.
fn age(site: &Site) {
    for table in TABLES.iter().chain(&["sessions"]) {
        site.query(&format!("UPDATE oauth_{table} SET expires_at = 9 RETURNING 'aged'"));
    }
}

#[tokio::test]
async fn it_deletes_what_has_ended_says_so_and_then_finds_nothing_to_do() {
    let site = Site::new();
    site.serve().signed_in().await.tokens().await;
    age(&site);
    let finished = site.run(&["cleartokens"]);
    let said: Vec<&str> = finished.success().lines().collect();
    let [sessions, rest @ ..] = said.as_slice() else { panic!("{finished:?}") };
    assert!(sessions.starts_with("deleted ") && sessions.ends_with(" sessions"), "{finished:?}");
    let rest_expected = [
        "deleted 1 authorization codes",
        "deleted 1 access tokens",
        "deleted 1 refresh tokens",
        "deleted 1 grants",
    ];
    assert_eq!(rest, rest_expected);
    assert_eq!(finished.stderr, "", "no bar where nobody watches");
    assert_eq!(left(&site), ["0"; 4]);

    let again = site.run(&["cleartokens"]);
    assert_eq!(again.success(), "nothing has ended that could be deleted\n");
}

#[tokio::test]
async fn it_runs_beside_a_server_whose_live_tokens_stay() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.signed_in().await;
    let tokens = agent.tokens().await;
    site.run(&["cleartokens"]).success();
    assert_eq!(agent.refresh(&tokens).await.status, 200);
}

#[tokio::test]
async fn the_server_does_it_by_itself() {
    let site = Site::new();
    site.serve().signed_in().await.tokens().await;
    age(&site);
    let server = site.serve();
    until("the old rows are gone", || left(&site) == ["0"; 4]);
    until("the log says so", || server.process.stderr().contains("deleted what had ended"));
}

#[tokio::test]
async fn on_a_terminal_it_draws_a_bar() {
    let site = Site::new();
    site.serve().signed_in().await.tokens().await;
    age(&site);
    let Some(script) = installed("script", "bsdutils") else { return };
    let program = site.program(&[]);
    let mut script = Command::new(script);
    script.args(["--quiet", "--return", "--command", "exec \"$PROGRAM\" cleartokens", "/dev/null"]);
    script.env("PROGRAM", program.get_program()).env("TERM", "xterm").current_dir(site.path());
    let finished = Process::start(&mut script).finish();
    let said = finished.success();
    assert!(said.contains("deleting") && said.contains("rows"), "{said:?}");
    assert!(said.contains("deleted 1 grants"), "{said:?}");
}
