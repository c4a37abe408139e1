//! Clients that register themselves, on the wire: RFC 7591, RFC 7592.

mod documented;
mod pages;

use oauth_server::DynamicRegistration;
use poem::EndpointExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, CALLBACK, Form, Site, app, client::authorization};

const REGISTER: &str = "/oauth2/register/";

/// What the SDK of the Model Context Protocol sends.
fn assistant() -> Value {
    json!({
        "client_name": "Assistant",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "application_type": "web",
        "scope": "read",
    })
}

impl Site {
    async fn with_registration(self, who: DynamicRegistration) -> Self {
        self.with(|config| {
            config.settings.dynamic_registration = who;
            config.urls =
                |oauth| app::beside(oauth).with(oauth.middleware()).map_to_response().boxed();
        })
        .await
    }

    async fn registers(&self, document: &Value) -> Answer {
        let request = self.request(Method::POST, REGISTER);
        let json = request.header("Content-Type", "application/json");
        self.send(json.body(document.to_string())).await
    }

    /// At the address of its own registration.
    async fn manages(&self, registered: &Value, method: Method, body: &Value) -> Answer {
        let at = registered["registration_client_uri"].as_str().unwrap();
        let path = at.strip_prefix("http://id.example").expect("the issuer");
        let token = registered["registration_access_token"].as_str().unwrap();
        let request = self.request(method, path).bearer_auth(token);
        let json = request.header("Content-Type", "application/json");
        self.send(json.body(body.to_string())).await
    }
}

