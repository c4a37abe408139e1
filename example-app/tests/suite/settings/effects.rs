//! What each setting does.

use reqwest::Method;
use tokio::task::JoinSet;

use crate::support::{
    Agent, Answer, CHALLENGE, EXAMPLE_CLIENT, EXAMPLE_REQUEST, Server, Site, agent::send,
};

#[tokio::test]
async fn database_url_says_where_the_database_is() {
    let site = Site::new();
    let absolute = format!("sqlite://{}", site.path().join("elsewhere.sqlite3").display());
    for (url, file) in
        [("sqlite://other.sqlite3", "other.sqlite3"), (&absolute, "elsewhere.sqlite3")]
    {
        site.serve_with("DATABASE_URL", url).signed_in().await;
        assert!(site.files().contains(&file.to_owned()), "{url}: {:?}", site.files());
    }
}

#[tokio::test]
async fn rust_log_filters_the_log() {
    for (filter, logged) in [("info", true), ("off", false)] {
        let site = Site::new();
        let server = site.serve_with("RUST_LOG", filter);
        server.agent().get("/healthz").await;
        server.process.signal("TERM");
        let log = server.process.finish().stderr;
        assert_eq!(log.contains("/healthz"), logged, "{filter}: {log}");
    }
}

#[tokio::test]
async fn the_issuer_is_announced_and_swagger_ui_is_registered_under_it() {
    let site = Site::new();
    let mut server = site.serve_with("OAUTH_ISSUER", "http://127.0.0.1:8080");
    server.process.says(" http://127.0.0.1:8080/docs/ ");

    let request = format!(
        "response_type=code&client_id=swagger-ui&scope=user_info&{CHALLENGE}\
         &redirect_uri=http://127.0.0.1:8080/docs/oauth-receiver.html"
    );
    server.signed_in().await.consent(&request).await;
}

#[tokio::test]
async fn ssl_only_refuses_what_does_not_come_over_tls() {
    let site = Site::new();
    let options = ["--ssl-only", "true", "--issuer", "https://id.example"];
    let server = Server::start(&mut site.program(&options));
    let answer = server.agent().get(&authorization(EXAMPLE_REQUEST)).await;
    assert_eq!(answer.location().path(), "/oauth2/missing_redirect_uri/");
    let token = server.agent().token(Some(EXAMPLE_CLIENT), &[]).await;
    assert_eq!((token.status, token.field("error").as_str()), (400, "invalid_request"));
    assert_eq!(server.agent().get("/accounts/login/").await.status, 400);
}

#[tokio::test]
async fn without_ssl_only_the_example_speaks_plain_http() {
    let site = Site::new();
    let server = site.serve();
    let answer = server.agent().get(&authorization(EXAMPLE_REQUEST)).await;
    assert_eq!(answer.location().path(), "/accounts/login/");
    let cookie = server.agent().get("/accounts/login/").await.header("set-cookie").to_owned();
    assert!(!cookie.contains("Secure"), "{cookie}");
}

#[tokio::test]
async fn whether_a_cookie_is_secure_follows_the_issuer() {
    for (issuer, is_secure) in [("https://id.example", true), ("http://id.example", false)] {
        let site = Site::new();
        let server = site.serve_with("OAUTH_ISSUER", issuer);
        let cookie = server.agent().get("/accounts/login/").await.header("set-cookie").to_owned();
        assert_eq!(cookie.contains("; Secure"), is_secure, "{cookie}");
        assert_eq!(cookie.starts_with("__Host-"), is_secure, "{cookie}");
    }
}

#[tokio::test]
async fn the_cookies_name_is_a_setting_and_differs_by_issuer() {
    let mut names = Vec::new();
    for (variable, value) in [
        ("OAUTH_COOKIE_NAME", "notes"),
        ("OAUTH_ISSUER", "http://localhost:1"),
        ("OAUTH_ISSUER", "http://localhost:2"),
        ("OAUTH_ISSUER", "http://localhost:1"),
    ] {
        let site = Site::new();
        let server = site.serve_with(variable, value);
        let page = server.agent().get("/accounts/login/").await;
        names.push(page.header("set-cookie").split('=').next().unwrap().to_owned());
    }
    assert_eq!(names[0], "notes_form");
    assert_eq!(names[1], names[3]);
    assert!(names[1] != names[2], "{names:?}");
}

#[tokio::test]
async fn only_a_trusted_proxy_is_believed_that_a_request_came_over_tls() {
    for (networks, believed) in
        [("127.0.0.1", true), ("10.0.0.0/8,127.0.0.0/8", true), ("10.0.0.0/8", false), ("", false)]
    {
        let site = Site::new();
        let mut command = site.program(&["--ssl-only", "true", "--issuer", "https://id.example"]);
        let server = Server::start(command.env("OAUTH_TRUSTED_PROXIES", networks));
        let agent = server.agent();
        let request = agent.request(Method::GET, &authorization(EXAMPLE_REQUEST));
        let answer = send(request.header("X-Forwarded-Proto", "https")).await;
        let asks_to_sign_in = answer.location().path() == "/accounts/login/";
        assert_eq!(asks_to_sign_in, believed, "{networks:?}: {answer:?}");
    }
}

