//! The application's policy, as clients and guarded handlers meet it.

use oauth_server::{
    Access, Lifetime, OAuth, OAuthBuilder, PolicyRequest, Ruling, StoreError, TokenError,
    test_kit::{TestDatabase, TestServer},
};
use poem::{EndpointExt, Response, endpoint::BoxEndpoint, get, handler};
use serde_json::json;

use crate::support::{Config, Database, Site, app, client::code_request};

/// What the policy attached to the token.
#[handler]
async fn tenant(token: Access<()>) -> String {
    token.data.as_ref().map_or("none".to_owned(), |data| data.parse().unwrap())
}

fn urls(oauth: &OAuth) -> BoxEndpoint<'static, Response> {
    let urls = app::bare_urls(oauth).at("/tenant", get(tenant));
    urls.with(oauth.middleware()).map_to_response().boxed()
}

/// Of acme are all who have a tenant, which is told with the tokens.
fn of_acme(_: &PolicyRequest<'_>) -> Result<Ruling, TokenError> {
    Ok(Ruling {
        access_token_lifetime: Some(Lifetime::Seconds(300)),
        data: Some(json!("acme")),
        members: json!({ "tenant": "acme", "limits": { "notes": 7 } }).as_object().unwrap().clone(),
        ..Ruling::default()
    })
}

fn with(policy: fn(OAuthBuilder) -> OAuthBuilder) -> impl FnOnce(&mut Config) {
    move |config| {
        config.urls = urls;
        config.oauth = policy;
    }
}

both_databases! {
    async fn it_lets_the_answer_have_members_more_and_a_handler_what_it_attached(site: Site) {
        let site = site.with(with(|oauth| oauth.policy(of_acme))).await;
        let answer = site.tokens("read").await.with_status(200);
        let told = answer.json();
        assert_eq!((&told["tenant"], &told["limits"]), (&json!("acme"), &json!({ "notes": 7 })));
        assert_eq!((&told["expires_in"], &told["scope"]), (&json!(300), &json!("read")));
        let seen = site.call("/tenant", &answer.text("access_token")).await.with_status(200);
        assert_eq!(seen.body, "acme");
    }

    async fn who_introspects_a_token_sees_what_it_attached(site: Site) {
        let before = site.tokens("read").await;
        let site = site.with(with(|oauth| oauth.policy(of_acme))).await;
        let after = site.tokens("read").await;
        for kind in ["access_token", "refresh_token"] {
            let seen = site.introspect(&after.text(kind)).await.json();
            assert_eq!(seen["data"], "acme", "{kind}: {seen}");
            let seen = site.introspect(&before.text(kind)).await.json();
            assert_eq!(seen.get("data"), None, "{kind}: {seen}");
        }
    }

    async fn a_refresh_that_is_repeated_gets_the_very_members_again(site: Site) {
        let site = site.with(with(|oauth| oauth.policy(of_acme))).await;
        let refresh_token = site.tokens("read").await.text("refresh_token");
        let first = site.refresh(&refresh_token).await.with_status(200).json();
        let again = site.refresh(&refresh_token).await.with_status(200).json();
        assert_eq!(first, again);
        assert_eq!(again["limits"]["notes"], 7);
    }

    async fn a_refusal_is_told_to_the_client_at_either_endpoint(site: Site) {
        let tokens = site.tokens("read").await;
        let site = site.with(with(|oauth| {
            oauth.policy(|request: &PolicyRequest<'_>| match request.subject {
                Some(_) => Err(TokenError::InvalidGrant("the trial is over".into())),
                None => Ok(Ruling::default()),
            })
        })).await;
        let refused = site.refresh(&tokens.text("refresh_token")).await.with_status(400).json();
        assert_eq!(refused, json!({ "error": "invalid_grant", "error_description": "the trial is over" }));
        let browser = site.sign_in().await;
        let form = browser.consent(&code_request()).await.form;
        let denied = browser.submit(&form, &[("user_action", "Accept")]).await;
        assert_eq!(denied.in_query("error").as_deref(), Some("access_denied"));
        assert_eq!(denied.in_query("error_description").as_deref(), Some("the trial is over"));
        assert_eq!(denied.in_query("state").as_deref(), Some("xyz"));
    }

    async fn its_failure_is_503_and_its_cause_is_not_told(site: Site) {
        let tokens = site.tokens("read").await;
        let site = site.with(with(|oauth| {
            oauth.policy(|_: &PolicyRequest<'_>| Err(StoreError::Url(app::CAUSE.to_owned()).into()))
        })).await;
        let failed = site.refresh(&tokens.text("refresh_token")).await.with_status(503);
        assert_eq!(failed.json()["error"], "temporarily_unavailable");
        assert!(!failed.body.contains(app::CAUSE) && failed.has_header("Retry-After"), "{failed:#?}");
    }
}

#[tokio::test]
async fn a_test_of_an_application_brings_a_policy() {
    let database = Database::sqlite();
    let server = TestServer::builder()
        .database(&TestDatabase::at(&database.url))
        .policy(of_acme)
        .start(|oauth| urls(oauth))
        .await;
    let client = server.register_client("read").await;
    let tokens = client.tokens(&server.sign_in("alice").await, "read").await;
    let seen = server.call("/tenant", &tokens.text("access_token")).await;
    assert_eq!(seen.body, "acme");
}
