//! What clients find out by themselves: RFC 8414.

use oauth_server::test_kit::TestServer;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Site, app,
    client::{implicit_request, public_exchange, public_request},
};

const DOCUMENT: &str = "/.well-known/oauth-authorization-server";

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text")).collect()
}

both_databases! {
    /// RFC 8414 §3.2: "A successful response MUST use the 200 OK HTTP status code and return a JSON object using the
    /// `application/json` content type".
    async fn it_is_anybodys_to_read_from_any_page_and_to_keep_for_minutes(site: Site) {
        for path in [DOCUMENT.to_owned(), format!("{DOCUMENT}/")] {
            let answer = site.get(&path).await.with_status(200);
            assert!(answer.header("Content-Type").starts_with("application/json"));
            assert_eq!(answer.header("Access-Control-Allow-Origin"), "*");
            assert_eq!(answer.header("Cache-Control"), "public, max-age=300");
            assert_eq!(answer.json()["issuer"], site.server.settings().issuer);
        }
    }

    /// Fetch: a header of the page's own, such as that of a protocol's version, is asked for before it is sent.
    async fn a_page_may_ask_for_it_with_a_header_of_its_own(site: Site) {
        let preflight = site
            .request(Method::OPTIONS, DOCUMENT)
            .header("Origin", "https://page.example")
            .header("Access-Control-Request-Method", "GET")
            .header("Access-Control-Request-Headers", "mcp-protocol-version");
        let answer = site.send(preflight).await.with_status(204);
        assert_eq!(answer.header("Access-Control-Allow-Origin"), "*");
        assert_eq!(answer.header("Access-Control-Allow-Headers"), "*");
        assert_eq!(answer.header("Access-Control-Max-Age"), "600");
    }

    async fn every_endpoint_that_it_names_is_there(site: Site) {
        let document = site.get(DOCUMENT).await.json();
        let issuer = site.server.settings().issuer.clone();
        let names: Vec<_> = document.as_object().unwrap().keys().filter(|name| name.ends_with("_endpoint")).collect();
        assert_eq!(names.len(), 6, "{names:?}");
        for name in names {
            let url = document[name].as_str().unwrap();
            let path = url.strip_prefix(&issuer).expect("the issuer and an address");
            let answer = site.send(site.request(Method::POST, path).body("")).await;
            assert!([303, 400, 401].contains(&answer.status), "{name}: {answer:#?}");
        }
    }

    /// RFC 8414 §2: the scopes "that this authorization server supports".
    async fn it_names_the_scopes_that_may_be_asked_for(site: Site) {
        site.server.set_scope_disabled("admin", true).await.unwrap();
        let document = site.get(DOCUMENT).await.json();
        assert_eq!(texts(&document["scopes_supported"]), ["offline_access", "read", "write"]);
    }

    async fn it_says_how_clients_authenticate_and_that_there_are_public_ones(site: Site) {
        let document = site.get(DOCUMENT).await.json();
        let methods = json!(["client_secret_basic", "client_secret_post", "none"]);
        assert_eq!(document["token_endpoint_auth_methods_supported"], methods);
        assert_eq!(document["revocation_endpoint_auth_methods_supported"], methods);
        assert_eq!(
            document["introspection_endpoint_auth_methods_supported"],
            json!(["client_secret_basic", "client_secret_post"])
        );
        assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    }

    async fn oauth_2_1_is_seen_in_it_and_in_what_the_endpoints_do(site: Site) {
        let document = site.get(DOCUMENT).await.json();
        assert_eq!(document["response_types_supported"], json!(["code", "token"]));
        let modes = json!(["query", "fragment", "form_post"]);
        assert_eq!(document["response_modes_supported"], modes);
        assert!(texts(&document["grant_types_supported"]).contains(&"password"));

        let site = site.with(|config| config.settings.oauth_2_1 = true).await;
        let document = site.get(DOCUMENT).await.json();
        assert_eq!(document["response_types_supported"], json!(["code"]));
        assert_eq!(document["response_modes_supported"], modes);
        let device_code = "urn:ietf:params:oauth:grant-type:device_code";
        let exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
        let grants =
            ["authorization_code", "refresh_token", "client_credentials", device_code, exchange];
        assert_eq!(texts(&document["grant_types_supported"]), grants);
        let refused = site.sign_in().await.ask(&implicit_request()).await;
        assert_eq!(refused.in_fragment("error").as_deref(), Some("unsupported_response_type"));
    }

    async fn without_public_clients_there_is_no_none_in_it_and_none_is_served(site: Site) {
        let code = site.sign_in().await.code(&public_request()).await;
        let site = site.with(|config| config.settings.public_clients = false).await;
        let document = site.get(DOCUMENT).await.json();
        let methods = json!(["client_secret_basic", "client_secret_post"]);
        assert_eq!(document["token_endpoint_auth_methods_supported"], methods);
        assert_eq!(document["revocation_endpoint_auth_methods_supported"], methods);
        let refused = site.token(&public_exchange(&code)).await.with_status(401);
        assert_eq!(refused.text("error"), "invalid_client");
        let pushed = site.post("/oauth2/par/", &public_request()).await.with_status(401);
        assert_eq!(pushed.text("error"), "invalid_client");
        let asked = site.sign_in().await.ask(&public_request()).await;
        assert_eq!(asked.in_query("error").as_deref(), Some("unauthorized_client"));
    }

    async fn without_refresh_tokens_there_is_no_refresh_grant_in_it(site: Site) {
        let site = site.with(|config| config.settings.access_tokens_refreshable = false).await;
        let document = site.get(DOCUMENT).await.json();
        assert!(!texts(&document["grant_types_supported"]).contains(&"refresh_token"));
        assert!(!texts(&document["scopes_supported"]).contains(&"offline_access"));
    }

    /// OAuth 2.1 §5.1: a token "MUST NOT" be sent in the query.
    async fn in_oauth_2_1_no_token_is_taken_from_the_query(site: Site) {
        let token = site.access_token("read").await;
        let path = format!("/plain/anywhere?access_token={token}");
        site.get(&path).await.with_status(200);
        let site = site.with(|config| config.settings.oauth_2_1 = true).await;
        let refused = site.get(&path).await.with_status(400);
        assert!(refused.header("WWW-Authenticate").contains("invalid_request"));
    }
}

/// RFC 8414 §3.1: "the well-known URI string [...] inserted between the host component and the path component".
#[tokio::test]
async fn for_an_issuer_with_a_path_it_stands_before_the_path() {
    let builder = TestServer::builder()
        .settings(|settings| settings.issuer = "http://id.example/tenants/id".to_owned());
    let server = builder.start(app::beside).await;
    for path in [format!("{DOCUMENT}/tenants/id"), format!("{DOCUMENT}/tenants/id/")] {
        let document = server.get(&path).await.with_status(200).json();
        assert_eq!(document["issuer"], "http://id.example/tenants/id");
        assert_eq!(document["token_endpoint"], "http://id.example/tenants/id/oauth2/token/");
    }
    server.get(&format!("{DOCUMENT}/elsewhere")).await.with_status(404);
}
