//! django-oauthost's quickstart: its commands, its addresses, its guarded views.

use reqwest::Method;

use crate::support::{Site, agent::send, until};

const SERVICE: (&str, &str) = ("example-service", "example-service-secret");

/// A new database with tables, and nothing else.
fn migrated() -> Site {
    let site = Site::new();
    site.run(&["migrate"]).success();
    site
}

#[test]
fn syncscopes_creates_the_scopes_that_the_code_declares_explicit_names_too() {
    let site = migrated();
    let said = site.run(&["syncscopes"]).success().to_owned();
    assert_eq!(said, "created my_polls:my_stats\ncreated polls:results\ncreated user_info\n");
    let known = site.query("SELECT name FROM oauth_scopes ORDER BY name");
    assert_eq!(known, ["my_polls:my_stats", "polls:results", "user_info"]);
}

#[test]
fn syncscopes_again_skips_what_is_there_and_warns_of_what_no_code_names() {
    let site = migrated();
    site.run(&["loaddemo"]).success();
    let finished = site.run(&["syncscopes", "polls:"]);
    let said = finished.success();
    assert!(said.contains("skipped polls:results: it is already there\n"), "{said}");
    assert!(
        said.contains("warning: polls:vote is in the database, but no code names it\n"),
        "{said}"
    );
    assert!(!said.contains("user_info"), "only what begins with the prefix: {said}");
}

#[test]
fn a_guard_whose_scope_the_database_lacks_is_loud_at_the_start() {
    let site = migrated();
    let mut server = site.serve();
    server.process.says("open next");
    until("the log names the scope, loudly", || {
        let said = server.process.stderr(); // it is written on a thread of its own
        said.lines().any(|line| line.contains("ERROR") && line.contains("polls:results"))
    });
}

#[tokio::test]
async fn register_client_prints_the_secret_once_and_it_works() {
    let site = Site::new();
    let server = site.serve();
    let finished = site.run(&[
        "register-client",
        "--name=Robot",
        "--client-id=robot",
        "--grant-type=client_credentials",
        "--client-credentials-scope=polls:results",
        "--default-scope=polls:results",
        "--token-lifetime=never",
    ]);
    let said = finished.success();
    let secret = said.lines().find_map(|line| line.strip_prefix("client_secret: ")).expect(said);

    let fields = [("grant_type", "client_credentials")];
    let tokens = server.agent().token(Some(("robot", secret)), &fields).await;
    assert_eq!((tokens.status, tokens.field("scope").as_str()), (200, "polls:results"));
    assert!(!tokens.body.contains("expires_in"), "never is said: {tokens:?}");
    assert_eq!(site.query("SELECT count(*) || '' FROM oauth_client_secrets WHERE hash IS NOT NULL AND client_id = (SELECT id FROM oauth_clients WHERE client_id = 'robot')"), ["0"]);
}

#[test]
fn register_client_sets_what_pages_and_policies_are_made_from() {
    let site = migrated();
    site.run(&[
        "register-client",
        "--name=Robot",
        "--grant-type=client_credentials",
        "--policy-uri=https://robot.example/policy",
        "--tos-uri=https://robot.example/terms",
        "--state=unless_pkce",
        "--no-fragment",
    ])
    .success();
    let kept = "SELECT (metadata ->> 'policy_uri') || ' ' || (metadata ->> 'tos_uri') || ' ' || require_state || ' ' || fragment_supported \
        || ' ' || require_pkce FROM oauth_clients";
    let expected = "https://robot.example/policy https://robot.example/terms unless_pkce 0 1";
    assert_eq!(site.query(kept), [expected]);

    let refused = site.run(&["register-client", "--name=Robot", "--state=sometimes"]);
    assert_eq!(refused.status, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("unless_pkce"), "{refused:?}");
}

#[test]
fn help_of_register_client_names_every_option() {
    let finished = Site::new().run(&["register-client", "--help"]);
    let help = finished.success();
    for option in [
        "name",
        "client-id",
        "description",
        "client-uri",
        "logo-uri",
        "policy-uri",
        "tos-uri",
        "redirect-uri",
        "grant-type",
        "scope",
        "any-scope",
        "client-credentials-scope",
        "default-scope",
        "register-unknown-scopes",
        "public",
        "choose-secret",
        "require-pkce",
        "require-state",
        "token-lifetime",
        "refresh-lifetime",
        "skip-consent",
        "owner",
        "acts-as-owner",
    ] {
        let (_, told) = help.split_once(&format!("\n      --{option}")).expect(option);
        let mut lines = told.lines();
        let line = [lines.next().unwrap_or_default(), lines.next().unwrap_or_default()].concat();
        assert!(line.split_whitespace().count() > 2, "--{option} says what it does: {line}");
    }
}