#[tokio::test]
async fn the_realm_stands_in_every_challenge() {
    for (value, realm) in [(None, "realm=\"\""), (Some("my place"), "realm=\"my place\"")] {
        let site = Site::new();
        let mut command = site.program(&[]);
        command.envs(value.map(|value| ("OAUTH_REALM", value)));
        let server = Server::start(&mut command);
        let bearer = server.agent().get("/api/user_info/").await;
        assert_eq!(bearer.header("www-authenticate"), format!("Bearer {realm}"));
        let wrong = [("grant_type", "refresh_token"), ("refresh_token", "x")];
        let basic = server.agent().token(Some(("nobody", "wrong")), &wrong).await;
        assert!(
            basic.header("www-authenticate").starts_with(&format!("Basic {realm}")),
            "{basic:?}"
        );
    }
}

#[tokio::test]
async fn access_tokens_refreshable_says_whether_there_are_refresh_tokens() {
    for (value, refreshable) in [(None, true), (Some("true"), true), (Some("false"), false)] {
        let (_site, _server, _agent, tokens) =
            issued("OAUTH_ACCESS_TOKENS_REFRESHABLE", value).await;
        assert_eq!(!tokens.field("refresh_token").is_empty(), refreshable, "{value:?}: {tokens:?}");
    }
}

#[tokio::test]
async fn refresh_needs_offline_access_says_whether_a_refresh_token_needs_that_scope() {
    for (value, refreshable) in [(None, true), (Some("true"), false)] {
        let (_site, _server, _agent, tokens) =
            issued("OAUTH_REFRESH_NEEDS_OFFLINE_ACCESS", value).await;
        assert_eq!(!tokens.field("refresh_token").is_empty(), refreshable, "{value:?}: {tokens:?}");
    }
}

#[tokio::test]
async fn public_clients_says_whether_there_are_any() {
    let document = "/.well-known/oauth-authorization-server";
    for (value, public) in [(None, true), (Some("false"), false)] {
        let site = Site::new();
        let mut command = site.program(&[]);
        command.envs(value.map(|value| ("OAUTH_PUBLIC_CLIENTS", value)));
        let server = Server::start(&mut command);
        let answer = server.agent().get(document).await;
        assert_eq!(answer.body.contains("\"client_secret_post\",\"none\""), public, "{answer:?}");
        let registered = site.query("SELECT count(*) FROM oauth_clients WHERE is_public");
        assert_eq!(registered, [if public { "5" } else { "0" }], "{value:?}");
    }
}

#[tokio::test]
async fn oauth_2_1_holds_clients_to_it() {
    let document = "/.well-known/oauth-authorization-server";
    for (value, implicit) in [(None, true), (Some("true"), false)] {
        let site = Site::new();
        let mut command = site.program(&[]);
        command.envs(value.map(|value| ("OAUTH_2_1", value)));
        let server = Server::start(&mut command);
        let answer = server.agent().get(document).await;
        assert_eq!(answer.body.contains("\"implicit\""), implicit, "{answer:?}");
    }
}

#[tokio::test]
async fn access_token_lifetime_is_what_clients_are_told() {
    for (value, lifetime) in [(None, 3600), (Some("120"), 120)] {
        let (site, _server, _agent, tokens) = issued("OAUTH_ACCESS_TOKEN_LIFETIME", value).await;
        // What is left of it when the answer is written.
        let expires_in = tokens.field("expires_in").parse().unwrap();
        assert!((lifetime - 60..=lifetime).contains(&expires_in), "{value:?}: {expires_in}");
        assert_eq!(lifetimes(&site, "oauth_access_tokens"), [lifetime.to_string()]);
    }
}

/// What nobody is told stands in the database.
#[tokio::test]
async fn the_other_lifetimes_are_those_that_are_set() {
    for (variable, value, table, lifetime) in [
        ("OAUTH_AUTHORIZATION_CODE_LIFETIME", None, "oauth_authorization_codes", "600"),
        ("OAUTH_AUTHORIZATION_CODE_LIFETIME", Some("300"), "oauth_authorization_codes", "300"),
        ("OAUTH_REFRESH_TOKEN_LIFETIME", None, "oauth_refresh_tokens", "2592000"),
        ("OAUTH_REFRESH_TOKEN_LIFETIME", Some("5000"), "oauth_refresh_tokens", "5000"),
        ("OAUTH_GRANT_LIFETIME", None, "oauth_grants", "31536000"),
        ("OAUTH_GRANT_LIFETIME", Some("9000"), "oauth_grants", "9000"),
        ("OAUTH_GRANT_LIFETIME", Some("0"), "oauth_grants", "none"),
        ("OAUTH_SESSION_IDLE", None, "oauth_sessions", "86400"),
        ("OAUTH_SESSION_IDLE", Some("9000"), "oauth_sessions", "9000"),
        // A session ends at the nearer of its two ends.
        ("OAUTH_SESSION_IDLE", Some("2000000"), "oauth_sessions", "1209600"),
        ("OAUTH_SESSION_LIFETIME", Some("9000"), "oauth_sessions", "9000"),
    ] {
        let (site, ..) = issued(variable, value).await;
        assert_eq!(lifetimes(&site, table), [lifetime], "{variable}={value:?}");
    }
}

