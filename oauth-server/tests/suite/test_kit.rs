//! The test kit, as an embedder uses it: djoauth2's `tests/abstractions.py` (D79).

use oauth_server::{
    ClientSecret, GrantType, NewClient, OAuth, ResourceOwner, StoreError, Users, async_trait,
    test_kit::{Form, HtmlForm, PASSWORD, TestDatabase, TestServer},
};
use poem::{Endpoint, EndpointExt, Request, Response, Route, get, handler, post, web::Html};

use crate::support::{Database, app};

/// An application of an embedder.
fn urls(oauth: &OAuth) -> impl Endpoint<Output = Response> + use<> {
    app::bare_urls(oauth).with(oauth.full_middleware()).map_to_response()
}

/// The kit with the database of a claim.
struct Kit {
    server: TestServer,
    _database: Database,
}

impl Kit {
    async fn on(database: Database) -> Self {
        let kit_database = TestDatabase::at(&database.url);
        let server = TestServer::builder().database(&kit_database).start(urls).await;
        Self { server, _database: database }
    }
}

both_databases! {
    async fn the_code_grant_takes_four_verbs(kit: Kit) {
        let server = &kit.server;
        let client = server.register_client("read write").await;
        let alice = server.sign_in("alice").await;
        let code = alice.code(&client.request("read")).await;
        let tokens = client.exchange(&code).await.with_status(200);
        let told = server.call("/plain/read", &tokens.text("access_token")).await;
        assert!(told.body.starts_with(client.id()), "{told:#?}");

        let refreshed = client.refresh(&tokens.text("refresh_token")).await.with_status(200);
        server.call("/plain/read", &refreshed.text("access_token")).await.with_status(200);
        server.call("/plain/read", &tokens.text("access_token")).await.with_status(401);
        server.call("/plain/read_and_write", &refreshed.text("access_token")).await.with_status(403);
    }

    async fn a_public_client_proves_itself_with_pkce(kit: Kit) {
        let client = kit.server.register_public_client("read").await;
        assert!(client.secret().is_none());
        let tokens = client.tokens(&kit.server.sign_in("alice").await, "read").await;
        client.refresh(&tokens.text("refresh_token")).await.with_status(200);
    }

    async fn a_user_can_decline(kit: Kit) {
        let client = kit.server.register_client("read").await;
        let answer = kit.server.sign_in("alice").await.decline(&client.request("read")).await;
        assert_eq!(answer.in_query("error").as_deref(), Some("access_denied"));
        assert_eq!(answer.in_query("state").as_deref(), Some("xyz"));
    }

    async fn a_client_of_any_kind_can_be_registered(kit: Kit) {
        let implicit = kit.server.register(NewClient {
            secret: ClientSecret::None,
            grant_types: vec![GrantType::Implicit],
            scopes: "read".parse().unwrap(),
            ..NewClient::new("Implicit")
        }).await;
        let request = implicit.request("read").set("response_type", "token");
        let answer = kit.server.sign_in("alice").await
            .authorize(&request.without("code_challenge").without("code_challenge_method")).await;
        let token = answer.in_fragment("access_token").expect("a token");
        kit.server.call("/plain/read", &token).await.with_status(200);

        let service = kit.server.register(NewClient {
            secret: ClientSecret::Chosen("s: of %, & /".into()),
            grant_types: vec![GrantType::ClientCredentials],
            client_credentials_scopes: "read".parse().unwrap(),
            ..NewClient::new("Service")
        }).await;
        let grant = Form::new(&[("grant_type", "client_credentials"), ("scope", "read")]);
        service.token(grant).await.with_status(200);
    }

    async fn an_api_exchanges_a_token_that_it_was_called_with(kit: Kit) {
        let client = kit.server.register_client("read write").await;
        let api = kit.server.register(NewClient {
            grant_types: vec![GrantType::TokenExchange],
            scopes: "read write".parse().unwrap(),
            introspects: vec![kit.server.authorization_server().settings().issuer.clone()],
            ..NewClient::new("API")
        }).await;
        let tokens = client.tokens(&kit.server.sign_in("alice").await, "read write").await;
        let exchanged = api.exchange_token(&tokens.text("access_token"), "read").await.with_status(200);
        assert_eq!(exchanged.text("scope"), "read");
        let all = api.exchange_token(&tokens.text("access_token"), "").await.with_status(200);
        assert_eq!(all.text("scope"), "read write");
        kit.server.call("/plain/read", &exchanged.text("access_token")).await.with_status(200);
        client.exchange_token(&tokens.text("access_token"), "").await.assert_refused(400, "unauthorized_client");
    }

    async fn a_token_goes_in_the_header_the_form_or_the_query(kit: Kit) {
        let client = kit.server.register_client("read").await;
        let tokens = client.tokens(&kit.server.sign_in("alice").await, "read").await;
        let token = tokens.text("access_token");
        kit.server.call("/plain/anywhere", &token).await.with_status(200);
        kit.server.call_in_form("/plain/anywhere", &token).await.with_status(200);
        kit.server.call_in_query("/plain/anywhere?a=b", &token).await.with_status(200);
    }

    async fn the_clock_stands_until_it_is_moved(kit: Kit) {
        let client = kit.server.register_client("read").await;
        let tokens = client.tokens(&kit.server.sign_in("alice").await, "read").await;
        let lifetime = tokens.json()["expires_in"].as_i64().unwrap();
        kit.server.clock().advance(lifetime - 1);
        kit.server.call("/plain/read", &tokens.text("access_token")).await.with_status(200);
        kit.server.clock().advance(1);
        kit.server.call("/plain/read", &tokens.text("access_token")).await.with_status(401);
    }

    async fn a_code_is_good_once_and_the_refusal_is_told(kit: Kit) {
        let client = kit.server.register_client("read").await;
        let code = kit.server.sign_in("alice").await.code(&client.request("read")).await;
        client.exchange(&code).await.with_status(200);
        client.exchange(&code).await.assert_refused(400, "invalid_grant");
    }

    async fn what_was_granted_survives_a_restart_with_other_settings(kit: Kit) {
        let Kit { server, _database } = kit;
        let client = server.register_client("read").await;
        let tokens = client.tokens(&server.sign_in("alice").await, "read").await;
        let restarted = TestServer::builder()
            .database(server.database())
            .clock(server.clock())
            .settings(|settings| settings.realm = "Notes".to_owned())
            .start(urls)
            .await;
        restarted.call("/plain/read", &tokens.text("access_token")).await.with_status(200);
        let challenge = restarted.get("/plain/read").await.with_status(401);
        assert_eq!(challenge.header("WWW-Authenticate"), "Bearer realm=\"Notes\"");
    }

    async fn a_user_can_sign_in_on_the_login_page_as_well(kit: Kit) {
        kit.server.user("alice").await;
        let browser = kit.server.browser();
        assert!(!browser.is_signed_in().await);
        let page = browser.page("/accounts/login/").await;
        browser.submit(&page.form, &[("username", "alice"), ("password", PASSWORD)]).await;
        assert!(browser.is_signed_in().await);
    }
}

