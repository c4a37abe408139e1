//! The whole walk: the seed's `client_demo` by hand, and the program client-demo.

use std::net::{TcpListener, TcpStream};

use reqwest::Method;

use crate::support::{
    EXAMPLE_CLIENT, EXAMPLE_REQUEST, Process, Site,
    agent::{self, query, send},
    client_demo, postgres_schema, redirect_port,
};

/// What djoauth2's `client_demo` does, down to the parameters that it leaves out.
#[tokio::test]
async fn the_seed_s_client_demo_works_as_it_is() {
    let site = Site::new();
    let server = site.serve();
    let user = server.agent();
    let (id, secret) = EXAMPLE_CLIENT;
    let request =
        format!("/oauth2/authorization/?scope=user_info&client_id={id}&response_type=code");
    let login = user.get(&request).await.location();
    let page = user.get(&format!("{}?{}", login.path(), login.query().unwrap())).await;
    let credentials = [("username", "exampleuser"), ("password", "password")];
    let back = user.submit(&page, &credentials).await;
    let page = user.get(back.header("location")).await;
    let redirect = user.submit(&page, &[("user_action", "Accept")]).await.location();
    let code = query(&redirect, "code").expect("a code");

    let client = server.agent();
    let token = |fields: Vec<(&'static str, String)>| {
        let request = client.request(Method::POST, "/oauth2/token/");
        send(request.basic_auth(id, Some(secret)).form(&fields))
    };
    let tokens = token(vec![("code", code), ("grant_type", "authorization_code".to_owned())]).await;
    assert_eq!((tokens.status, tokens.field("token_type").as_str()), (200, "Bearer"));
    let profile = client.user_info(Method::POST, &tokens.field("access_token")).await;
    assert_eq!(profile.field("username"), "exampleuser");

    let refresh_token = tokens.field("refresh_token");
    let renewed =
        token(vec![("refresh_token", refresh_token), ("grant_type", "refresh_token".to_owned())]);
    let renewed = renewed.await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    let profile = client.user_info(Method::POST, &renewed.field("access_token")).await;
    assert_eq!(profile.field("username"), "exampleuser");
}

#[tokio::test]
async fn the_consent_page_tells_of_resources_beside_the_servers_own() {
    let site = Site::new();
    let server = site.serve();
    site.query(
        "UPDATE oauth_scopes SET resource = 'https://api.example' WHERE name = 'user_info' RETURNING name",
    );
    let request = format!("{EXAMPLE_REQUEST}&resource=https://api.example");
    let page = server.signed_in().await.consent(&request).await;
    assert!(page.body.contains("<code>https://api.example</code>"), "{}", page.body);
}

#[test]
fn client_demo_walks_its_grants_against_the_example() {
    let site = Site::new();
    let server = site.serve();
    let finished = Process::start(&mut client_demo(&["--server", &server.url()])).finish();
    let transcript = finished.success();
    for said in ["authorization_code", "refresh_token", "response_type=token", "exampleuser"] {
        assert!(transcript.contains(said), "{said} in {transcript}");
    }
}

#[test]
fn client_demo_knows_where_the_example_listens() {
    let finished = Process::start(&mut client_demo(&["--help"])).finish();
    let help = finished.success();
    assert!(
        help.contains("[default: http://localhost:8080]") && help.contains("--browser"),
        "{help}"
    );
}

#[test]
fn client_demo_walks_again_where_the_consent_is_remembered_and_says_so() {
    const REMEMBERED: &str = "The user has accepted this before";
    const ASKED: &str = "The user accepts.";
    let site = Site::new();
    let server = site.serve();
    let walk = || {
        let finished = Process::start(&mut client_demo(&["--server", &server.url()])).finish();
        let transcript = finished.success();
        (transcript.matches(ASKED).count(), transcript.matches(REMEMBERED).count())
    };
    assert_eq!(walk(), (2, 0), "the code grant and the implicit grant");
    // A public client on the user's machine is asked for each time.
    assert_eq!(walk(), (1, 1));
}

