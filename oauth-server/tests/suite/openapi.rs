//! The OpenAPI document is the policy: what it shows is what is enforced.

use oauth_server::{OAuth, OAuthApi};
use poem::{Endpoint, Request};
use poem_openapi::OpenApiService;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Site, app, client::code_request};

/// Every operation of the document: method, path, operation.
fn operations(document: &Value) -> Vec<(Method, String, Value)> {
    let paths = document["paths"].as_object().expect("paths").iter();
    let operations = paths.flat_map(|(path, operations)| {
        operations.as_object().expect("operations").iter().map(move |(method, operation)| {
            let method = method.to_uppercase().parse().expect("a method");
            (method, path.clone(), operation.clone())
        })
    });
    operations.collect()
}

/// The scopes that an operation shows, the first of its alternatives; `None` where it shows no guard.
fn shown_scopes(operation: &Value) -> Option<Vec<String>> {
    let requirements = operation["security"].as_array()?;
    let scopes = requirements[0]["oauth2"].as_array().expect("the scheme oauth2").iter();
    Some(scopes.map(|scope| scope.as_str().expect("a scope").to_owned()).collect())
}

/// The scopes that a call was refused for.
fn required_scopes(challenge: &str) -> Vec<String> {
    let scope = challenge.split_once("scope=\"").map_or("", |(_, rest)| rest.trim_end_matches('"'));
    scope.split_whitespace().map(str::to_owned).collect()
}

/// A live token whose scope is required nowhere.
async fn token_for_nothing(site: &Site) -> String {
    site.server.register_scope("nothing", "Nothing.").await.unwrap();
    let secret = site.register(|client| client.scopes = "nothing".parse().unwrap()).await.unwrap();
    let request = code_request().set("client_id", "another").set("scope", "nothing");
    let code = site.sign_in().await.code(&request).await;
    let form = site.exchange_form(&code).set("client_id", "another");
    site.token(&form.set("client_secret", secret.expose())).await.text("access_token")
}