/// An application with its own users, and its own paths.
struct Cookie;

#[async_trait]
impl Users for Cookie {
    async fn signed_in(&self, request: &Request) -> Result<Option<ResourceOwner>, StoreError> {
        let cookies = request.header("Cookie").unwrap_or_default();
        let subject = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("user="));
        Ok(subject.map(|subject| ResourceOwner::new(subject, subject)))
    }

    fn login_url(&self, _: &Request, next: &str) -> String {
        format!("/enter?next={next}")
    }
}

#[handler]
fn entrance() -> Html<&'static str> {
    Html(r#"<form method="post"><input type="hidden" name="next" value="/a&amp;b"></form>"#)
}

#[handler]
fn enter() -> Response {
    Response::builder().status(303.try_into().unwrap()).header("Set-Cookie", "user=curie").finish()
}

fn own_urls(oauth: &OAuth) -> impl Endpoint<Output = Response> + use<> {
    let urls = Route::new()
        .at("/enter", get(entrance).post(enter))
        .at("/ask", oauth.authorization_endpoint())
        .at("/redeem", post(oauth.token_endpoint()))
        .at("/plain/read", app::guarded());
    urls.with(oauth.middleware()).map_to_response()
}

#[tokio::test]
async fn an_application_with_its_own_users_and_paths_is_tested_the_same_way() {
    let server = TestServer::builder()
        .oauth(|oauth| oauth.users(Cookie))
        .authorization_path("/ask")
        .token_path("/redeem")
        .start(own_urls)
        .await;
    let client = server.register_client("read").await;
    let browser = server.browser();
    let page = browser.page("/enter").await;
    assert_eq!((page.form.action.as_str(), page.form.hidden.get("next")), ("/enter", Some("/a&b")));
    browser.submit(&page.form, &[("name", "curie")]).await.with_status(303);

    let tokens = client.tokens(&browser, "read").await;
    let told = server.call("/plain/read", &tokens.text("access_token")).await.with_status(200);
    assert_eq!(told.body, format!("{} for curie: read", client.id()));
}

#[tokio::test]
async fn a_client_changes_over_to_another_secret() {
    let server = TestServer::start(urls).await;
    let old = server.register_client("read").await;
    let new = old.rotate_secret(&server, 3600).await;
    let alice = server.sign_in("alice").await;
    for client in [&old, &new] {
        client.tokens(&alice, "read").await;
    }
    server.clock().advance(3600);
    new.refresh("x").await.assert_refused(400, "invalid_grant");
    old.refresh("x").await.assert_refused(401, "invalid_client");
}

#[tokio::test]
async fn the_production_setting_of_tls_is_tested_as_behind_a_proxy() {
    let server = TestServer::builder()
        .settings(|settings| settings.ssl_only = true)
        .oauth(|oauth| oauth.trusted_proxies(vec!["127.0.0.1/32".parse().unwrap()]))
        .header("X-Forwarded-Proto", "https")
        .start(urls)
        .await;
    let client = server.register_client("read").await;
    let tokens = client.tokens(&server.sign_in("alice").await, "read").await;
    server.call("/plain/read", &tokens.text("access_token")).await.with_status(200);
}

#[tokio::test]
async fn a_database_of_its_own_goes_with_the_server() {
    let server = TestServer::start(urls).await;
    let file = server.database().url().strip_prefix("sqlite://").unwrap().to_owned();
    assert!(std::path::Path::new(&file).exists());
    drop(server);
    assert!(!std::path::Path::new(&file).exists(), "{file}");
}

#[tokio::test]
async fn every_form_of_a_page_is_found() {
    let server = TestServer::start(|_| {
        #[handler]
        fn page() -> Html<&'static str> {
            Html(
                "<form action=\"/a\"><input name=\"x\" type=\"hidden\" value=\"1\"></form>\
                  <form class=\"b\" action=\"/b\"><input name=\"y\"></form>",
            )
        }
        Route::new().at("/", page)
    });
    let page = server.await.get("/").await;
    let forms = HtmlForm::all(&page);
    let actions: Vec<_> = forms.iter().map(|form| form.action.as_str()).collect();
    assert_eq!(actions, ["/a", "/b"]);
    assert_eq!((forms[0].hidden.get("x"), forms[1].hidden.get("y")), (Some("1"), None));
}