both_databases! {
    async fn a_server_that_lets_nobody_register_has_no_such_endpoint(site: Site) {
        let site = site.with_registration(DynamicRegistration::Off).await;
        site.registers(&assistant()).await.with_status(404);
        let metadata = site.get("/.well-known/oauth-authorization-server").await.json();
        assert!(metadata.get("registration_endpoint").is_none());
    }

    /// RFC 7591 §3.2.1: "an HTTP 201 Created status code".
    async fn a_client_registers_manages_and_deletes_itself(site: Site) {
        let site = site.with_registration(DynamicRegistration::Open).await;
        let metadata = site.get("/.well-known/oauth-authorization-server").await.json();
        assert_eq!(metadata["registration_endpoint"], "http://id.example/oauth2/register/");
        let answer = site.registers(&assistant()).await.with_status(201);
        assert_eq!(answer.header("Cache-Control"), "no-store");
        let registered = answer.json();
        let read = site.manages(&registered, Method::GET, &json!(null)).await.with_status(200);
        assert_eq!(read.json(), registered);
        let mut renamed = registered.clone();
        renamed["client_name"] = "Renamed".into();
        let changed = site.manages(&registered, Method::PUT, &renamed).await.with_status(200);
        assert_eq!(changed.json()["client_name"], "Renamed");
        site.manages(&registered, Method::POST, &renamed).await.with_status(405);
        site.manages(&registered, Method::DELETE, &json!(null)).await.with_status(204);
        let gone = site.manages(&registered, Method::GET, &json!(null)).await.with_status(401);
        assert!(gone.header("WWW-Authenticate").contains("invalid_token"));
    }

    async fn the_user_is_told_that_nobody_has_checked_it(site: Site) {
        let site = site.with_registration(DynamicRegistration::Open).await;
        let mut document = assistant();
        document["logo_uri"] = "https://spy.example/logo.png".into();
        let registered = site.registers(&document).await.with_status(201).json();
        let request = Form::new(&[
            ("response_type", "code"),
            ("client_id", registered["client_id"].as_str().unwrap()),
            ("redirect_uri", CALLBACK),
            ("scope", "read write"),
            ("state", "xyz"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
        ]);
        let page = site.sign_in().await.get(&authorization(&request)).await.with_status(200);
        assert!(page.body.contains("it has registered itself"), "{}", page.body);
        assert!(!page.body.contains("spy.example"), "{}", page.body);
    }

    async fn without_an_initial_access_token_the_answer_is_a_challenge(site: Site) {
        let site = site.with_registration(DynamicRegistration::Token).await;
        let refused = site.registers(&assistant()).await.with_status(401);
        assert!(refused.header("WWW-Authenticate").starts_with("Bearer realm="));
        assert_eq!(refused.json()["error"], "invalid_token");
    }

    /// RFC 7591 §3.2.2.
    async fn what_is_refused_is_named(site: Site) {
        let site = site.with_registration(DynamicRegistration::Open).await;
        let mut document = assistant();
        document["redirect_uris"] = json!(["http://a.example/", "https://b.example/"]);
        let refused = site.registers(&document).await.with_status(400).json();
        assert_eq!(refused["error"], "invalid_redirect_uri");
        assert!(refused["error_description"].as_str().unwrap().contains("https://b.example/"));
        for (kind, body, status) in [
            ("application/json", "{".to_owned(), 400),
            ("application/json", "\"x\"".to_owned(), 400),
            ("text/plain", assistant().to_string(), 400),
            ("application/json", " ".repeat(65 * 1024), 413),
        ] {
            let request = site.request(Method::POST, REGISTER).header("Content-Type", kind);
            let refused = site.send(request.body(body)).await.with_status(status).json();
            assert_eq!(refused["error"], "invalid_client_metadata", "{kind}");
        }
        site.get(REGISTER).await.with_status(405);
    }

    async fn too_many_from_one_address_are_told_when_to_try_again(site: Site) {
        let site = site.with_registration(DynamicRegistration::Open).await;
        for _ in 0..20 {
            site.registers(&assistant()).await.with_status(201);
        }
        let refused = site.registers(&assistant()).await.with_status(429);
        assert_eq!(refused.header("Retry-After"), "180");
        assert_eq!(refused.header("Cache-Control"), "no-store");
        assert_eq!(refused.json()["error"], "temporarily_unavailable");
        site.clock.advance(180);
        site.registers(&assistant()).await.with_status(201);
    }

    async fn the_token_of_another_client_opens_nothing(site: Site) {
        let site = site.with_registration(DynamicRegistration::Open).await;
        let mut one = site.registers(&assistant()).await.with_status(201).json();
        let other = site.registers(&assistant()).await.with_status(201).json();
        one["registration_access_token"] = other["registration_access_token"].clone();
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let refused = site.manages(&one, method, &one).await.with_status(401);
            assert!(refused.header("WWW-Authenticate").contains("error=\"invalid_token\""), "{refused:#?}");
        }
    }

    async fn a_client_that_is_deleted_while_its_user_is_asked_gets_nothing(site: Site) {
        let site = site.with_registration(DynamicRegistration::Open).await;
        let client = site.register_itself(&assistant()).await;
        let browser = site.sign_in().await;
        let page = browser.page(&authorization(&client.request("read"))).await;
        client.delete_registration().await.with_status(204);
        let answer = browser.submit(&page.form, &[("user_action", "Accept")]).await;
        assert!(!answer.has_header("Location") || !answer.location().starts_with(CALLBACK), "{answer:#?}");
        assert_eq!(site.database.count("oauth_grants"), 0);
        client.registration().await.with_status(401);
    }

    async fn the_kit_has_a_client_register_and_manage_itself(site: Site) {
        let site = site.with_registration(DynamicRegistration::Token).await;
        site.asks_to_register(None, &assistant()).await.with_status(401);
        let client = site.register_itself(&assistant()).await;
        let tokens = client.tokens(&site.sign_in().await, "read").await;
        site.call("/plain/read", &tokens.text("access_token")).await.with_status(200);
        client.refresh(&tokens.text("refresh_token")).await.with_status(200);

        let mut document = assistant();
        document["client_name"] = "Renamed".into();
        client.change_registration(&document).await.with_status(200);
        assert_eq!(client.registration().await.json()["client_name"], "Renamed");
        let confidential = site.register_itself(&json!({})).await;
        confidential.tokens(&site.sign_in().await, "read").await;
        assert!(confidential.secret().is_some() && client.secret().is_none());
    }
}