#[tokio::test]
async fn a_refresh_token_without_a_lifetime_lives_as_long_as_its_family() {
    let (site, ..) = issued("OAUTH_REFRESH_TOKEN_LIFETIME", Some("0")).await;
    let ends = site.query("SELECT coalesce(expires_at, 'none') FROM oauth_refresh_tokens");
    assert_eq!(ends, site.query("SELECT coalesce(expires_at, 'none') FROM oauth_grants"));
    assert_ne!(ends, ["none"]);
}

#[tokio::test]
async fn sign_in_guesses_are_heard_at_one_account_and_0_hears_all() {
    for (value, heard) in [(None, 10), (Some("2"), 2), (Some("0"), 15)] {
        let site = Site::new();
        let mut command = site.program(&[]);
        command.envs(value.map(|value| ("OAUTH_SIGN_IN_GUESSES", value)));
        let server = Server::start(&mut command);
        assert_eq!(wrong_passwords_heard(&server, |_| "exampleuser".to_owned()).await, heard);
    }
}

#[tokio::test]
async fn sign_in_guesses_by_address_are_heard_at_whatever_accounts() {
    for (value, heard) in [("3", 3), ("0", 15)] {
        let site = Site::new();
        let server = site.serve_with("OAUTH_SIGN_IN_GUESSES_BY_ADDRESS", value);
        let nobody = |number| format!("nobody{number}");
        assert_eq!(wrong_passwords_heard(&server, nobody).await, heard, "{value}");
    }
}

/// How many of fifteen, sent at once: what runs out meanwhile is less than one.
async fn wrong_passwords_heard(server: &Server, username: impl Fn(usize) -> String) -> usize {
    let mut forms = Vec::new();
    for number in 0..15 {
        let agent = server.agent();
        let page = agent.get("/accounts/login/").await;
        forms.push((agent, page, username(number)));
    }
    let mut sign_ins = JoinSet::new();
    for (agent, page, username) in forms {
        sign_ins.spawn(async move {
            agent.submit(&page, &[("username", &username), ("password", "wrong")]).await.status
        });
    }
    let statuses = sign_ins.join_all().await;
    assert!(statuses.iter().all(|status| matches!(status, 422 | 429)), "{statuses:?}");
    statuses.into_iter().filter(|&status| status == 422).count()
}

#[tokio::test]
async fn a_refresh_that_is_repeated_within_the_grace_gets_the_same_answer() {
    for value in [None, Some("60")] {
        let (_site, _server, agent, tokens) = issued("OAUTH_REFRESH_TOKEN_GRACE", value).await;
        let (first, again) = (agent.refresh(&tokens).await, agent.refresh(&tokens).await);
        assert_eq!(first.status, 200, "{first:?}");
        assert_eq!(again.field("refresh_token"), first.field("refresh_token"), "{value:?}");
    }
}

#[tokio::test]
async fn without_grace_a_repeated_refresh_ends_the_family() {
    let (_site, _server, agent, tokens) = issued("OAUTH_REFRESH_TOKEN_GRACE", Some("0")).await;
    let first = agent.refresh(&tokens).await;
    assert_eq!(agent.refresh(&tokens).await.field("error"), "invalid_grant");
    assert_eq!(agent.refresh(&first).await.field("error"), "invalid_grant");
}

/// A server with one variable set, its signed-in user, and Example Client's tokens.
async fn issued(variable: &str, value: Option<&str>) -> (Site, Server, Agent, Answer) {
    let site = Site::new();
    let mut command = site.program(&[]);
    command.envs(value.map(|value| (variable, value)));
    let server = Server::start(&mut command);
    let agent = server.signed_in().await;
    let tokens = agent.tokens().await;
    (site, server, agent, tokens)
}

/// The seconds from the making of each row to its end.
fn lifetimes(site: &Site, table: &str) -> Vec<String> {
    site.query(&format!("SELECT coalesce(expires_at - created_at, 'none') FROM {table}"))
}

pub(super) fn authorization(request: &str) -> String {
    format!("/oauth2/authorization/?{request}")
}
