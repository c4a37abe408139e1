//! The application's own user of a token, its own extractors, and its own words for a refusal.

use oauth_server::{
    Access, FromSubject, GrantType, Guard, GuardRefusal, NewClient, OAuth, OAuthApi, Shown,
    StoreError,
};
use poem::{
    EndpointExt, FromRequest, IntoResponse, Request, RequestBody, Response, Route,
    endpoint::BoxEndpoint, handler, http::StatusCode, web::Data,
};
use poem_openapi::{OpenApi, OpenApiService, payload::PlainText};
use reqwest::Method;
use serde_json::json;

use super::{assert_bare_challenge, assert_refused};
use crate::support::{Config, Form, Site, app};

/// A row of the application's.
struct Reader(String);

impl FromSubject for Reader {
    async fn from_subject(subject: &str, request: &Request) -> Result<Option<Self>, StoreError> {
        match request.data::<&str>() {
            Some(&"gone") => Ok(None),
            Some(&"down") => Err(StoreError::Unavailable(app::CAUSE.into())),
            _ => Ok(Some(Self(format!("the reader {subject}")))),
        }
    }
}

type Me<S> = oauth_server::Me<Reader, S>;

#[handler]
async fn plain_me(me: Me<app::Read>) -> String {
    format!("{} by {}", me.0, me.token().client_id)
}

/// An extractor of the application's own.
struct Notebook(String);

impl<'a> FromRequest<'a> for Notebook {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let token = Access::<(app::Read, app::Write)>::from_request(request, body).await?;
        Ok(Self(token.subject.clone().unwrap_or_default()))
    }
}

impl Guard for Notebook {
    type Scopes = (app::Read, app::Write);
}

struct Api;

#[OpenApi]
impl Api {
    #[oai(path = "/api/me", method = "get")]
    async fn me(&self, me: Shown<Me<app::Read>>) -> PlainText<String> {
        PlainText(format!("{} by {}", me.0.0, me.token().client_id))
    }

    #[oai(path = "/api/notebook", method = "get")]
    async fn notebook(&self, notebook: Shown<Notebook>) -> PlainText<String> {
        PlainText(notebook.0.0.clone())
    }
}

/// Tells by itself why nobody is let in.
#[handler]
async fn catches(request: &Request, Data(oauth): Data<&OAuth>) -> String {
    let refused = oauth.verify(request, &"read".parse().unwrap()).await.unwrap_err();
    let refusal = refused.data::<GuardRefusal>().expect("why");
    let GuardRefusal { status, error, description, scope, .. } = refusal;
    format!("{status} {error:?} {description} {scope:?}")
}

