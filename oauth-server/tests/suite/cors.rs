//! Pages of other origins: at the endpoints at which clients authenticate, and around guarded APIs.

use oauth_server::{ClientSecret, OAuth};
use poem::{EndpointExt, Response, Route, endpoint::BoxEndpoint};
use reqwest::Method;

use crate::support::{Answer, CALLBACK, Form, FormBody, Site, app, client::code_request};

const PAGE: &str = "https://spa.example";
const OTHER: &str = "https://other.example";

/// Where clients authenticate: what is mounted by hand, and the endpoint of its own.
const ENDPOINTS: [&str; 7] = [
    "/oauth2/token/",
    "/oauth2/token",
    "/own/token",
    "/oauth2/revoke/",
    "/oauth2/introspect/",
    "/oauth2/par/",
    "/oauth2/device_authorization/",
];

impl Site {
    /// Has `spa`, a public client with pages of this origin.
    async fn with_spa(self) -> Self {
        self.register(|client| {
            client.client_id = Some("spa".to_owned());
            client.secret = ClientSecret::None;
            client.cors_origins = vec![PAGE.to_owned()];
        })
        .await;
        self
    }

    async fn preflight(&self, path: &str, origin: &str) -> Answer {
        let request = self.request(Method::OPTIONS, path).header("Origin", origin);
        let request = request.header("Access-Control-Request-Method", "POST");
        self.send(request.header("Access-Control-Request-Headers", "authorization,dpop")).await
    }

    async fn post_as_page(&self, origin: &str, path: &str, form: &Form) -> Answer {
        let request = self.request(Method::POST, path).header("Origin", origin);
        self.send(request.form_body(form.encoded())).await
    }

    /// What `spa` gets when alice says yes.
    async fn spa_tokens(&self) -> Answer {
        let request = code_request().set("client_id", "spa");
        let code = self.sign_in().await.code(&request).await;
        let exchange = Form::new(&[
            ("grant_type", "authorization_code"),
            ("client_id", "spa"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
        ]);
        self.post_as_page(PAGE, "/oauth2/token/", &exchange).await.with_status(200)
    }

    async fn read_from(&self, origin: &str, token: &str) -> Answer {
        let request = self.request(Method::GET, "/plain/read").header("Origin", origin);
        self.send(request.header("Authorization", format!("Bearer {token}"))).await
    }
}

/// The same resource with the layer, and the endpoints that `routes` mounts.
fn layered(oauth: &OAuth) -> BoxEndpoint<'static, Response> {
    let routes = oauth.routes().at("/plain/read", app::guarded().with(oauth.cors()));
    Route::new().nest("/", routes).with(oauth.middleware()).map_to_response().boxed()
}

#[track_caller]
fn assert_hidden(answer: &Answer) {
    for name in ["Access-Control-Allow-Origin", "Access-Control-Allow-Methods"] {
        assert!(!answer.has_header(name), "{answer:#?}");
    }
}

#[track_caller]
fn assert_shown(answer: &Answer, origin: &str) {
    assert_eq!(answer.header("Access-Control-Allow-Origin"), origin, "{answer:#?}");
    assert!(!answer.has_header("Access-Control-Allow-Credentials"), "{answer:#?}");
    let exposed = "WWW-Authenticate, Retry-After, DPoP-Nonce, Mcp-Session-Id";
    assert_eq!(answer.header("Access-Control-Expose-Headers"), exposed);
}

