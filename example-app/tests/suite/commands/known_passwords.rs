//! The demo data's passwords are known to everybody: they reach no database that may be more than a developer's own.

use crate::support::{Server, Site};

/// What says each by itself that this is no development, with the variable by which it says so.
const PRODUCTION: [(&[&str], &str); 9] = [
    (&["--listen", "0.0.0.0:0"], "LISTEN"),
    (&["--listen", "[::]:0"], "LISTEN"),
    (&["--issuer", "https://id.example"], "OAUTH_ISSUER"),
    (&["--issuer", "http://id.example"], "OAUTH_ISSUER"),
    (&["--issuer", "https://localhost:8443"], "OAUTH_ISSUER"),
    (&["--issuer", "http://localhost.id.example"], "OAUTH_ISSUER"),
    (&["--issuer", "https://localhost:8443", "--ssl-only", "true"], "OAUTH_SSL_ONLY"),
    (&["--trusted-proxies", "127.0.0.1/32"], "OAUTH_TRUSTED_PROXIES"),
    // The usual deployment, behind a proxy of the same machine.
    (
        &[
            "--issuer",
            "https://id.example",
            "--ssl-only",
            "true",
            "--trusted-proxies",
            "127.0.0.1/32",
        ],
        "OAUTH_ISSUER",
    ),
];

#[tokio::test]
async fn where_anything_says_production_an_empty_database_gets_tables_and_a_hint_but_no_demo_user()
{
    for (options, variable) in PRODUCTION {
        let site = Site::new();
        let server = Server::start(&mut site.program(options));
        let said = server.process.stdout();
        assert!(said.contains("created the tables") && !said.contains("loaded"), "{said}");
        for hint in [variable, "DATABASE_URL", "createsuperuser", "loaddemo"] {
            assert!(said.contains(hint), "{options:?}: {hint} in {said}");
        }
        assert_eq!(site.query("SELECT username FROM oauth_users"), [""; 0], "{options:?}");
        assert_eq!(site.query("SELECT client_id FROM oauth_clients"), [""; 0], "{options:?}");
    }
}

#[test]
fn a_mistyped_or_lost_database_of_production_serves_no_demo_user() {
    let site = Site::new();
    let production = ["--issuer", "https://id.example", "--ssl-only", "true"];
    drop(Server::start(&mut site.program(&production)));
    for file in site.files() {
        std::fs::remove_file(site.path().join(file)).unwrap();
    }
    let server = Server::start(&mut site.program(&production));
    let said = server.process.stdout();
    assert!(said.contains("created the tables in sqlite://example-app.sqlite3"), "{said}");
    assert_eq!(site.query("SELECT username FROM oauth_users"), [""; 0]);
}

#[test]
fn loaddemo_where_anything_says_production_wants_to_be_told_twice_and_names_what_says_so() {
    for (options, variable) in PRODUCTION {
        let site = Site::new();
        site.run(&["migrate"]).success();
        let refused = site.run(&[&["loaddemo"], options].concat());
        let line = refused.refusal(2);
        let names_both =
            line.contains(variable) && line.ends_with("loaddemo --yes-known-passwords");
        assert!(names_both, "{options:?}: {line}");
        assert_eq!(site.query("SELECT username FROM oauth_users"), [""; 0], "{options:?}");

        let confirmed = site.run(&[&["loaddemo", "--yes-known-passwords"], options].concat());
        assert!(confirmed.success().starts_with("loaded user exampleuser\n"), "{confirmed:?}");
    }
}

#[test]
fn loaddemo_names_everything_that_says_production() {
    let site = Site::new();
    site.run(&["migrate"]).success();
    let mut options = vec!["loaddemo", "--listen", "0.0.0.0:80", "--issuer", "https://id.example"];
    options.extend(["--ssl-only", "true", "--trusted-proxies", "10.0.0.0/8"]);
    let refused = site.run(&options);
    let line = refused.refusal(2);
    for variable in ["LISTEN", "OAUTH_ISSUER", "OAUTH_SSL_ONLY", "OAUTH_TRUSTED_PROXIES"] {
        assert!(line.contains(variable), "{variable} in {line}");
    }
}

#[tokio::test]
async fn on_each_loopback_address_the_demo_data_comes_by_itself() {
    for options in [
        &[][..],
        &["--listen", "127.0.0.2:0"],
        &["--issuer", "http://127.0.0.1:8080"],
        &["--issuer", "http://[::1]:8080"],
        &["--ssl-only", "false"],
        &["--trusted-proxies", ""],
    ] {
        let site = Site::new();
        let server = Server::start(&mut site.program(options));
        let said = server.process.stdout();
        assert!(said.contains("loaded the demo data"), "{options:?}: {said}");
        assert_eq!(site.query("SELECT username FROM oauth_users"), ["exampleuser"]);
    }
}
