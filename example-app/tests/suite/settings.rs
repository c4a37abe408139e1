//! Every setting: a good value is taken, an option wins over the environment, and a bad value is one clear line.

mod authorization;
mod effects;
mod mount;
mod serving;
mod store;

use crate::support::{Process, Server, Site};

/// Each variable with its option, a good value, a bad one, and words of what would be right.
const SETTINGS: [(&str, &str, &str, &str, &str); 35] = [
    (
        "DATABASE_URL",
        "--database-url",
        "sqlite://other.sqlite3",
        "mysql://db",
        "sqlite://relative/path",
    ),
    ("LISTEN", "--listen", "127.0.0.1:0", "8080", "an address and a port"),
    ("RUST_LOG", "--log", "warn,poem=debug", "poem=loud", "a filter such as info"),
    ("OAUTH_ISSUER", "--issuer", "https://id.example", "id.example", "an absolute URL"),
    ("OAUTH_MOUNT", "--mount", "/", "/id", "what the path of OAUTH_ISSUER ends with"),
    ("OAUTH_SSL_ONLY", "--ssl-only", "false", "yes", "true or false"),
    (
        "OAUTH_REQUIRE_STATE",
        "--require-state",
        "unless_pkce",
        "sometimes",
        "always, unless_pkce or never",
    ),
    ("OAUTH_REQUIRE_REDIRECT_URI", "--require-redirect-uri", "true", "yes", "true or false"),
    ("OAUTH_REALM", "--realm", "my place", "my \"place\"", "without double quote"),
    ("OAUTH_TOKEN_BRAND", "--token-brand", "acme2", "acme_2", "1 to 16 ASCII letters and digits"),
    (
        "OAUTH_AUTHORIZATION_CODE_LIFETIME",
        "--authorization-code-lifetime",
        "600",
        "601",
        "seconds from 1 to 600",
    ),
    ("OAUTH_ACCESS_TOKEN_LIFETIME", "--access-token-lifetime", "1", "0", "seconds from 1 to"),
    (
        "OAUTH_ACCESS_TOKENS_REFRESHABLE",
        "--access-tokens-refreshable",
        "false",
        "1",
        "true or false",
    ),
    (
        "OAUTH_REFRESH_NEEDS_OFFLINE_ACCESS",
        "--refresh-needs-offline-access",
        "true",
        "maybe",
        "true or false",
    ),
    ("OAUTH_2_1", "--oauth-2-1", "true", "2.1", "true or false"),
    ("OAUTH_PUBLIC_CLIENTS", "--public-clients", "false", "none", "true or false"),
    ("OAUTH_REFRESH_TOKEN_LIFETIME", "--refresh-token-lifetime", "0", "a month", "or 0 for no end"),
    ("OAUTH_GRANT_LIFETIME", "--grant-lifetime", "0", "-1", "or 0 for no end"),
    ("OAUTH_REFRESH_TOKEN_GRACE", "--refresh-token-grace", "0", "3601", "seconds from 0 to 3600"),
    ("OAUTH_REMEMBER_CONSENT", "--remember-consent", "false", "no", "true or false"),
    ("OAUTH_SESSION_IDLE", "--session-idle", "60", "1h", "seconds from 1 to"),
    (
        "OAUTH_SESSION_LIFETIME",
        "--session-lifetime",
        "60",
        "99999999999999999999",
        "seconds from 1 to",
    ),
    ("OAUTH_STORE_DEADLINE", "--store-deadline", "1", "301", "seconds from 1 to 300"),
    ("OAUTH_COOKIE_NAME", "--cookie-name", "notes", "my notes", "letters, digits"),
    ("OAUTH_SIGN_IN_GUESSES", "--sign-in-guesses", "0", "-1", "or 0 for no limit"),
    (
        "OAUTH_SIGN_IN_GUESSES_BY_ADDRESS",
        "--sign-in-guesses-by-address",
        "1",
        "many",
        "or 0 for no limit",
    ),
    (
        "OAUTH_TRUSTED_PROXIES",
        "--trusted-proxies",
        "10.0.0.0/8, ::1",
        "10.0.0.0/33",
        "a list of networks",
    ),
    ("OAUTH_HEADER_TIMEOUT", "--header-timeout", "5", "0", "seconds from 1 to 3600"),
    ("OAUTH_IDLE_TIMEOUT", "--idle-timeout", "120", "2m", "seconds from 1 to 3600"),
    ("OAUTH_MAX_CONNECTIONS", "--max-connections", "100", "0", "a number from 1"),
    ("OAUTH_MCP", "--mcp", "true", "yes", "true or false"),
    ("OAUTH_DYNAMIC_REGISTRATION", "--dynamic-registration", "open", "on", "off, token or open"),
    ("OAUTH_CLIENT_ID_METADATA", "--client-id-metadata", "true", "on", "true or false"),
    (
        "OAUTH_CLIENT_ID_METADATA_HOSTS",
        "--client-id-metadata-hosts",
        "claude.ai, vscode.dev",
        "https://claude.ai/",
        "a list of hosts",
    ),
    ("OAUTH_DRAIN_DELAY", "--drain-delay", "0", "-1", "seconds from 0 to 3600"),
];

