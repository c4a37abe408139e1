//! What is the application's own stays as it is, inside of the middleware as without it.

use std::io;

use oauth_server::{Access, OAuth, test_kit::TestServer};
use poem::{
    Endpoint, EndpointExt, IntoResponse, Request, Response, Route,
    error::{InternalServerError, NotFoundError},
    handler,
    http::StatusCode,
    web::Json,
};
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, app::Read};

#[handler]
fn busy() -> Response {
    Response::builder()
        .status(StatusCode::SERVICE_UNAVAILABLE)
        .content_type("application/json")
        .header("Retry-After", "120")
        .header("X-Request-Id", "my own")
        .header("Cache-Control", "public, max-age=5")
        .body(r#"{"busy":true}"#)
}

#[handler]
fn plain() -> &'static str {
    "plain"
}

#[handler]
fn failed() -> poem::Result<&'static str> {
    Err(InternalServerError(io::Error::other("of my own")))
}

#[handler]
fn slashes(request: &Request) -> String {
    request.uri().to_string()
}

#[handler]
async fn guarded(token: Access<Read>) -> Response {
    Response::builder().header("X-Request-Id", "my own").body(token.client_id.clone())
}

fn own(routes: Route) -> Route {
    routes
        .at("/busy", busy)
        .at("/plain", plain)
        .at("/failed", failed)
        .at("/slash/*rest", slashes)
        .at("/guarded", guarded)
}

/// An application that makes problem documents of its errors.
fn urls(oauth: &OAuth) -> impl Endpoint + use<> {
    let urls = own(oauth.routes()).with(oauth.middleware());
    urls.catch_error(async |_: NotFoundError| {
        Json(json!({ "title": "nothing here" })).with_status(StatusCode::NOT_FOUND)
    })
}

/// An answer, but for the time.
fn shown(mut answer: Answer) -> String {
    answer.headers.remove("date");
    format!("{answer:#?}")
}

#[tokio::test]
async fn an_answer_of_the_application_is_the_same_with_and_without_the_middleware() {
    let (inside, outside) =
        (TestServer::start(urls).await, TestServer::start(|_| own(Route::new())).await);
    for path in ["/busy", "/plain", "/failed", "/slash//b", "/slash/b/", "/slash/b//?c=d"] {
        for accept in ["text/html", "application/json"] {
            let ask = async |server: &TestServer| {
                let request = server.request(Method::GET, path).header("Accept", accept);
                server.browser().send(request).await
            };
            assert_eq!(shown(ask(&inside).await), shown(ask(&outside).await), "{path} {accept}");
        }
    }
}

#[tokio::test]
async fn its_own_503_keeps_its_body_its_retry_after_and_its_request_id() {
    let server = TestServer::start(urls).await;
    let answer = server.get("/busy").await.with_status(503);
    assert_eq!(answer.body, r#"{"busy":true}"#);
    assert_eq!(answer.header("Retry-After"), "120");
    assert_eq!(answer.header("X-Request-Id"), "my own");
}

#[tokio::test]
async fn a_path_reaches_it_as_it_was_sent() {
    let server = TestServer::start(urls).await;
    for path in ["/slash//b", "/slash/b/", "/slash//", "/slash/b?c=d//"] {
        assert_eq!(server.get(path).await.body, path);
    }
}

#[tokio::test]
async fn its_own_answer_to_a_wrong_address_counts() {
    let server = TestServer::start(urls).await;
    for path in ["/nothing", "/plain/", "/oauth2/nothing"] {
        let answer = server.get(path).await.with_status(404);
        assert_eq!(answer.text("title"), "nothing here", "{path}");
    }
}

#[tokio::test]
async fn the_providers_own_answers_have_what_they_need() {
    let server = TestServer::start(urls).await;
    for (path, status) in [
        ("/guarded", 401),
        ("/oauth2/token", 405),
        ("/oauth2/token/", 405),
        ("/oauth2/authorization/", 303),
        ("/accounts/login/", 200),
        ("/accounts/nothing/", 404),
        ("/admin/", 303),
    ] {
        let answer = server.get(path).await.with_status(status);
        assert!(answer.has_header("X-Request-Id"), "{path}: {answer:#?}");
        assert_eq!(answer.header("X-Content-Type-Options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn what_a_guard_admits_is_answered_by_the_application_alone() {
    let server = TestServer::start(urls).await;
    let alice = server.sign_in("alice").await;
    let token = server.register_client("read").await.tokens(&alice, "read").await;
    let answer = server.call("/guarded", &token.text("access_token")).await.with_status(200);
    assert_eq!(answer.header("X-Request-Id"), "my own");
    assert!(!answer.has_header("Cache-Control") && !answer.has_header("X-Content-Type-Options"));
}

#[tokio::test]
async fn the_providers_endpoints_work_without_any_middleware() {
    let server = TestServer::start(|oauth| Route::new().nest("/", oauth.routes())).await;
    let alice = server.sign_in("alice").await;
    let tokens = server.register_client("read").await.tokens(&alice, "read").await;
    assert!(tokens.has_header("X-Request-Id"));
    let request = server.request(Method::GET, "/accounts/nothing").header("Accept", "text/html");
    let page = server.browser().send(request).await.with_status(404);
    assert!(page.body.contains("<h1>"), "{page:#?}");
}
