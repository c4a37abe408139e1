//! A database that cannot be had is answered as 503 with Retry-After, in the form of each endpoint; at the authorization
//! endpoint, once client and redirect URI are proven, as `temporarily_unavailable` at the client (RFC 6749 §4.1.2.1).

use oauth_server::{OAuth, ResourceOwner, StoreError, Users, async_trait};
use poem::{EndpointExt, Request, handler, http::StatusCode, web::Data};
use reqwest::Method;

use crate::support::{Answer, Config, Database, Site, app::CAUSE, client::code_request};

/// On PostgreSQL, where a statement can say so of a whole server: this one has become the standby of another.
async fn on_postgres() -> Option<Site> {
    Some(Site::on(Database::postgres()?).await)
}

impl Site {
    async fn refresh_token(&self) -> String {
        let code = self.sign_in().await.code(&code_request()).await;
        self.exchange(&code).await.text("refresh_token")
    }

    /// Whoever reads this table hears that the database cannot be had.
    fn take_away(&self, table: &str) {
        self.database.execute(&format!(
            "CREATE OR REPLACE FUNCTION gone() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN \
                 RAISE EXCEPTION '{CAUSE}' USING ERRCODE = 'read_only_sql_transaction'; END $$; \
             ALTER TABLE {table} RENAME TO hidden_{table}; \
             CREATE VIEW {table} AS SELECT * FROM hidden_{table} WHERE gone();"
        ));
    }
}

#[track_caller]
fn assert_unavailable(answer: &Answer) {
    assert_eq!((answer.status, answer.header("Retry-After")), (503, "2"), "{answer:#?}");
    assert!(!answer.body.contains(CAUSE), "{answer:#?}");
    assert!(!answer.has_header("WWW-Authenticate"), "{answer:#?}");
}

#[tokio::test]
async fn a_guard_says_so_in_json_and_to_a_browser_by_a_page() {
    let Some(site) = on_postgres().await else { return };
    let token = site.access_token("read").await;
    site.take_away("oauth_access_tokens");
    for path in ["/plain/read", "/api/read"] {
        let answer = site.call(path, &token).await;
        assert_unavailable(&answer);
        assert_eq!(answer.text("error"), "temporarily_unavailable");

        let request = site.request(Method::GET, path).header("Accept", "text/html");
        let page = site.send(request.bearer_auth(&token)).await;
        assert_unavailable(&page);
        assert!(page.body.contains("Try again in a few seconds."), "{}", page.body);
    }
}

#[handler]
async fn own_login(request: &Request, Data(oauth): Data<&OAuth>) -> poem::Result<StatusCode> {
    oauth.guess(request, "alice").await?.was_right();
    Ok(StatusCode::OK)
}

#[tokio::test]
async fn a_login_page_of_the_applications_own_says_so() {
    let Some(site) = on_postgres().await else { return };
    let own_login_page = |config: &mut Config| {
        config.urls = |oauth| {
            let urls = oauth.routes().at("/login", own_login).with(oauth.middleware());
            urls.map_to_response().boxed()
        };
    };
    let site = site.with(own_login_page).await;
    let browser = site.sign_in().await; // which is looked for among those of before
    site.take_away("oauth_known_browsers");
    assert_unavailable(&browser.get("/login").await);
}

#[tokio::test]
async fn the_token_endpoint_says_so_in_json() {
    let Some(site) = on_postgres().await else { return };
    let refresh_token = site.refresh_token().await;
    site.take_away("oauth_refresh_tokens");
    for path in ["/oauth2/token", "/own/token"] {
        let answer = site.post(path, &site.refresh_form(&refresh_token)).await;
        answer.assert_refused(503, "temporarily_unavailable");
        assert_unavailable(&answer);
    }
}

#[tokio::test]
async fn the_same_request_succeeds_once_the_database_is_back() {
    let Some(site) = on_postgres().await else { return };
    let refresh_token = site.refresh_token().await;
    site.take_away("oauth_refresh_tokens");
    assert_unavailable(&site.refresh(&refresh_token).await);
    let back = "DROP VIEW oauth_refresh_tokens; \
        ALTER TABLE hidden_oauth_refresh_tokens RENAME TO oauth_refresh_tokens;";
    site.database.execute(back);
    site.refresh(&refresh_token).await.with_status(200);
}