#[test]
fn client_demo_names_the_step_when_no_server_is_there() {
    // The port of a connection is one at which nobody listens, and as long as it is open nobody can.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let connection = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let dead = format!("http://{}", connection.local_addr().unwrap());
    let finished = Process::start(&mut client_demo(&["--server", &dead])).finish();
    assert_eq!(finished.status, Some(1), "{finished:?}");
    assert_eq!(finished.stderr.lines().count(), 1, "{finished:?}");
    assert!(finished.stderr.contains("step 1 (Log in)"), "{finished:?}");
    assert!(finished.stderr.contains(&dead), "{finished:?}");
}

#[test]
fn client_demo_names_the_step_when_the_demo_data_is_missing() {
    let site = Site::new();
    site.run(&["migrate"]).success();
    let server = site.serve();
    let finished = Process::start(&mut client_demo(&["--server", &server.url()])).finish();
    assert_eq!(finished.status, Some(1), "{finished:?}");
    assert!(finished.stderr.contains("step 1 (Log in)"), "{finished:?}");
    assert!(finished.stderr.contains("loaddemo"), "{finished:?}");
}

#[tokio::test]
async fn client_demo_with_browser_prints_the_url_and_waits_for_the_redirect() {
    let site = Site::new();
    let server = site.serve();
    let _port = redirect_port();
    let arguments = ["--browser", "--server", &server.url()];
    let mut demo = Process::start(&mut client_demo(&arguments));
    let request = demo.wait_for("authorization URL to wait for", |said| {
        let (before, _) = said.split_once("Waiting for the redirect")?;
        let line = before.lines().rfind(|line| line.contains("/oauth2/authorization/?"))?;
        Some(line.trim().split_once('?')?.1.to_owned())
    });

    let user = server.signed_in().await;
    let redirect = user.decide(&request, "Accept").await;
    assert_eq!(redirect.origin().ascii_serialization(), "http://localhost:1111");
    let page = send(agent::client().build().unwrap().get(redirect)).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert!(demo.finish().success().contains("exampleuser"));
}

#[tokio::test]
async fn client_demo_as_a_device_shows_a_code_and_waits_for_the_users_answer() {
    let site = Site::new();
    let server = site.serve();
    let mut demo = Process::start(&mut client_demo(&["--device", "--server", &server.url()]));
    let user_code = demo.wait_for("a code to type", |said| {
        let (_, rest) = said.split_once("type this code there:")?;
        let (code, _) = rest.trim_start().split_once('\n')?;
        rest.contains('\u{2580}').then(|| code.trim().to_owned()) // and the QR code
    });

    let user = server.signed_in().await;
    let page = user.get(&format!("/device/?user_code={user_code}")).await;
    assert!(page.body.contains("Example Device") && page.body.contains(&user_code), "{page:?}");
    let answer = user.submit(&page, &[("user_action", "Accept")]).await;
    assert!(answer.body.contains("Go back to your device"), "{answer:?}");
    assert!(demo.finish().success().contains("exampleuser"));
}

#[test]
fn the_same_walk_on_postgresql() {
    let Some(url) = postgres_schema() else { return };
    let site = Site::new();
    let server = site.serve_with("DATABASE_URL", &url);
    let said = server.process.stdout();
    assert!(said.contains("created the tables") && said.contains("loaded the demo data"), "{said}");

    Process::start(&mut client_demo(&["--server", &server.url()])).finish().success();
    assert_eq!(site.files(), [""; 0], "and no SQLite file");
}

#[test]
fn the_other_commands_on_postgresql() {
    let Some(url) = postgres_schema() else { return };
    let site = Site::new();
    let run = |command: &str| site.run(&[command, "--database-url", &url]);
    assert!(run("loaddemo").refusal(1).contains("example-app migrate"));
    assert!(run("migrate").success().starts_with("applied "));
    assert_eq!(run("migrate").success(), "nothing to migrate\n");
    assert!(run("loaddemo").success().starts_with("loaded user exampleuser\n"));
    assert_eq!(run("loaddemo").success(), "the demo data was already there\n");
}
