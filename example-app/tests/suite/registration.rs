//! Clients that register themselves at the example, where `OAUTH_DYNAMIC_REGISTRATION` says that they may.

use reqwest::{Method, Url};
use serde_json::{Value, json};

use crate::support::{
    Server, Site,
    agent::{Answer, send},
};

/// The endpoint, as the metadata names it.
async fn endpoint(server: &Server) -> Option<String> {
    let metadata = server.agent().get("/.well-known/oauth-authorization-server").await;
    let metadata: Value = serde_json::from_str(&metadata.body).expect("JSON");
    Some(Url::parse(metadata.get("registration_endpoint")?.as_str()?).unwrap().path().to_owned())
}

async fn register(server: &Server, path: &str, token: Option<&str>) -> Answer {
    let document = json!({
        "client_name": "Assistant",
        "redirect_uris": ["http://localhost:1111"],
        "token_endpoint_auth_method": "none",
    });
    let request = server.agent().request(Method::POST, path).json(&document);
    send(match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    })
    .await
}

#[tokio::test]
async fn a_client_registers_itself_and_finds_its_registration_where_the_answer_says() {
    let site = Site::new();
    let server = site.serve_with("OAUTH_DYNAMIC_REGISTRATION", "open");
    let path = endpoint(&server).await.expect("an endpoint");
    let registered = register(&server, &path, None).await;
    assert_eq!(registered.status, 201, "{registered:?}");
    let own = Url::parse(&registered.field("registration_client_uri")).unwrap();
    let token = registered.field("registration_access_token");
    let read = send(server.agent().request(Method::GET, own.path()).bearer_auth(token)).await;
    assert_eq!(read.status, 200, "{read:?}");
    assert_eq!(read.field("client_id"), registered.field("client_id"));
    let request = format!(
        "response_type=code&client_id={}&scope=user_info&{}",
        registered.field("client_id"),
        crate::support::CHALLENGE
    );
    let page = server.signed_in().await.consent(&request).await;
    assert!(page.body.contains("Nobody here has checked who it is"), "{}", page.body);
}

#[tokio::test]
async fn where_a_token_is_wanted_the_command_makes_one() {
    let site = Site::new();
    let server = site.serve_with("OAUTH_DYNAMIC_REGISTRATION", "token");
    let path = endpoint(&server).await.expect("an endpoint");
    assert_eq!(register(&server, &path, None).await.status, 401);
    let made = site.run(&["issue-registration-token", "--uses", "1"]);
    let told = made.success();
    let token = told.lines().find_map(|line| line.strip_prefix("registration_token: "));
    let token = token.expect("a token");
    assert_eq!(register(&server, &path, Some(token)).await.status, 201);
    assert_eq!(register(&server, &path, Some(token)).await.status, 401, "it was good for one");
}

#[tokio::test]
async fn without_the_setting_there_is_no_endpoint() {
    let site = Site::new();
    let server = site.serve();
    assert_eq!(endpoint(&server).await, None);
    assert_eq!(register(&server, "/oauth2/register/", None).await.status, 404);
}
