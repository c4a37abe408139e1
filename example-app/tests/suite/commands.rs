//! The commands, but for what is said of their settings and their end.

mod audit;
mod cleartokens;
mod createsuperuser;
mod known_passwords;
mod migrate;
mod register_client;
mod rotate_secret;

use std::net::TcpListener;

use crate::support::{Server, Site, postgres_schema};

#[test]
fn runserver_makes_the_tables_and_loads_the_demo_data_into_a_fresh_database_and_says_so() {
    let site = Site::new();
    let server = site.serve();
    let said = server.process.stdout();
    assert!(said.contains("created the tables in sqlite://example-app.sqlite3\n"), "{said}");
    assert!(said.contains("loaded the demo data"), "{said}");
    assert!(said.contains("exampleuser") && said.contains("\"password\""), "{said}");
}

#[test]
fn a_second_start_makes_and_loads_nothing() {
    let site = Site::new();
    drop(site.serve());

    let said = site.serve().process.stdout();
    assert!(!said.contains("created") && !said.contains("loaded"), "{said}");
}

#[tokio::test]
async fn a_second_start_keeps_what_the_first_one_issued() {
    let site = Site::new();
    let tokens = site.serve().signed_in().await.tokens().await;

    let server = site.serve();
    let agent = server.agent();
    assert_eq!(agent.refresh(&tokens).await.status, 200);
}

#[tokio::test]
async fn runserver_is_what_happens_without_a_command() {
    let site = Site::new();
    let server = Server::start(&mut site.program(&["runserver"]));
    assert_eq!(server.agent().get("/healthz").await.status, 200);
}

#[tokio::test]
async fn runserver_prints_the_addresses_to_open_next() {
    let site = Site::new();
    let mut server = site.serve();
    let issuer = server.url();
    server.process.says(&format!("cargo run -p client-demo -- --server {issuer}\n"));

    let said = server.process.stdout();
    let agent = server.agent();
    let addresses = said.split_whitespace().filter_map(|word| word.strip_prefix(&issuer));
    let addresses: Vec<&str> = addresses.filter(|path| path.starts_with('/')).collect();
    assert_eq!(addresses, ["/", "/admin/", "/docs/"], "{said}");
    for (path, status) in addresses.into_iter().zip([200, 303, 200]) {
        assert_eq!(agent.get(path).await.status, status, "{path}"); // staff sign in first
    }
}

#[tokio::test]
async fn beyond_this_machine_an_empty_database_gets_tables_and_a_hint_but_no_demo_user() {
    let site = Site::new();
    let server = site.serve_with("LISTEN", "0.0.0.0:0");
    let said = server.process.stdout();
    assert!(said.contains("created the tables") && !said.contains("loaded"), "{said}");
    assert!(said.contains("createsuperuser") && said.contains("loaddemo"), "{said}");

    let answer = server.agent().sign_in("exampleuser", "password").await;
    assert_eq!(answer.status, 422, "nobody can sign in: {answer:?}");
}

#[test]
fn a_taken_port_is_one_line_and_status_1_and_nothing_is_made() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let site = Site::new();

    let finished = site.run(&["--listen", &address]);
    let line = finished.refusal(1);
    assert!(line.contains(&address) && line.contains("in use"), "{line}");
    assert_eq!(site.files(), [""; 0]);
}

#[test]
fn a_database_that_cannot_be_opened_is_one_line_and_status_1() {
    let site = Site::new();
    for command in ["runserver", "migrate", "loaddemo"] {
        let finished = site.run(&[command, "--database-url", "sqlite://missing/db.sqlite3"]);
        let line = finished.refusal(1);
        assert!(line.contains("database") && line.contains("missing/db.sqlite3"), "{line}");
    }
}

#[test]
fn migrate_lists_what_it_applied_and_then_finds_nothing_to_do() {
    let site = Site::new();
    let first = site.run(&["migrate"]);
    let applied: Vec<&str> = first.success().lines().collect();
    let migrations = site.query("SELECT version FROM oauth_schema_migrations ORDER BY 1");
    let listed = migrations.iter().map(|version| format!("applied {version}"));
    assert_eq!(applied, listed.collect::<Vec<_>>());

    assert_eq!(site.run(&["migrate"]).success(), "nothing to migrate\n");
}

