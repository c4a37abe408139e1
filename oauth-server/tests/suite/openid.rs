//! Logging in with this server, on the wire: OpenID Connect Core and Discovery.

mod logout;
mod sign_in;
pub(crate) mod step_up;

use oauth_server::{NewClient, OAuth, Secret};
use poem::{EndpointExt, Response, endpoint::BoxEndpoint};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Browser, CALLBACK, Database, Form, Site, client::authorization};

/// A site that speaks OpenID Connect, with a client `login`.
pub(crate) struct OpenId {
    pub(crate) site: Site,
    secret: Secret,
}

fn urls(oauth: &OAuth) -> BoxEndpoint<'static, Response> {
    oauth.routes().with(oauth.full_middleware()).boxed()
}

impl OpenId {
    pub(crate) async fn on(database: Database) -> Self {
        let site = Site::on(database).await;
        let site = site.with(|config| {
            config.settings.openid = true;
            config.settings.issuer = "http://localhost".to_owned();
            config.urls = urls;
        });
        let site = site.await;
        let new = NewClient {
            client_id: Some("login".to_owned()),
            redirect_uris: vec![CALLBACK.to_owned()],
            scopes: "openid profile email read".parse().unwrap(),
            require_pkce: Some(false),
            cors_origins: vec!["https://app.example".to_owned()],
            ..NewClient::new("Login")
        };
        let secret = site.server.register_client(new).await.unwrap().secret.unwrap();
        Self { site, secret }
    }