fn urls(oauth: &OAuth, state: &'static str) -> BoxEndpoint<'static, Response> {
    let service = OpenApiService::new(oauth.document((OAuthApi, Api)), "Notes", "1.0");
    let openapi = service.spec_endpoint();
    Route::new()
        .nest("/accounts", oauth.accounts())
        .at("/oauth2/authorization", oauth.authorization_endpoint())
        .at("/plain/me", plain_me)
        .at("/catches", catches)
        .at("/openapi.json", openapi)
        .nest("/", service)
        .data(state)
        .with(oauth.middleware())
        .map_to_response()
        .boxed()
}

fn own(config: &mut Config) {
    config.urls = |oauth| urls(oauth, "there");
}

fn gone(config: &mut Config) {
    config.urls = |oauth| urls(oauth, "gone");
}

fn down(config: &mut Config) {
    config.urls = |oauth| urls(oauth, "down");
}

fn problems(config: &mut Config) {
    own(config);
    config.oauth = |oauth| oauth.refusal(GuardRefusal::problem_json);
}

fn in_own_words(config: &mut Config) {
    own(config);
    config.oauth = |oauth| {
        oauth.refusal(|refusal| {
            let code = refusal.error.unwrap_or("no_token");
            (StatusCode::OK, format!("<refused>{code}</refused>")).into_response()
        })
    };
}

const ME: [&str; 2] = ["/plain/me", "/api/me"];

both_databases! {
    async fn a_handler_gets_the_applications_own_user_and_the_token(site: Site) {
        let site = site.with(own).await;
        let token = site.access_token("read").await;
        for path in ME {
            let told = site.call(path, &token).await.with_status(200).body;
            assert_eq!(told, format!("the reader {} by confidential", site.alice().await.id));
        }
    }

    async fn who_lacks_a_scope_or_a_token_is_refused_before_the_user_is_looked_for(site: Site) {
        let site = site.with(down).await;
        let token = site.access_token("write").await;
        for path in ME {
            assert_refused(&site.call(path, &token).await, 403, "insufficient_scope");
            assert_bare_challenge(&site.get(path).await);
        }
    }

    async fn a_token_whose_user_is_gone_is_401(site: Site) {
        let site = site.with(gone).await;
        let token = site.access_token("read").await;
        for path in ME {
            assert_refused(&site.call(path, &token).await, 401, "invalid_token");
        }
    }

    async fn a_token_that_a_client_got_for_itself_has_no_user(site: Site) {
        let site = site.with(own).await;
        let of_itself = |new: &mut NewClient| {
            new.grant_types = vec![GrantType::ClientCredentials];
            new.client_credentials_scopes = new.scopes.clone();
        };
        let secret = site.register(of_itself).await.unwrap();
        let form = Form::new(&[
            ("grant_type", "client_credentials"), ("client_id", "another"),
            ("client_secret", secret.expose()), ("scope", "read"),
        ]);
        let token = site.token(&form).await.with_status(200).text("access_token");
        for path in ME {
            assert_refused(&site.call(path, &token).await, 401, "invalid_token");
        }
    }

    async fn where_users_cannot_be_looked_up_the_client_tries_again(site: Site) {
        let site = site.with(down).await;
        let token = site.access_token("read").await;
        for path in ME {
            let answer = site.call(path, &token).await.with_status(503);
            assert_eq!(answer.text("error"), "temporarily_unavailable");
            assert!(answer.has_header("Retry-After") && !answer.body.contains(app::CAUSE), "{answer:#?}");
        }
    }

    async fn own_extractors_that_go_through_a_guard_keep_their_security_in_the_document(site: Site) {
        let site = site.with(own).await;
        let document = site.get("/openapi.json").await.with_status(200).json();
        let operation = |path: &str| document["paths"][path]["get"].clone();
        assert_eq!(operation("/api/me")["security"], json!([{ "oauth2": ["read"] }]));
        assert_eq!(operation("/api/notebook")["security"], json!([{ "oauth2": ["read", "write"] }]));
        for path in ["/api/me", "/api/notebook"] {
            let challenge = &operation(path)["responses"]["401"]["headers"]["WWW-Authenticate"];
            assert!(challenge.is_object(), "{path}");
        }
        let token = site.access_token("read").await;
        assert_refused(&site.call("/api/notebook", &token).await, 403, "insufficient_scope");
        let token = site.access_token("read write").await;
        let told = site.call("/api/notebook", &token).await.with_status(200).body;
        assert_eq!(told, site.alice().await.id.to_string());
    }

    async fn a_refusal_is_a_value_for_who_catches_it(site: Site) {
        let site = site.with(own).await;
        assert_eq!(site.get("/catches").await.body, "401 Unauthorized None this resource requires an access token None");
        let token = site.access_token("write").await;
        let lacking = site.call("/catches", &token).await.body;
        assert!(lacking.starts_with("403 Forbidden Some(\"insufficient_scope\")"), "{lacking}");
        assert!(lacking.contains("read"), "{lacking}");
    }

    /// RFC 9457 §3: the members of a problem, and §4.2.1: the title of `about:blank` is the status'.
    async fn a_refusal_is_answered_as_a_problem_where_the_application_says_so(site: Site) {
        let site = site.with(problems).await;
        let token = site.access_token("write").await;
        let answer = site.call("/api/me", &token).await.with_status(403);
        assert_eq!(answer.header("Content-Type"), "application/problem+json");
        let expected = json!({
            "type": "about:blank", "title": "Forbidden", "status": 403,
            "detail": "the access token lacks a scope that this resource requires",
            "error": "insufficient_scope", "scope": "read",
        });
        assert_eq!(answer.json(), expected);
        assert!(answer.header("WWW-Authenticate").ends_with(", scope=\"read\""));
        let bare = site.get("/plain/me").await.with_status(401);
        assert_eq!(bare.json()["title"], "Unauthorized");
        assert_eq!(bare.json().get("error"), None);
        assert_eq!(bare.header("WWW-Authenticate"), "Bearer realm=\"\"");
        assert_eq!(bare.header("Cache-Control"), "no-store");
    }

    async fn the_applications_own_words_change_the_body_and_nothing_else(site: Site) {
        let site = site.with(in_own_words).await;
        for path in ME {
            let answer = site.call(path, "unknown").await.with_status(401);
            assert_eq!(answer.body, "<refused>invalid_token</refused>");
            assert!(answer.header("WWW-Authenticate").contains("error=\"invalid_token\""));
            assert_eq!(answer.header("Cache-Control"), "no-store");
        }
        let page = site.send(site.request(Method::GET, "/plain/me").header("Accept", "text/html")).await;
        assert!(page.with_status(401).body.contains("This address is for applications"));
    }
}