both_databases! {
    async fn a_preflight_is_answered_for_an_origin_that_a_client_registered(site: Site) {
        let site = site.with_spa().await;
        for path in ENDPOINTS {
            let answer = site.preflight(path, PAGE).await.with_status(204);
            assert_eq!(answer.header("Access-Control-Allow-Origin"), PAGE, "{path}");
            assert_eq!(answer.header("Access-Control-Allow-Methods"), "POST");
            assert_eq!(answer.header("Access-Control-Allow-Headers"), "authorization,dpop");
            assert_eq!(answer.header("Access-Control-Max-Age"), "600");
            assert_eq!(answer.header("Vary"), "Origin");
            assert!(!answer.has_header("Access-Control-Allow-Credentials"));
            for other in [OTHER, "null", "https://spa.example/", "\u{fc}"] {
                assert_hidden(&site.preflight(path, other).await.with_status(405));
            }
        }
    }

    async fn a_client_that_is_disabled_has_no_pages(site: Site) {
        let site = site.with_spa().await;
        site.server.set_client_disabled("spa", true).await.unwrap();
        assert_hidden(&site.preflight("/oauth2/token/", PAGE).await.with_status(405));
    }

    async fn what_a_client_gets_is_read_by_its_own_pages_alone(site: Site) {
        let site = site.with_spa().await;
        let answer = site.spa_tokens().await;
        assert_shown(&answer, PAGE);
        assert!(answer.header("Vary").contains("Origin"), "{answer:#?}");
        let revoke = |client_id: &str| Form::new(&[("client_id", client_id), ("token", "x")]);
        for path in ["/oauth2/revoke/"] {
            assert_shown(&site.post_as_page(PAGE, path, &revoke("spa")).await.with_status(200), PAGE);
            assert_hidden(&site.post_as_page(OTHER, path, &revoke("spa")).await.with_status(200));
            assert_hidden(&site.post_as_page(PAGE, path, &revoke("public")).await.with_status(200));
        }
    }

    async fn an_error_is_read_by_the_pages_of_any_client(site: Site) {
        let site = site.with_spa().await;
        for path in ENDPOINTS {
            for form in [Form::new(&[("client_id", "nobody")]), Form::new(&[("client_id", "public")])] {
                let refused = site.post_as_page(PAGE, path, &form).await;
                assert!(matches!(refused.status, 400 | 401), "{refused:#?}");
                assert_shown(&refused, PAGE);
                assert_hidden(&site.post_as_page(OTHER, path, &form).await);
            }
        }
        let wrong_method = site.request(Method::GET, "/oauth2/token/").header("Origin", PAGE);
        assert_shown(&site.send(wrong_method).await.with_status(405), PAGE);
    }

    async fn who_is_no_page_is_answered_as_ever(site: Site) {
        let site = site.with_spa().await;
        let answer = site.token(&site.refresh_form("x")).await.with_status(400);
        assert_hidden(&answer);
        assert_eq!(answer.header("Vary"), "Origin");
    }

    /// OAuth 2.1 section 3.1: the authorization endpoint "MUST NOT" support CORS.
    async fn the_authorization_endpoint_is_for_no_page(site: Site) {
        let site = site.with_spa().await;
        let asked = format!("/oauth2/authorization/?{}", code_request().encoded());
        for path in ["/oauth2/authorization/", asked.as_str(), "/accounts/login/", "/admin/"] {
            assert_hidden(&site.preflight(path, PAGE).await);
            assert_hidden(&site.send(site.request(Method::GET, path).header("Origin", PAGE)).await);
        }
    }

    async fn what_routes_mounts_answers_pages_too(site: Site) {
        let site = site.with_spa().await.with(|config| config.urls = layered).await;
        for path in ["/oauth2/token/", "/oauth2/token", "/oauth2/revoke/", "/oauth2/introspect/", "/oauth2/par/"] {
            let answer = site.preflight(path, PAGE).await.with_status(204);
            assert_eq!(answer.header("Access-Control-Allow-Origin"), PAGE, "{path}");
            let refused = site.post_as_page(PAGE, path, &Form::new(&[("client_id", "nobody")])).await;
            assert_shown(&refused, PAGE);
        }
        assert_hidden(&site.preflight("/oauth2/authorization/", PAGE).await);
    }

    async fn a_guarded_api_with_the_layer_is_read_by_the_pages_of_the_tokens_client(site: Site) {
        let site = site.with_spa().await;
        let token = site.spa_tokens().await.text("access_token");
        let others = site.access_token("read").await;
        let site = site.with(|config| config.urls = layered).await;
        let answer = site.preflight("/plain/read", PAGE).await.with_status(204);
        assert_eq!(answer.header("Access-Control-Allow-Methods"), "GET, HEAD, POST, PUT, PATCH, DELETE");
        assert_hidden(&site.preflight("/plain/read", OTHER).await);

        let answer = site.read_from(PAGE, &token).await.with_status(200);
        assert_shown(&answer, PAGE);
        assert_hidden(&site.read_from(OTHER, &token).await.with_status(200));
        assert_hidden(&site.read_from(PAGE, &others).await.with_status(200));
        let refused = site.read_from(PAGE, "nobody").await.with_status(401);
        assert_shown(&refused, PAGE);
        assert!(refused.header("WWW-Authenticate").starts_with("Bearer"));
        assert_hidden(&site.read_from(OTHER, "nobody").await.with_status(401));
    }

    async fn an_application_without_the_layer_has_answers_of_its_own(site: Site) {
        let site = site.with_spa().await;
        assert_hidden(&site.preflight("/plain/read", PAGE).await);
        let token = site.spa_tokens().await.text("access_token");
        assert_hidden(&site.read_from(PAGE, &token).await.with_status(200));
    }
}
