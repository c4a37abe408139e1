//! The example's tools for assistants: the Model Context Protocol at `/mcp`, where `OAUTH_MCP` says so.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Agent, CHALLENGE, Server, Site, VERIFIER,
    agent::{Answer, send},
};

/// The access token that the demo user gives the application in a browser, for the tools.
async fn token(server: &Server) -> String {
    let resource = format!("{}/mcp", server.url());
    let request = format!(
        "response_type=code&client_id=example-spa&scope=mcp:tools&resource={resource}\
         &{CHALLENGE}"
    );
    let user = server.signed_in().await;
    let code = user.code(&request).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "example-spa"),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let tokens = user.token(None, &fields).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    tokens.field("access_token")
}

async fn call(agent: &Agent, token: &str, method: &str, params: Value) -> Answer {
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let request = agent.request(Method::POST, "/mcp").bearer_auth(token).json(&message);
    send(request.header("Accept", "application/json, text/event-stream")).await
}

/// What a tool answers.
async fn used(agent: &Agent, token: &str, tool: &str, arguments: Value) -> Value {
    let params = json!({ "name": tool, "arguments": arguments });
    let answer = call(agent, token, "tools/call", params).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer: Value = serde_json::from_str(&answer.body).expect("JSON");
    answer["result"]["structuredContent"].clone()
}

#[tokio::test]
async fn an_assistant_uses_the_tools_for_its_user() {
    let site = Site::new();
    let server = site.serve_with("OAUTH_MCP", "true");
    let (token, agent) = (token(&server).await, server.agent());
    let hello = json!({
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": { "name": "assistant", "version": "1" },
    });
    let hello = call(&agent, &token, "initialize", hello).await;
    assert_eq!(hello.status, 200, "{hello:?}");
    let listed = call(&agent, &token, "tools/list", json!({})).await;
    assert!(listed.body.contains("\"whoami\"") && listed.body.contains("\"vote\""), "{listed:?}");
    let me = used(&agent, &token, "whoami", json!({})).await;
    let expected = json!({
        "username": "exampleuser", "client_id": "example-spa", "scope": "mcp:tools",
    });
    assert_eq!(me, expected);
    let vote = used(&agent, &token, "vote", json!({ "poll": 3, "choice": "yes" })).await;
    assert_eq!(vote, json!({ "poll": 3, "choice": "yes", "username": "exampleuser" }));
}

#[tokio::test]
async fn nobody_uses_them_without_a_token_of_theirs() {
    let site = Site::new();
    let server = site.serve_with("OAUTH_MCP", "true");
    let agent = server.agent();
    let bare = agent.get("/mcp").await;
    let metadata = "/.well-known/oauth-protected-resource/mcp";
    let there = format!("resource_metadata=\"{}{metadata}\"", server.url());
    assert_eq!(bare.status, 401);
    assert!(bare.header("www-authenticate").contains(&there), "{bare:?}");
    let metadata: Value = serde_json::from_str(&agent.get(metadata).await.body).expect("JSON");
    assert_eq!(metadata["resource"], format!("{}/mcp", server.url()));
    let own = server.signed_in().await.tokens().await.field("access_token");
    assert_eq!(call(&agent, &own, "tools/list", json!({})).await.status, 401);
    let its = token(&server).await;
    assert_eq!(agent.user_info(Method::GET, &its).await.status, 401);
}

#[tokio::test]
async fn without_the_switch_there_is_no_trace_of_them() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.agent();
    assert_eq!(agent.get("/mcp").await.status, 404);
    assert_eq!(agent.get("/.well-known/oauth-protected-resource/mcp").await.status, 404);
    let metadata = agent.get("/.well-known/oauth-authorization-server").await;
    assert!(!metadata.body.contains("mcp:tools"), "{metadata:?}");
}

#[tokio::test]
async fn a_database_of_before_the_switch_gets_their_scope() {
    let site = Site::new();
    drop(site.serve());
    let server = site.serve_with("OAUTH_MCP", "true");
    let metadata = server.agent().get("/.well-known/oauth-protected-resource/mcp").await;
    assert!(metadata.body.contains("mcp:tools"), "{metadata:?}");
}
