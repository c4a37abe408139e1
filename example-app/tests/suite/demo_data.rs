//! The demo data: who may do what, as it is found out by trying.

use reqwest::{Method, Url};

use crate::support::{
    Agent, Answer, CHALLENGE, EXAMPLE_CLIENT, EXAMPLE_REQUEST, EXAMPLE_SERVICE, Server, Site,
    VERIFIER, agent::query,
};

#[tokio::test]
async fn the_demo_user_is_a_superuser_with_a_name_and_an_address() {
    let (site, server) = fresh();
    server.signed_in().await;
    let user = "SELECT first_name || ' ' || last_name || ' ' || email || ' ' || is_superuser FROM oauth_users";
    assert_eq!(site.query(user), ["Example User exampleuser@example.com 1"]);
}

#[tokio::test]
async fn each_scope_is_shown_with_its_description() {
    let (site, server) = fresh();
    let request = format!(
        "{}&scope=user_info+my_polls:my_stats+polls:results+polls:vote+polls:stats",
        swagger_ui(&server)
    );
    let page = server.signed_in().await.consent(&request).await.body;
    let scopes = site.query(
        "SELECT name || '|' || description FROM oauth_scopes \
         WHERE name LIKE '%poll%' OR name = 'user_info' ORDER BY name",
    );
    let names = ["my_polls:my_stats", "polls:results", "polls:stats", "polls:vote", "user_info"];
    assert_eq!(scopes.len(), names.len());
    for (scope, name) in scopes.iter().zip(names) {
        let (stored, description) = scope.split_once('|').unwrap();
        assert_eq!(stored, name);
        let shown = format!("<span>{description}</span><code>{name}</code>");
        assert!(page.contains(&shown), "{name} on {page}");
    }
    assert!(page.contains("Access basic information about the user."), "{page}");
}

#[tokio::test]
async fn example_client_walks_the_code_grant_without_pkce_by_basic() {
    let (_site, server) = fresh();
    let user = server.signed_in().await;
    let page = user.consent(EXAMPLE_REQUEST).await;
    assert!(page.body.contains("Example Client"), "{page:?}");

    let redirect = user.decide(EXAMPLE_REQUEST, "Accept").await;
    assert!(redirect.as_str().starts_with("http://localhost:1111/?code="), "{redirect}");
    let tokens = redeem(&user, Some(EXAMPLE_CLIENT), &code(&redirect), &[]).await;
    assert_eq!(tokens.field("scope"), "user_info");
    assert_eq!(user.refresh(&tokens).await.status, 200);
}

#[tokio::test]
async fn example_client_must_know_its_secret() {
    let (_site, server) = fresh();
    let user = server.signed_in().await;
    let code = user.code(EXAMPLE_REQUEST).await;
    for client in [Some((EXAMPLE_CLIENT.0, "wrong")), None] {
        let refused = redeem(&user, client, &code, &[("client_id", EXAMPLE_CLIENT.0)]).await;
        assert_eq!((refused.status, refused.field("error").as_str()), (401, "invalid_client"));
    }
}

#[tokio::test]
async fn example_client_has_the_scope_user_info_only_and_no_implicit_grant() {
    let (_site, server) = fresh();
    let user = server.signed_in().await;
    let id = EXAMPLE_CLIENT.0;
    let beyond = format!("response_type=code&client_id={id}&scope=polls:vote");
    assert_eq!(refusal(&user, &beyond).await, "invalid_scope");
    let implicit = format!("response_type=token&client_id={id}&scope=user_info");
    assert_eq!(refusal(&user, &implicit).await, "unauthorized_client");
}

#[tokio::test]
async fn example_implicit_client_gets_its_token_in_the_fragment() {
    let (_site, server) = fresh();
    let user = server.signed_in().await;
    let request = "response_type=token&client_id=example-implicit-client&scope=user_info&state=xyz";
    let redirect = user.decide(request, "Accept").await;
    assert!(redirect.as_str().starts_with("http://localhost:1111/#"), "{redirect}");
    assert_eq!(in_fragment(&redirect, "state").as_deref(), Some("xyz"));
    assert_eq!(in_fragment(&redirect, "refresh_token"), None);

    let token = in_fragment(&redirect, "access_token").expect("an access token");
    assert_eq!(user.user_info(Method::GET, &token).await.status, 200);
}

