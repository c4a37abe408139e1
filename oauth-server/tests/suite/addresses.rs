//! Every URL is the issuer plus an address, wherever the provider stands and whatever a proxy makes of it.

mod mounting;
mod registration;

use std::collections::BTreeSet;

use oauth_server::{
    AuthorizationPage, DynamicRegistration, NewUser, OAuthBuilder, Settings, test_kit::TestServer,
};
use poem::{
    Endpoint, EndpointExt, Request, Response, Route,
    endpoint::{BoxEndpoint, make},
};
use serde_json::json;

use crate::support::{Answer, Browser, PASSWORD, app};

/// The issuer has a path.
const ISSUER: &str = "http://id.example/tenants/id";
const PATH: &str = "/tenants/id";

fn settings(settings: &mut Settings) {
    settings.issuer = ISSUER.to_owned();
    settings.dynamic_registration = DynamicRegistration::Open;
}

/// The whole path reaches the program.
async fn below_a_prefix(oauth: fn(OAuthBuilder) -> OAuthBuilder) -> TestServer {
    let builder = TestServer::builder().settings(settings);
    builder.oauth(oauth).start(|oauth| app::beside(oauth).with(oauth.middleware())).await
}

/// A proxy strips so much of the issuer's path.
async fn behind_a_proxy(stripped: &'static str, at: &'static str) -> TestServer {
    let builder = TestServer::builder()
        .settings(settings)
        .authorization_path("/tenants/id/oauth2/authorization/")
        .token_path("/tenants/id/oauth2/token/")
        .registration_path("/tenants/id/oauth2/register/")
        .oauth(move |oauth| oauth.at(at));
    builder.start(move |oauth| proxy(stripped, app::beside(oauth).with(oauth.middleware()))).await
}

/// Another request, as a program behind a proxy gets it.
fn proxy(stripped: &'static str, inner: impl Endpoint + 'static) -> BoxEndpoint<'static, Response> {
    let inner = std::sync::Arc::new(inner.map_to_response());
    let passed_on = move |mut request: Request| {
        let inner = inner.clone();
        async move {
            let uri = request.uri().to_string();
            let uri = uri.strip_prefix(stripped).unwrap_or("/outside").parse().unwrap();
            let onward = Request::builder().method(request.method().clone()).uri(uri);
            let body = request.take_body();
            let mut onward = onward.body(body);
            *onward.headers_mut() = request.headers().clone();
            inner.call(onward).await
        }
    };
    make(passed_on).map_to_response().boxed()
}