#[test]
fn register_client_refuses_unknown_scopes_unless_it_may_register_them() {
    let site = migrated();
    for (option, scope) in [("scope", "a:b"), ("client-credentials-scope", "c:d")] {
        let option = format!("--{option}={scope}");
        let base = ["register-client", "--name=Robot", "--grant-type=client_credentials"];
        let arguments = [base.as_slice(), &[&option]].concat();
        let refused = site.run(&arguments);
        let said = refused.refusal(1);
        for told in [scope, "syncscopes", "--register-unknown-scopes"] {
            assert!(said.contains(told), "{told}: {said}");
        }
        let known = format!("SELECT name FROM oauth_scopes WHERE name = '{scope}'");
        assert_eq!(site.query(&known), [""; 0], "nothing half-saved");
        site.run(&[arguments.as_slice(), &["--register-unknown-scopes"]].concat()).success();
        assert_eq!(site.query(&known), [scope]);
    }
}

#[test]
fn register_client_refuses_an_owner_that_is_none_and_a_taken_identifier() {
    let site = migrated();
    site.run(&["loaddemo"]).success();
    let base = ["register-client", "--name=Robot", "--grant-type=client_credentials"];
    let nobody = site.run(&[base.as_slice(), &["--owner=nobody"]].concat());
    assert!(nobody.refusal(1).contains("there is no user nobody"), "{nobody:?}");
    let taken = site.run(&[base.as_slice(), &["--client-id=1234"]].concat());
    assert!(taken.refusal(1).contains("1234 is already registered"), "{taken:?}");
}

#[tokio::test]
async fn the_guarded_views_take_the_token_from_header_form_or_query() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.agent();
    let fields =
        [("grant_type", "client_credentials"), ("scope", "polls:results my_polls:my_stats")];
    let token = agent.token(Some(SERVICE), &fields).await.field("access_token");

    for (path, view) in [("/polls/7/results/", "results"), ("/polls/7/stats/", "stats")] {
        let in_header = send(agent.request(Method::GET, path).bearer_auth(&token)).await;
        let in_form = agent.post(path, &[("access_token", &token)]).await;
        let in_query = agent.get(&format!("{path}?access_token={token}")).await;
        for answer in [&in_header, &in_form, &in_query] {
            assert_eq!((answer.status, answer.field("view").as_str()), (200, view), "{answer:?}");
        }
        assert_eq!(in_query.header("cache-control"), "no-store");
        assert_eq!(agent.get(path).await.status, 401);
    }
}

#[tokio::test]
async fn a_token_for_one_view_does_not_open_the_other() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.agent();
    let fields = [("grant_type", "client_credentials"), ("scope", "polls:results")];
    let token = agent.token(Some(SERVICE), &fields).await.field("access_token");
    let refused = send(agent.request(Method::GET, "/polls/7/stats").bearer_auth(token)).await;
    assert_eq!(refused.status, 403);
    assert!(
        refused.header("www-authenticate").contains("scope=\"my_polls:my_stats\""),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_token_without_a_user_opens_what_needs_none_and_no_profile() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.agent();
    let fields = [("grant_type", "client_credentials"), ("scope", "user_info polls:results")];
    let token = agent.token(Some(SERVICE), &fields).await.field("access_token");
    let results = send(agent.request(Method::GET, "/polls/7/results/").bearer_auth(&token)).await;
    assert_eq!(results.field("client_id"), SERVICE.0);
    let profile = agent.user_info(Method::GET, &token).await;
    assert_eq!((profile.status, profile.field("error").as_str()), (401, "invalid_token"));
}

#[tokio::test]
async fn the_two_endpoints_stand_where_oauthost_has_them_too() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.signed_in().await;
    let request = "response_type=code&client_id=1234&scope=polls%3Aresults";
    let page = agent.get(&format!("/auth/?{request}")).await;
    assert_eq!(page.status, 200, "{page:?}");
    let redirect = agent.submit(&page, &[("user_action", "Accept")]).await.location();
    let code = crate::support::agent::query(&redirect, "code").expect("a code");
    let exchange = [("grant_type", "authorization_code"), ("code", &code), ("client_id", "1234")];
    let tokens = agent.post("/token/", &exchange).await;
    assert_eq!(
        (tokens.status, tokens.field("scope").as_str()),
        (200, "polls:results"),
        "{tokens:?}"
    );
}

#[tokio::test]
async fn a_service_acts_for_a_user_who_gave_it_the_password() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.agent();
    let password =
        [("grant_type", "password"), ("scope", "user_info"), ("username", "exampleuser")];
    let wrong =
        agent.token(Some(SERVICE), &[password.as_slice(), &[("password", "wrong")]].concat()).await;
    assert_eq!((wrong.status, wrong.field("error").as_str()), (400, "invalid_grant"));
    let tokens = agent
        .token(Some(SERVICE), &[password.as_slice(), &[("password", "password")]].concat())
        .await;
    let profile = agent.user_info(Method::GET, &tokens.field("access_token")).await;
    assert_eq!(profile.field("username"), "exampleuser");
}