#[tokio::test]
async fn example_implicit_client_may_not_ask_for_a_code() {
    let (_site, server) = fresh();
    let user = server.signed_in().await;
    let request =
        format!("response_type=code&client_id=example-implicit-client&scope=user_info&{CHALLENGE}");
    assert_eq!(refusal(&user, &request).await, "unauthorized_client");
}

#[tokio::test]
async fn my_oauth_client_walks_the_code_grant_without_pkce_or_secret() {
    let (_site, server) = fresh();
    let user = server.signed_in().await;
    let scopes = "my_polls:my_stats polls:results polls:stats polls:vote";
    let request = format!("response_type=code&client_id=1234&scope={}", scopes.replace(' ', "+"));
    let redirect = user.decide(&request, "Accept").await;
    assert!(redirect.as_str().starts_with("http://myapp.com/?code="), "{redirect}");

    let client = [("client_id", "1234")];
    let tokens = redeem(&user, None, &code(&redirect), &client).await;
    assert_eq!(tokens.field("scope"), scopes);
    let refresh_token = tokens.field("refresh_token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", &refresh_token), client[0]];
    assert_eq!(user.token(None, &fields).await.status, 200);
}

#[tokio::test]
async fn my_oauth_client_may_use_pkce_and_the_implicit_grant() {
    let (_site, server) = fresh();
    let user = server.signed_in().await;
    let request = format!("response_type=code&client_id=1234&scope=polls:vote&{CHALLENGE}");
    let fields = [("client_id", "1234"), ("code_verifier", VERIFIER)];
    let tokens = redeem(&user, None, &user.code(&request).await, &fields).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");

    let implicit = "response_type=token&client_id=1234&scope=polls:stats";
    let redirect = user.decide(implicit, "Accept").await;
    assert!(redirect.as_str().starts_with("http://myapp.com/#"), "{redirect}");
    assert!(in_fragment(&redirect, "access_token").is_some(), "{redirect}");
}

#[tokio::test]
async fn my_oauth_client_has_not_the_scope_user_info() {
    let (_site, server) = fresh();
    let user = server.signed_in().await;
    let request = "response_type=code&client_id=1234&scope=user_info";
    assert_eq!(refusal(&user, request).await, "invalid_scope");
}

#[tokio::test]
async fn swagger_ui_must_use_pkce() {
    let (_site, server) = fresh();
    let user = server.signed_in().await;
    let redirect_uri = format!("{}/docs/oauth-receiver.html", server.url());
    let without = format!(
        "response_type=code&client_id=swagger-ui&scope=user_info&redirect_uri={redirect_uri}"
    );
    assert_eq!(refusal(&user, &without).await, "invalid_request");

    let code = user.code(&format!("{}&scope=user_info", swagger_ui(&server))).await;
    let fields =
        [("client_id", "swagger-ui"), ("redirect_uri", &redirect_uri), ("code_verifier", VERIFIER)];
    let tokens = redeem(&user, None, &code, &fields).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert!(!tokens.field("refresh_token").is_empty(), "{tokens:?}");
}

#[tokio::test]
async fn swagger_ui_has_every_scope_that_the_server_gives() {
    let (site, server) = fresh();
    let user = server.signed_in().await;
    let all = site.query("SELECT name FROM oauth_scopes ORDER BY name").join("%20");
    let redirect_uri = format!("{}/docs/oauth-receiver.html", server.url());
    let code = user.code(&format!("{}&scope={all}", swagger_ui(&server))).await;
    let fields =
        [("client_id", "swagger-ui"), ("redirect_uri", &redirect_uri), ("code_verifier", VERIFIER)];
    let tokens = redeem(&user, None, &code, &fields).await;
    assert_eq!(tokens.field("scope"), all.replace("%20", " "));
}