    fn request(&self, more: &[(&str, &str)]) -> Form {
        let request = Form::new(&[
            ("response_type", "code"),
            ("client_id", "login"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid profile email"),
            ("state", "xyz"),
        ]);
        more.iter().fold(request, |request, (name, value)| request.set(name, value))
    }

    async fn exchange(&self, code: &str) -> Answer {
        let form = Form::new(&[
            ("grant_type", "authorization_code"),
            ("client_id", "login"),
            ("client_secret", self.secret.expose()),
            ("code", code),
            ("redirect_uri", CALLBACK),
        ]);
        self.site.post("/oauth2/token/", &form).await.with_status(200)
    }

    pub(crate) async fn tokens(&self, browser: &Browser, more: &[(&str, &str)]) -> Answer {
        self.exchange(&browser.code(&self.request(more)).await).await
    }
}

fn claims(token: &str) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let claims = token.split('.').nth(1).expect("a JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

both_databases! {
    /// OpenID Connect Discovery §4.
    async fn discovery_is_the_document_of_rfc_8414_with_more_members(openid: OpenId) {
        let document = openid.site.get("/.well-known/openid-configuration").await.with_status(200).json();
        assert_eq!(document, openid.site.get("/.well-known/oauth-authorization-server").await.json());
        let required = [
            "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported",
            "subject_types_supported", "id_token_signing_alg_values_supported", "userinfo_endpoint",
        ];
        assert!(required.iter().all(|name| document.get(name).is_some()), "{document:#}");
        assert!(document["id_token_signing_alg_values_supported"].as_array().unwrap().contains(&json!("RS256")));
        assert!(document["scopes_supported"].as_array().unwrap().contains(&json!("openid")));
        // Who finds no `request_uri_parameter_supported` takes it for true.
        for (member, is) in [
            ("request_parameter_supported", false), ("request_uri_parameter_supported", false),
            ("claims_parameter_supported", true),
        ] {
            assert_eq!(document[member], is, "{member}");
        }
    }

    async fn with_the_switch_off_nothing_of_it_is_there(site: Site) {
        let site = site.with(|config| config.urls = urls).await;
        for path in ["/.well-known/openid-configuration", "/oauth2/keys/", "/oauth2/userinfo/"] {
            site.get(path).await.with_status(404);
        }
        let document = site.get("/.well-known/oauth-authorization-server").await.json();
        for member in ["userinfo_endpoint", "jwks_uri", "claims_supported"] {
            assert!(document.get(member).is_none(), "{member}");
        }
    }

    /// Discovery §4 appends to an issuer with a path, where RFC 8414 §3.1 inserts.
    async fn an_issuer_with_a_path_is_discovered_by_either_form(openid: OpenId) {
        let site = openid.site.with(|config| config.settings.issuer = "http://localhost/id".to_owned()).await;
        for path in ["/.well-known/openid-configuration/id", "/id/.well-known/openid-configuration"] {
            let document = site.get(path).await.with_status(200).json();
            assert_eq!(document["issuer"], "http://localhost/id", "{path}");
            assert_eq!(document["jwks_uri"], "http://localhost/id/oauth2/keys/");
        }
    }

    async fn the_keys_are_anybodys_to_read_and_to_keep_for_minutes(openid: OpenId) {
        for path in ["/oauth2/keys/", "/oauth2/keys"] {
            let keys = openid.site.get(path).await.with_status(200);
            assert_eq!(keys.header("Access-Control-Allow-Origin"), "*");
            assert_eq!(keys.header("Cache-Control"), "public, max-age=300");
            assert_eq!(keys.json()["keys"].as_array().unwrap().len(), 2);
        }
    }

    async fn a_user_logs_in_elsewhere_with_the_provider(openid: OpenId) {
        let browser = openid.site.sign_in().await;
        let tokens = openid.tokens(&browser, &[("nonce", "n-1")]).await;
        let id_token = claims(&tokens.text("id_token"));
        let alice = openid.site.alice().await;
        assert_eq!((&id_token["sub"], &id_token["nonce"]), (&json!(alice.id.to_string()), &json!("n-1")));
        assert_eq!(id_token["auth_time"], 1_000_000);
        assert_eq!(id_token["sid"].as_str().unwrap().len(), 43);
        let told = openid.site.call("/oauth2/userinfo/", &tokens.text("access_token")).await.with_status(200);
        assert_eq!(told.json()["preferred_username"], "alice");
        assert_eq!(told.json()["sub"], id_token["sub"]);
        assert_eq!(told.header("Cache-Control"), "no-store");
    }

    /// Core §5.3.1: "The `UserInfo` Endpoint MUST support the use of the HTTP GET and HTTP POST methods".
    async fn userinfo_takes_get_and_post_and_the_token_in_header_or_form(openid: OpenId) {
        let browser = openid.site.sign_in().await;
        let token = openid.tokens(&browser, &[]).await.text("access_token");
        openid.site.call("/oauth2/userinfo", &token).await.with_status(200);
        openid.site.call_in_form("/oauth2/userinfo", &token).await.with_status(200);
        openid.site.call_in_query("/oauth2/userinfo", &token).await.with_status(401);
        let put = openid.site.send(openid.site.request(Method::PUT, "/oauth2/userinfo")).await;
        assert_eq!((put.status, put.header("Allow")), (405, "GET, POST, HEAD"));
    }

    /// Core §5.3.3: errors are those of RFC 6750.
    async fn userinfo_is_for_tokens_with_the_scope_openid(openid: OpenId) {
        let browser = openid.site.sign_in().await;
        let token = openid.tokens(&browser, &[("scope", "read")]).await.text("access_token");
        let refused = openid.site.call("/oauth2/userinfo/", &token).await.with_status(403);
        assert!(refused.header("WWW-Authenticate").contains("scope=\"openid\""));
        openid.site.get("/oauth2/userinfo/").await.with_status(401);
        openid.site.call("/oauth2/userinfo/", "rubbish").await.with_status(401);
    }

    /// Core §5.3: the endpoint "SHOULD support the use of Cross-Origin Resource Sharing".
    async fn a_page_of_a_registered_origin_may_ask_userinfo(openid: OpenId) {
        let preflight = openid.site.request(Method::OPTIONS, "/oauth2/userinfo/")
            .header("Origin", "https://app.example")
            .header("Access-Control-Request-Method", "GET");
        let answer = openid.site.send(preflight).await.with_status(204);
        assert_eq!(answer.header("Access-Control-Allow-Origin"), "https://app.example");
        assert_eq!(answer.header("Access-Control-Allow-Methods"), "GET, HEAD, POST");
    }

    async fn the_servers_scopes_are_worded_in_the_readers_language_and_an_applications_words_stay(openid: OpenId) {
        let page = |browser: Browser| async move {
            let path = authorization(&Form::new(&[
                ("response_type", "code"), ("client_id", "login"), ("redirect_uri", CALLBACK),
                ("scope", "openid email"), ("state", "xyz"),
            ]));
            let request = browser.request(Method::GET, &path).header("Accept-Language", "ru");
            browser.send(request).await.with_status(200).body
        };
        let body = page(openid.site.sign_in().await).await;
        assert!(body.contains("Узнать, кто вы здесь.") && body.contains("Видеть ваш адрес электронной почты."));
        openid.site.database.execute("UPDATE oauth_scopes SET description = 'Send you letters.' WHERE name = 'email'");
        let body = page(openid.site.sign_in().await).await;
        assert!(body.contains("Send you letters.") && !body.contains("электронной почты"), "{body}");
    }
}

#[tokio::test]
async fn without_a_key_for_sealing_no_provider_on_the_network_is_built() {
    let directory = crate::support::TemporaryDirectory::new("openid");
    let store =
        oauth_server::Store::open(&format!("sqlite://{}/x.sqlite3", directory.path().display()))
            .unwrap();
    let settings = oauth_server::Settings {
        openid: true,
        ..oauth_server::Settings::new("https://id.example")
    };
    let server = oauth_server::AuthorizationServer::new(settings, store).unwrap();
    let refused = OAuth::builder(server.clone()).build().err().expect("an error").to_string();
    assert!(
        refused.contains("OAUTH_KEY_ENCRYPTION_KEY") && refused.contains("openssl rand -base64 32"),
        "{refused}"
    );
    let key = oauth_server::KeyEncryption::generate();
    let key = oauth_server::KeyEncryption::parse(key.expose()).unwrap();
    assert!(OAuth::builder(server.with_key_encryption(key)).build().is_ok());
}