#[test]
fn a_bad_value_is_one_line_that_names_the_variable_and_what_is_right_and_nothing_is_made() {
    for (variable, option, _, bad, right) in SETTINGS {
        for command in [&["runserver"][..], &["migrate"], &["loaddemo"], &CREATESUPERUSER] {
            let site = Site::new();
            let by_variable = Process::start(site.program(command).env(variable, bad)).finish();
            let by_option = site.run(&[command, &[&format!("{option}={bad}")]].concat());
            for finished in [by_variable, by_option] {
                let line = finished.refusal(2);
                let names_both = line.contains(variable) && line.contains(right);
                assert!(names_both, "{variable}={bad} {command:?}: {line}");
            }
            assert_eq!(site.files(), [""; 0], "{variable}={bad} {command:?}");
        }
    }
}

#[test]
fn an_option_wins_over_the_environment() {
    for (variable, option, good, bad, _) in SETTINGS {
        let site = Site::new();
        let mut command = site.program(&["migrate", option, good]);
        Process::start(command.env(variable, bad)).finish().success();
    }
}

#[test]
fn a_good_value_is_accepted_from_the_environment() {
    let site = Site::new();
    let mut command = site.program(&[]);
    command.envs(SETTINGS.map(|(variable, _, good, ..)| (variable, good)));
    Server::start(&mut command).process.says(" https://id.example/docs/ ");
    assert!(site.files().contains(&"other.sqlite3".to_owned()), "{:?}", site.files());
}

#[test]
fn an_empty_variable_of_the_server_counts_as_not_set() {
    let site = Site::new();
    let mut command = site.program(&[]);
    let ours = SETTINGS.iter().filter(|(variable, ..)| variable.starts_with("OAUTH_"));
    command.envs(ours.map(|(variable, ..)| (variable, "")));
    let mut server = Server::start(&mut command);
    let issuer = server.url();
    server.process.says(&format!(" {issuer}/docs/ "));
}

#[cfg(unix)]
#[test]
fn a_value_that_is_no_text_is_one_line_that_names_the_variable() {
    use std::os::unix::ffi::OsStrExt;

    for (variable, ..) in SETTINGS {
        let site = Site::new();
        let value = std::ffi::OsStr::from_bytes(b"hush-hush\xff");
        let finished = Process::start(site.program(&[]).env(variable, value)).finish();
        let line = finished.refusal(2);
        assert!(line.contains(variable) && line.contains("UTF-8"), "{line}");
        assert!(variable != "DATABASE_URL" || !line.contains("hush-hush"), "{line}");
        assert_eq!(site.files(), [""; 0]);
    }
}

#[test]
fn help_names_every_command_and_every_option_with_its_variable() {
    let site = Site::new();
    let finished = site.run(&["--help"]);
    let help = finished.success();
    for command in [
        "runserver",
        "migrate",
        "loaddemo",
        "createsuperuser",
        "register-client",
        "rotate-secret",
        "syncscopes",
    ] {
        assert!(help.contains(&format!("\n  {command} ")), "{command} in {help}");
    }
    for (variable, option, ..) in SETTINGS {
        assert!(help.contains(&format!("{option} <")), "{option} in {help}");
        assert!(help.contains(&format!("[env: {variable}")), "{variable} in {help}");
    }
}

#[test]
fn help_names_the_default_of_the_database_and_of_the_address() {
    let finished = Site::new().run(&["--help"]);
    let help = finished.success();
    for default in ["sqlite://example-app.sqlite3", "127.0.0.1:8080", "info,rmcp=warn"] {
        assert!(help.contains(&format!("[default: {default}]")), "{default} in {help}");
    }
}

#[test]
fn help_does_not_show_the_database_s_password() {
    let site = Site::new();
    let url = "postgres://user:hush-hush@localhost/db";
    let mut command = site.program(&["--help"]);
    let finished = Process::start(command.env("DATABASE_URL", url)).finish();
    assert!(!finished.success().contains("hush-hush"), "{finished:?}");
}

#[test]
fn an_unknown_option_is_status_2() {
    let finished = Site::new().run(&["--lisen", "127.0.0.1:0"]);
    assert_eq!(finished.status, Some(2));
    assert!(finished.stderr.contains("--lisen"), "{finished:?}");
}

const CREATESUPERUSER: [&str; 5] =
    ["createsuperuser", "--username", "anna", "--email", "anna@example.com"];