#[tokio::test]
async fn example_service_has_the_grants_client_credentials_and_password_by_its_secret() {
    let (_site, server) = fresh();
    let agent = server.agent();
    let itself = ("grant_type", "client_credentials");
    let scopes = "my_polls:my_stats polls:results user_info";
    let wrong = agent.token(Some((EXAMPLE_SERVICE.0, "wrong")), &[itself]).await;
    assert_eq!(wrong.field("error"), "invalid_client");
    let right = agent.token(Some(EXAMPLE_SERVICE), &[itself, ("scope", scopes)]).await;
    assert_eq!((right.status, right.field("scope").as_str()), (200, scopes));
    let beyond = agent.token(Some(EXAMPLE_SERVICE), &[itself, ("scope", "polls:vote")]).await;
    assert_eq!(beyond.field("error"), "invalid_scope");

    let user = [("username", "exampleuser"), ("password", "password"), ("scope", "user_info")];
    let by_password = [user.as_slice(), &[("grant_type", "password")]].concat();
    assert_eq!(agent.token(Some(EXAMPLE_SERVICE), &by_password).await.status, 200);
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", "none")];
    let refused = agent.token(Some(EXAMPLE_SERVICE), &refresh).await;
    assert_eq!(refused.field("error"), "unauthorized_client", "and no other grant");
}

#[tokio::test]
async fn example_resource_server_may_look_at_tokens_of_this_servers_own_api_and_at_nothing_else() {
    let (_site, server) = fresh();
    let agent = server.agent();
    let itself = [("grant_type", "client_credentials"), ("scope", "user_info")];
    let token = agent.token(Some(EXAMPLE_SERVICE), &itself).await.field("access_token");
    let resource_server = ("example-resource-server", "example-resource-server-secret");
    let seen = agent.form("/oauth2/introspect/", resource_server, &[("token", &token)]).await;
    assert!(seen.body.starts_with("{\"active\":true,"), "{seen:?}");
    let another = ("be6f31235c6118273918c4c70f6768", "89dcee4e6fe655377a19944c2bee9b");
    let seen = agent.form("/oauth2/introspect/", another, &[("token", &token)]).await;
    assert_eq!(seen.body, "{\"active\":false}");
}

#[tokio::test]
async fn there_are_no_other_clients_users_or_scopes() {
    let (site, _server) = fresh();
    let clients = site.query("SELECT client_id || '|' || name FROM oauth_clients ORDER BY name");
    assert_eq!(
        clients,
        [
            "example-spa|Example Browser App",
            "be6f31235c6118273918c4c70f6768|Example Client",
            "example-device|Example Device",
            "example-implicit-client|Example Implicit Client",
            "example-login|Example Login",
            "example-relying-party|Example Relying Party",
            "example-resource-server|Example Resource Server",
            "example-service|Example Service",
            "1234|My OAuth Client",
            "swagger-ui|Swagger UI",
        ]
    );
    assert_eq!(site.query("SELECT username FROM oauth_users"), ["exampleuser"]);
    let of_openid = ["address", "email", "openid", "phone", "profile"];
    let of_demo = ["my_polls:my_stats", "polls:results", "polls:stats", "polls:vote", "user_info"];
    let mut all = [of_openid, of_demo].concat();
    all.sort_unstable();
    assert_eq!(site.query("SELECT name FROM oauth_scopes ORDER BY name"), all);
}

fn fresh() -> (Site, Server) {
    let site = Site::new();
    let server = site.serve();
    (site, server)
}

/// A request of Swagger UI, but for its scope.
fn swagger_ui(server: &Server) -> String {
    let redirect_uri = format!("{}/docs/oauth-receiver.html", server.url());
    format!("response_type=code&client_id=swagger-ui&redirect_uri={redirect_uri}&{CHALLENGE}")
}

/// The error that a request brings the client.
async fn refusal(user: &Agent, request: &str) -> String {
    let answer = user.get(&format!("/oauth2/authorization/?{request}")).await;
    assert_eq!(answer.status, 303, "{request}: {answer:?}");
    let redirect = answer.location();
    let error = query(&redirect, "error").or_else(|| in_fragment(&redirect, "error"));
    error.unwrap_or_else(|| panic!("an error in {redirect}"))
}

async fn redeem(
    agent: &Agent,
    client: Option<(&str, &str)>,
    code: &str,
    more: &[(&str, &str)],
) -> Answer {
    let fields = [&[("grant_type", "authorization_code"), ("code", code)], more].concat();
    agent.token(client, &fields).await
}

fn code(redirect: &Url) -> String {
    query(redirect, "code").unwrap_or_else(|| panic!("a code in {redirect}"))
}

fn in_fragment(redirect: &Url, name: &str) -> Option<String> {
    let fragment = redirect.fragment()?;
    query(&Url::parse(&format!("http://localhost/?{fragment}")).unwrap(), name)
}