/// Each of the ways to stand below a path.
async fn every_place() -> [(&'static str, TestServer); 3] {
    [
        ("the whole path", below_a_prefix(|oauth| oauth).await),
        ("none of it", behind_a_proxy(PATH, "/").await),
        ("half of it", behind_a_proxy("/tenants", "/id").await),
    ]
}

/// The paths that a page names.
fn links(page: &Answer) -> BTreeSet<String> {
    let attribute = |name: &str| {
        let name = format!(" {name}=\"");
        let parts = page.body.split(&name).skip(1);
        let values = parts.filter_map(|rest| rest.split('"').next());
        values.map(|value| value.replace("&amp;", "&").replace("&#x3D;", "=")).collect::<Vec<_>>()
    };
    let all = [attribute("href"), attribute("action")].concat();
    all.into_iter().filter(|link| link.starts_with('/')).collect()
}

/// A member of staff, who has signed in.
async fn staff(server: &TestServer) -> Browser {
    let root = NewUser {
        username: "root".to_owned(),
        is_staff: true,
        is_superuser: true,
        ..NewUser::default()
    };
    server.authorization_server().create_user(root, PASSWORD).await.unwrap();
    server.sign_in("root").await
}

fn at(path: &str) -> String {
    format!("{PATH}{path}")
}

#[tokio::test]
async fn every_link_of_every_page_leads_to_a_page_below_the_issuer() {
    for (place, server) in every_place().await {
        let browser = staff(&server).await;
        let client = server.register_client("read").await;
        client.tokens(&browser, "read").await;
        let mut seen = BTreeSet::new();
        let mut ahead = vec![at("/accounts/apps/"), at("/admin/")];
        while let Some(path) = ahead.pop() {
            let page = browser.get(&path).await.with_status(200);
            for link in links(&page) {
                assert!(link.starts_with(&at("/")), "{place}: {link} on {path}");
                if seen.insert(link.clone()) {
                    ahead.push(link);
                }
            }
        }
        for page in
            ["/accounts/password/", "/accounts/logout/", "/admin/audit/", "/admin/clients/new/"]
        {
            assert!(seen.contains(&at(page)), "{place}: {page} in {seen:?}");
        }
    }
}

#[tokio::test]
async fn a_user_signs_in_allows_and_signs_out_by_what_the_pages_say() {
    for (place, server) in every_place().await {
        server.user("alice").await;
        let client = server.register_client("read").await;
        let request = client.request("read");
        let browser = server.browser();

        let login = browser.ask(&request).await.location().to_owned();
        assert!(
            login.starts_with(&at("/accounts/login/?next=%2Ftenants%2Fid%2Foauth2")),
            "{place}: {login}"
        );
        let form = browser.page(&login).await.form;
        assert!(form.action.starts_with(&at("/accounts/login/?next=")), "{place}: {}", form.action);
        let fields = [("username", "alice"), ("password", PASSWORD)];
        let onward = browser.submit(&form, &fields).await.location().to_owned();

        let consent = browser.page(&onward).await.form;
        assert_eq!(consent.action, onward, "{place}: the form goes to where it stands");
        let answer = browser.submit(&consent, &[("user_action", "Accept")]).await;
        let tokens = client.exchange(&answer.in_query("code").expect("a code")).await;
        tokens.with_status(200);

        let form = browser.page(&at("/accounts/logout/")).await.form;
        let out = browser.submit(&form, &[]).await;
        assert_eq!(out.location(), at("/"), "{place}");
        let again = browser.get(&at("/accounts/apps/")).await;
        assert_eq!(
            again.location(),
            at("/accounts/login/?next=%2Ftenants%2Fid%2Faccounts%2Fapps%2F")
        );
    }
}

#[tokio::test]
async fn an_authorization_request_by_post_goes_on_where_it_was_sent() {
    for (place, server) in every_place().await {
        let client = server.register_client("read").await;
        let form = client.request("read");
        let answer = server.browser().post(&at("/oauth2/authorization/"), &form).await;
        let onward = answer.location();
        assert!(onward.starts_with(&at("/oauth2/authorization/?")), "{place}: {onward}");
    }
}

#[tokio::test]
async fn the_openapi_document_and_swagger_ui_name_the_issuer() {
    for (place, server) in every_place().await {
        let browser = server.browser();
        let document = browser.get(&at("/openapi.json")).await.with_status(200).json();
        assert_eq!(document["servers"], json!([{ "url": ISSUER }]), "{place}");
        let flow =
            &document["components"]["securitySchemes"]["oauth2"]["flows"]["authorizationCode"];
        assert_eq!(flow["authorizationUrl"], format!("{ISSUER}/oauth2/authorization/"), "{place}");
        assert_eq!(flow["tokenUrl"], format!("{ISSUER}/oauth2/token/"), "{place}");
        assert_eq!(flow["refreshUrl"], format!("{ISSUER}/oauth2/token/"), "{place}");

        let docs = browser.get(&at("/docs/")).await.with_status(200);
        let (_, start) = docs.body.split_once("./start-").expect("the file");
        let start = format!("/docs/start-{}", start.split('"').next().unwrap());
        let start = browser.get(&at(&start)).await.with_status(200).body;
        let receiver = format!("const receiver = \"{ISSUER}/docs/oauth-receiver.html\";");
        assert!(
            start.contains(&receiver) && start.contains(&format!("{ISSUER}/oauth2/token/")),
            "{place}"
        );
    }
}

#[tokio::test]
async fn a_request_without_a_page_to_go_to_goes_to_an_address_below_the_issuer() {
    let page = AuthorizationPage {
        missing_redirect_uri: Some("/missing/"),
        ..AuthorizationPage::default()
    };
    let server = TestServer::builder()
        .settings(|settings| settings.issuer = ISSUER.to_owned())
        .oauth(move |builder| builder.authorization_page(page))
        .start(|oauth| {
            let urls = Route::new().at("/ask", oauth.authorization_endpoint());
            Route::new().nest(oauth.mount(), urls).with(oauth.middleware())
        })
        .await;
    let browser = server.sign_in("alice").await;
    assert_eq!(browser.get(&at("/ask?client_id=nobody")).await.location(), at("/missing/"));
}