both_databases! {
    async fn every_operation_shows_the_guard_that_it_has_and_no_other(site: Site) {
        let document = site.get("/openapi.json").await.with_status(200).json();
        let operations = operations(&document);
        assert_eq!(operations.len(), 14, "{operations:#?}");
        for (method, path, operation) in operations {
            let answer = site.send(site.request(method.clone(), &path)).await;
            let guarded = answer.header("WWW-Authenticate").starts_with("Bearer");
            assert_eq!(shown_scopes(&operation).is_some(), guarded, "{method} {path}");
        }
    }

    async fn what_clients_read_first_is_in_the_document(site: Site) {
        let site = site.with(|config| {
            config.settings.openid = true;
            config.settings.issuer = "http://localhost".to_owned();
        }).await;
        let document = site.get("/openapi.json").await.json();
        for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration", "/oauth2/keys"] {
            assert!(document["paths"][path]["get"]["responses"]["200"].is_object(), "{path}");
        }
        let scopes = &document["components"]["securitySchemes"]["oauth2"]["flows"]["authorizationCode"]["scopes"];
        assert_eq!(scopes["openid"], "Know who you are here.");
    }

    async fn beside_an_api_elsewhere_the_providers_operations_stay_at_the_issuer(site: Site) {
        let oauth = OAuth::builder(site.server.clone()).build().unwrap();
        let service = OpenApiService::new(oauth.document(OAuthApi), "Notes", "1.0").server("https://api.example");
        let answer = oauth.openapi(&service).get_response(Request::default()).await;
        let document: Value = answer.into_body().into_json().await.unwrap();
        assert_eq!(document["servers"], json!([{ "url": "https://api.example" }]));
        for path in ["/oauth2/token", "/.well-known/oauth-authorization-server"] {
            assert_eq!(document["paths"][path]["servers"], json!([{ "url": "http://id.example" }]), "{path}");
        }
    }

    async fn every_operation_shows_the_scopes_that_it_requires(site: Site) {
        let document = site.get("/openapi.json").await.json();
        let token = token_for_nothing(&site).await;

        for (method, path, operation) in operations(&document) {
            let Some(shown) = shown_scopes(&operation) else { continue };
            let call = site.request(method, &path).bearer_auth(&token);
            let answer = site.send(call).await;
            assert_eq!(required_scopes(answer.header("WWW-Authenticate")), shown, "{path}");
            assert_eq!(answer.status, if shown.is_empty() { 200 } else { 403 }, "{path}");
        }
    }

    async fn a_guard_that_is_content_with_one_of_several_shows_them_as_alternatives(site: Site) {
        let document = site.get("/openapi.json").await.json();
        let security = |path: &str| document["paths"][path]["get"]["security"].clone();
        let either = json!([{ "oauth2": ["read"] }, { "oauth2": ["write"] }]);
        assert_eq!(security("/api/read_or_write"), either);
        let or_both = json!([{ "oauth2": ["admin"] }, { "oauth2": ["read", "write"] }]);
        assert_eq!(security("/api/admin_or_both"), or_both);
    }

    async fn the_scheme_shows_every_declared_scope_and_the_endpoints(site: Site) {
        let document = site.get("/openapi.json").await.json();
        let scheme = &document["components"]["securitySchemes"]["oauth2"];
        assert_eq!(scheme["type"], "oauth2");
        let flow = &scheme["flows"]["authorizationCode"];
        let declared = json!({
            "admin": "Do anything.", "read": "Read your notes.", "write": "Change your notes.",
            "albums": "See and change your albums.", "albums:read": "See your albums.", "far": "Go far.",
            "mcp:tools": "Use the tools of this server for you.",
        });
        assert_eq!(flow["scopes"], declared);
        assert_eq!(flow["authorizationUrl"], "http://id.example/oauth2/authorization/");
        assert_eq!(flow["tokenUrl"], "http://id.example/oauth2/token/");
        assert_eq!(flow["refreshUrl"], "http://id.example/oauth2/token/");
        assert_eq!(document["servers"], json!([{ "url": "http://id.example" }]));
        site.get("/oauth2/authorization/").await.with_status(303);
        site.get("/oauth2/token/").await.with_status(405);
    }

    async fn a_guarded_operation_shows_how_it_refuses(site: Site) {
        let document = site.get("/openapi.json").await.json();
        for (_, path, operation) in operations(&document) {
            let shows = ["400", "401", "403"].map(|status| {
                operation["responses"][status]["headers"]["WWW-Authenticate"].is_object()
            });
            let guarded = shown_scopes(&operation).is_some();
            if path != "/oauth2/token" {
                assert_eq!(shows, [guarded; 3], "{path}");
            }
        }
    }

    async fn the_token_endpoint_shows_its_form_and_its_errors(site: Site) {
        let document = site.get("/openapi.json").await.json();
        let operation = &document["paths"]["/oauth2/token"]["post"];
        let form =
            &operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"];
        let name = form["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        let schema = &document["components"]["schemas"][name];
        assert_eq!(schema["required"], json!(["grant_type"]));
        for parameter in [
            "client_id",
            "client_secret",
            "code",
            "redirect_uri",
            "code_verifier",
            "refresh_token",
            "scope",
        ] {
            assert!(schema["properties"][parameter].is_object(), "{parameter}");
        }
        for status in ["200", "400", "401", "405", "429", "500", "503"] {
            assert!(operation["responses"][status]["content"].is_object(), "{status}");
        }
        assert!(document["paths"]["/oauth2/token"].get("get").is_none(), "only POST is offered");
    }

    async fn swagger_ui_authorizes_with_pkce_and_runs_nothing_from_elsewhere(site: Site) {
        let site = site.with(|config| config.urls = app::docs).await;
        for path in ["/docs", "/docs/"] {
            let page = site.get(path).await.with_status(200);
            assert!(!page.has_header("Set-Cookie"), "{path}");
            assert!(page.body.len() < 1000, "{path}: {}", page.body);
            let policy = page.header("Content-Security-Policy");
            let is_strict = policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';")
                && policy.contains("frame-ancestors 'none'")
                && !policy.contains("unsafe");
            assert!(is_strict, "{policy}");
            let files = files(&site, path, &page.body).await;
            assert_eq!(files.len(), 3, "{path}: {}", page.body);
            let start = &files[2].body;
            assert!(start.contains("window.ui.initOAuth("), "the button needs it");
            assert!(start.contains("\"usePkceWithAuthorizationCodeGrant\":true"));
            assert!(start.contains("\"clientId\":\"swagger-ui\""));
        }
        let receiver = site.get("/docs/oauth-receiver.html").await.with_status(200);
        let [script] = &files(&site, "/docs/", &receiver.body).await[..] else {
            panic!("{}", receiver.body)
        };
        assert!(script.body.contains("swaggerUIRedirectOauth2"));
    }

    async fn the_files_of_swagger_ui_are_compressed_and_kept_for_ever(site: Site) {
        let site = site.with(|config| config.urls = app::docs).await;
        let page = site.get("/docs").await.with_status(200);
        for file in files(&site, "/docs", &page.body).await {
            assert_eq!(file.header("Cache-Control"), "public, max-age=31536000, immutable");
            assert_eq!(file.header("Vary"), "Accept-Encoding");
            assert!(!file.has_header("Content-Encoding"));
        }
        let (_, bundle) = page.body.split_once("<script src=\"").unwrap();
        let bundle = format!("/{}", bundle.split('"').next().unwrap());
        for (encoding, is_gzip) in [
            ("gzip", true), ("br, GZIP;q=0.5", true), ("*", true), ("gzip;q=0, *", false),
            ("identity", false), ("*;q=0", false),
        ] {
            let request = site.request(reqwest::Method::GET, &bundle);
            let answer = request.header("Accept-Encoding", encoding).send().await.unwrap();
            let said = answer.headers().get("Content-Encoding").map(|coding| coding == "gzip");
            assert_eq!(said.unwrap_or_default(), is_gzip, "{encoding}");
            let length = answer.bytes().await.unwrap().len();
            assert_eq!(length < 600_000, is_gzip, "{encoding}: {length}");
        }
    }
}

/// What a page names, as seen from its address.
async fn files(site: &Site, path: &str, page: &str) -> Vec<Answer> {
    let mut files = Vec::new();
    for reference in page.split([' ', '>']).filter_map(|attribute| {
        attribute.strip_prefix("src=\"").or(attribute.strip_prefix("href=\""))?.strip_suffix('"')
    }) {
        let address = reqwest::Url::parse(&site.url(path)).unwrap().join(reference).unwrap();
        files.push(site.get(address.path()).await.with_status(200));
    }
    files
}
