//! The addresses.

mod front_page;

use reqwest::Method;

use crate::support::{
    EXAMPLE_CLIENT, EXAMPLE_REQUEST, Network, Site, agent::send, postgres_schema,
};

#[tokio::test]
async fn every_address_answers_with_and_without_its_trailing_slash_and_without_a_redirect() {
    let site = Site::new();
    let server = site.serve();
    let (nobody, user) = (server.agent(), server.signed_in().await);
    let consent = format!("?{EXAMPLE_REQUEST}");
    for (agent, method, path, query, status) in [
        (&nobody, Method::GET, "", "", 200),
        (&nobody, Method::GET, "/accounts/login", "?next=%2Fdocs%2F", 200),
        (&nobody, Method::POST, "/accounts/login", "", 403),
        (&user, Method::GET, "/accounts/logout", "", 200),
        (&user, Method::POST, "/accounts/logout", "", 403),
        (&user, Method::GET, "/accounts/apps", "", 200),
        (&user, Method::POST, "/accounts/apps", "", 403),
        (&user, Method::GET, "/accounts/password", "", 200),
        (&user, Method::POST, "/accounts/password", "", 403),
        (&nobody, Method::GET, "/admin", "", 303),
        (&user, Method::GET, "/admin", "", 200),
        (&user, Method::GET, "/oauth2/authorization", &consent, 200),
        (&user, Method::POST, "/oauth2/authorization", &consent, 303),
        (&user, Method::GET, "/auth", &consent, 200),
        (&user, Method::POST, "/auth", &consent, 303),
        (&user, Method::GET, "/oauth2/logout", "", 200),
        (&nobody, Method::POST, "/oauth2/token", "", 401),
        (&nobody, Method::POST, "/token", "", 401),
        (&nobody, Method::GET, "/oauth2/missing_redirect_uri", "", 200),
        (&nobody, Method::GET, "/api/user_info", "", 401),
        (&nobody, Method::POST, "/api/user_info", "", 401),
        (&nobody, Method::GET, "/polls/7/stats", "", 401),
        (&nobody, Method::POST, "/polls/7/stats", "", 401),
        (&nobody, Method::GET, "/polls/7/results", "", 401),
        (&nobody, Method::POST, "/polls/7/results", "", 401),
        (&nobody, Method::GET, "/relying-party", "", 200),
        (&nobody, Method::GET, "/relying-party/login", "", 303),
        (&nobody, Method::GET, "/relying-party/callback", "", 400),
        (&nobody, Method::POST, "/relying-party/logout", "", 303),
        (&nobody, Method::GET, "/docs", "", 200),
        (&nobody, Method::GET, "/docs/oauth-receiver.html", "", 200),
        (&nobody, Method::GET, "/openapi.json", "", 200),
        (&nobody, Method::GET, "/healthz", "", 200),
        (&nobody, Method::GET, "/readyz", "", 200),
    ] {
        for slash in ["", "/"] {
            let mut request = agent.request(method.clone(), &format!("{path}{slash}{query}"));
            if method == Method::POST {
                request = request.form(&[("nothing", "")]);
            }
            let answer = send(request).await;
            assert_eq!(answer.status, status, "{method} {path}{slash}{query}: {answer:?}");
            assert!(!answer.body.is_empty() || status == 303, "{method} {path}{slash}{query}");
        }
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_not_found() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.agent();
    for path in ["/nothing", "/docs/nothing", "/accounts/", "/oauth2/", "/healthz/nothing"] {
        assert_eq!(agent.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn every_page_fits_a_phone_and_may_not_be_framed() {
    let site = Site::new();
    let server = site.serve();
    let user = server.signed_in().await;
    let consent = format!("/oauth2/authorization/?{EXAMPLE_REQUEST}");
    for path in ["/", "/accounts/logout/", "/oauth2/missing_redirect_uri/", "/docs/", &consent] {
        let page = user.get(path).await;
        assert!(page.body.contains("name=\"viewport\""), "{path}");
        assert!(
            page.header("content-security-policy").contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn logging_in_goes_on_to_next() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.agent();
    let page = agent.get("/accounts/login/?next=/docs/%3Fa%3Db").await;
    let fields = [("username", "exampleuser"), ("password", "password")];
    assert_eq!(agent.submit(&page, &fields).await.header("location"), "/docs/?a=b");
}

#[tokio::test]
async fn logging_out_takes_a_post_from_the_page() {
    let site = Site::new();
    let server = site.serve();
    let user = server.signed_in().await;
    let page = user.get("/accounts/logout/").await;
    assert!(page.body.contains("exampleuser"), "{page:?}");
    let consent = format!("/oauth2/authorization/?{EXAMPLE_REQUEST}");
    assert_eq!(user.get(&consent).await.status, 200, "a GET signs nobody out");

    assert_eq!(user.submit(&page, &[]).await.status, 303);
    assert_eq!(user.get(&consent).await.location().path(), "/accounts/login/");
}

#[tokio::test]
async fn each_connected_application_has_a_button_that_ends_it() {
    let site = Site::new();
    let server = site.serve();
    let user = server.signed_in().await;
    let tokens = user.tokens().await;
    let page = user.get("/accounts/apps/").await;
    let button = format!("name=\"revoke\" value=\"{}\"", EXAMPLE_CLIENT.0);
    assert!(page.body.contains("Example Client") && page.body.contains(&button), "{page:?}");

    assert_eq!(user.submit(&page, &[("revoke", EXAMPLE_CLIENT.0)]).await.status, 303);
    assert!(!user.get("/accounts/apps/").await.body.contains("Example Client"));
    let refused = user.user_info(Method::GET, &tokens.field("access_token")).await;
    assert_eq!(refused.status, 401, "{refused:?}");
}

#[tokio::test]
async fn consent_is_a_form_with_the_buttons_accept_and_decline() {
    let site = Site::new();
    let server = site.serve();
    let user = server.signed_in().await;
    let page = user.consent(EXAMPLE_REQUEST).await.body;
    for value in ["Accept", "Decline"] {
        assert!(page.contains(&format!("name=\"user_action\" value=\"{value}\"")), "{page}");
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_answered_by_redirect_gets_the_page_for_that() {
    let site = Site::new();
    let server = site.serve();
    let user = server.signed_in().await;
    for request in [
        "response_type=code",
        "response_type=code&client_id=nobody",
        "response_type=code&client_id=1234&redirect_uri=http://evil.example/",
    ] {
        let answer = user.get(&format!("/oauth2/authorization/?{request}")).await;
        assert_eq!(answer.status, 303, "{request}");
        assert_eq!(answer.header("location"), "/oauth2/missing_redirect_uri/", "{request}");
    }
    let page = user.get("/oauth2/missing_redirect_uri/").await;
    assert!(page.body.contains("Missing redirect URI!"), "{page:?}");
}

#[tokio::test]
async fn its_own_pages_are_in_russian_for_who_reads_russian() {
    let site = Site::new();
    let server = site.serve();
    let user = server.signed_in().await;
    let consent = format!("/oauth2/authorization/?{EXAMPLE_REQUEST}");
    for (path, heading) in [
        (consent.as_str(), "Приложение «Example Client» запрашивает доступ:"),
        ("/oauth2/missing_redirect_uri/", "Некуда вернуться!"),
        ("/nothing/", "Здесь ничего нет"),
        ("/", "An OAuth 2.0 provider"),
    ] {
        let request = user.request(Method::GET, path).header("Accept-Language", "ru-RU,ru;q=0.9");
        let page = send(request.header("Accept", "text/html")).await;
        assert!(page.body.contains(&format!("<h1>{heading}</h1>")), "{path}: {page:?}");
    }
}

#[tokio::test]
async fn user_info_answers_get_and_post_with_the_user_s_profile() {
    let site = Site::new();
    let server = site.serve();
    let user = server.signed_in().await;
    let token = user.tokens().await.field("access_token");
    for method in [Method::GET, Method::POST] {
        let answer = user.user_info(method, &token).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let profile: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let expected = serde_json::json!({
            "username": "exampleuser",
            "first_name": "Example",
            "last_name": "User",
            "email": "exampleuser@example.com",
        });
        assert_eq!(profile, expected);
    }
}

#[tokio::test]
async fn user_info_needs_its_scope() {
    let site = Site::new();
    let server = site.serve();
    let user = server.signed_in().await;
    let code = user.code("response_type=code&client_id=1234&scope=polls:vote").await;
    let fields = [("grant_type", "authorization_code"), ("code", &code), ("client_id", "1234")];
    let token = user.token(None, &fields).await.field("access_token");

    let answer = user.user_info(Method::GET, &token).await;
    assert_eq!(answer.status, 403, "{answer:?}");
    let challenge = answer.header("www-authenticate");
    assert!(
        challenge.contains("insufficient_scope") && challenge.contains("scope=\"user_info\""),
        "{challenge}"
    );
}

#[tokio::test]
async fn the_openapi_document_holds_all_that_a_program_calls() {
    let site = Site::new();
    let server = site.serve();
    let answer = server.agent().get("/openapi.json").await;
    assert!(answer.header("content-type").starts_with("application/json"), "{answer:?}");
    let document: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let form = &document["paths"]["/oauth2/token"]["post"]["requestBody"]["content"];
    assert!(form["application/x-www-form-urlencoded"]["schema"].is_object(), "{document}");
    for (path, scope) in [
        ("/api/user_info", "user_info"),
        ("/polls/{id}/stats", "my_polls:my_stats"),
        ("/polls/{id}/results", "polls:results"),
    ] {
        for method in ["get", "post"] {
            let security = &document["paths"][path][method]["security"];
            assert_eq!(*security, serde_json::json!([{ "oauth2": [scope] }]), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn swagger_ui_loads_nothing_from_elsewhere() {
    let site = Site::new();
    let server = site.serve();
    let page = server.agent().get("/docs/").await;
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("http"), "{policy}");
    assert!(!page.body.contains("//"), "no CDN");
}

#[tokio::test]
async fn readyz_is_503_while_the_database_does_not_answer_and_healthz_is_200() {
    let Some(url) = postgres_schema() else { return };
    let network = Network::to_socket_of(&url);
    let site = Site::new();
    let server = site.serve_with("DATABASE_URL", &network.url);
    let agent = server.agent();
    agent.is_told("/readyz", (200, "ready")).await;

    network.set_down(true);
    agent.is_told("/readyz", (503, "silent")).await;
    assert_eq!(agent.get("/healthz").await.status, 200);
    network.set_down(false);
    agent.is_told("/readyz", (200, "ready")).await;
}

/// RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405 response".
#[tokio::test]
async fn a_405_names_what_is_allowed_at_every_address() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.agent();
    for (path, allowed) in [
        ("/", "GET, HEAD"),
        ("/healthz", "GET, HEAD"),
        ("/readyz", "GET, HEAD"),
        ("/docs/", "GET, HEAD"),
        ("/openapi.json", "GET, HEAD"),
        ("/oauth2/missing_redirect_uri/", "GET, HEAD"),
        ("/api/user_info/", "GET, POST, HEAD"),
        ("/polls/7/stats/", "GET, POST, HEAD"),
        ("/polls/7/results/", "GET, POST, HEAD"),
        ("/oauth2/token/", "POST"),
        ("/token/", "POST"),
        ("/oauth2/authorization/", "GET, HEAD, POST"),
        ("/auth/", "GET, HEAD, POST"),
        ("/accounts/login/", "GET, HEAD, POST"),
        ("/accounts/logout/", "GET, HEAD, POST"),
    ] {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let answer = send(agent.request(method.clone(), path)).await;
            assert_eq!(answer.status, 405, "{method} {path}: {answer:?}");
            assert_eq!(answer.header("allow"), allowed, "{method} {path}");
        }
    }
}