#[test]
fn a_migrated_database_is_not_fresh_so_it_gets_no_demo_data() {
    let site = Site::new();
    site.run(&["migrate"]).success();

    let said = site.serve().process.stdout();
    assert!(!said.contains("created") && !said.contains("demo data"), "{said}");
    assert!(said.contains("nobody can sign in: createsuperuser makes a user"), "{said}");
    assert_eq!(site.query("SELECT username FROM oauth_users"), [""; 0]);
}

/// With a single migration, a database that lacks one lacks all: then `runserver` applies it, and only the other
/// commands refuse.
#[test]
fn on_a_database_with_pending_migrations_a_command_refuses_and_names_migrate() {
    let site = Site::new();
    for command in [
        vec!["loaddemo"],
        vec!["createsuperuser", "--username", "anna", "--email", "anna@example.com"],
    ] {
        let finished = site.run(&command);
        let line = finished.refusal(1);
        assert!(line.ends_with("example-app migrate"), "{line}");
    }
}

#[test]
fn on_a_database_of_a_development_version_the_server_and_migrate_say_so_in_one_line() {
    let site = Site::new();
    site.run(&["migrate"]).success();
    site.query(
        "DELETE FROM oauth_schema_migrations WHERE version > '20261130020000' RETURNING version",
    );
    site.query("UPDATE oauth_schema_migrations SET version = '20261125130000' RETURNING version");
    for command in ["runserver", "migrate"] {
        let finished = site.run(&[command]);
        let line = finished.refusal(1);
        assert!(line.contains("development version"), "{line}");
        assert!(line.contains("start with a new database"), "{line}");
    }
}

#[test]
fn loaddemo_loads_what_the_first_start_loads() {
    let (started, loaded) = (Site::new(), Site::new());
    let server = started.serve();
    loaded.run(&["migrate"]).success();
    let issuer = format!("http://localhost:{}", server.port);
    let finished = loaded.run(&["loaddemo", "--issuer", &issuer]);
    assert_eq!(finished.success().lines().count(), 1 + 5 + 10, "{finished:?}");

    for query in [
        "SELECT username || first_name || last_name || email || is_superuser FROM oauth_users",
        "SELECT name || description FROM oauth_scopes ORDER BY name",
        "SELECT client_id || metadata || is_public || require_pkce
             FROM oauth_clients ORDER BY id",
    ] {
        assert_eq!(loaded.query(query), started.query(query));
    }
}

#[test]
fn loaddemo_again_changes_nothing() {
    let site = Site::new();
    drop(site.serve());
    let everything = || {
        [
            "SELECT json_array(id, username, password_hash, first_name, email, created_at) FROM oauth_users",
            "SELECT json_array(id, name, description) FROM oauth_scopes",
            "SELECT json_array(id, client_id, metadata, version, created_at)
                 FROM oauth_clients",
            "SELECT json_array(id, client_id, hash, created_at, expires_at) FROM oauth_client_secrets",
        ]
        .map(|query| site.query(query))
    };
    // What has been changed since is not changed back.
    site.query("UPDATE oauth_clients SET metadata = json_set(metadata, '$.client_name', 'Renamed') WHERE client_id = '1234' RETURNING name");
    let before = everything();

    assert_eq!(site.run(&["loaddemo"]).success(), "the demo data was already there\n");
    assert_eq!(everything(), before);
}

#[test]
fn loaddemo_adds_what_is_missing() {
    let site = Site::new();
    drop(site.serve());
    site.query("DELETE FROM oauth_clients WHERE client_id = '1234' RETURNING name");

    assert_eq!(site.run(&["loaddemo"]).success(), "loaded client My OAuth Client\n");
}

#[test]
fn the_announced_database_shows_no_password() {
    let Some(url) = postgres_schema() else { return };
    let site = Site::new();
    let server = site.serve_with("DATABASE_URL", &format!("{url}&password=hush-hush"));
    let said = [server.process.stdout(), server.process.stderr()].concat();
    assert!(said.contains("created the tables in postgres:"), "{said}");
    assert!(!said.contains("hush-hush"), "{said}");
}

#[tokio::test]
async fn the_log_is_plain_text_where_nobody_watches() {
    let site = Site::new();
    let server = site.serve();
    server.agent().get("/healthz").await;
    server.process.signal("TERM");
    let log = server.process.finish().stderr;
    assert!(log.contains("/healthz"), "{log}");
    assert!(!log.contains('\u{1b}'), "{log:?}");
}