// §4.1.2.1: "This error code is needed because a 503 Service Unavailable HTTP status code cannot be returned to the client
// via an HTTP redirect."
#[tokio::test]
async fn the_client_is_told_once_its_redirect_uri_is_proven() {
    let Some(site) = on_postgres().await else { return };
    let browser = site.sign_in().await;
    let form = browser.consent(&code_request()).await.form;
    site.take_away("oauth_scopes");
    let asked = browser.ask(&code_request()).await;
    let accepted = browser.submit(&form, &[("user_action", "Accept")]).await;
    for answer in [asked, accepted] {
        let told = |name| answer.in_query(name);
        assert_eq!(told("error").as_deref(), Some("temporarily_unavailable"), "{answer:#?}");
        assert_eq!(told("state").as_deref(), Some("xyz"));
        assert!(told("error_description").is_some_and(|text| !text.contains(CAUSE)));
    }
}

#[tokio::test]
async fn the_client_is_told_where_its_consents_cannot_be_looked_up() {
    let Some(site) = on_postgres().await else { return };
    let site = site.with(|config| config.settings.remember_consent = true).await;
    let browser = site.sign_in().await;
    browser.authorize(&code_request()).await;
    site.take_away("oauth_consents");
    let answer = browser.ask(&code_request()).await;
    assert_eq!(answer.in_query("error").as_deref(), Some("temporarily_unavailable"));
}

#[tokio::test]
async fn before_the_client_is_proven_the_browser_is_told_by_a_page() {
    let Some(site) = on_postgres().await else { return };
    let browser = site.sign_in().await;
    site.take_away("oauth_clients");
    let page = browser.ask(&code_request()).await;
    assert_unavailable(&page);
    let title = "<h1>The service is not available at the moment</h1>";
    assert!(page.body.contains(title), "{}", page.body);
}

#[tokio::test]
async fn pages_say_so_to_a_browser_in_its_language_and_to_a_program_in_a_line() {
    let Some(site) = on_postgres().await else { return };
    let browser = site.superuser().await;
    site.take_away("oauth_sessions");
    for path in ["/accounts/login/", "/accounts/logout/", "/accounts/apps/", "/admin/clients/"] {
        let line = browser.get(path).await;
        assert_unavailable(&line);
        let request = browser.request(Method::GET, path).header("Accept", "text/html");
        let page = browser.send(request.header("Accept-Language", "ru")).await;
        assert_unavailable(&page);
        assert!(page.body.contains("<h1>Сервис временно недоступен</h1>"), "{}", page.body);
    }
}

/// The directory of users is down.
struct Unreachable;

#[async_trait]
impl Users for Unreachable {
    async fn signed_in(&self, _: &Request) -> Result<Option<ResourceOwner>, StoreError> {
        Err(StoreError::Unavailable(CAUSE.into()))
    }

    fn login_url(&self, _: &Request, _: &str) -> String {
        "/sso".to_owned()
    }
}

fn without_users(config: &mut Config) {
    config.oauth = |oauth| oauth.users(Unreachable);
}

both_databases! {
    async fn an_application_says_it_of_its_own_users(site: Site) {
        let site = site.with(without_users).await;
        let browser = site.browser();
        for path in ["/accounts/apps/", "/admin/"] {
            assert_unavailable(&browser.get(path).await);
        }
        assert_unavailable(&browser.ask(&code_request()).await);
    }

    async fn a_handler_that_passes_it_on_says_so(site: Site) {
        assert_unavailable(&site.get("/store_is_gone").await);
    }

    async fn every_guarded_operation_and_the_token_endpoint_show_it_in_the_document(site: Site) {
        let document = site.get("/openapi.json").await.json();
        for (path, method) in [("/oauth2/token", "post"), ("/api/read", "get"), ("/api/any", "get")] {
            let answer = &document["paths"][path][method]["responses"]["503"];
            let mut headers = answer["headers"].as_object().expect("headers").keys();
            assert!(headers.any(|name| name.eq_ignore_ascii_case("Retry-After")), "{answer:#}");
        }
        assert!(document["paths"]["/api/open"]["get"]["responses"]["503"].is_null());
    }
}
