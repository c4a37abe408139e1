//! An embedder's own users, without the bundled accounts.

mod by_host;

use oauth_server::{OAuth, OAuthApi, ResourceOwner, StoreError, Users, async_trait};
use poem::{EndpointExt, Request, Response, Route, endpoint::BoxEndpoint};
use poem_openapi::OpenApiService;

use crate::support::{Config, Site, app, authorization, client::code_request};

/// A proxy in front of the application has signed the user in and says who it is.
struct BehindSingleSignOn;

#[async_trait]
impl Users for BehindSingleSignOn {
    async fn signed_in(&self, request: &Request) -> Result<Option<ResourceOwner>, StoreError> {
        let subject = request.header("X-Authenticated-User");
        Ok(subject.map(|subject| ResourceOwner::new(subject, format!("Dr. {subject}"))))
    }

    fn login_url(&self, _: &Request, next: &str) -> String {
        format!("/sso?return_to={next}")
    }
}

/// Its directory of users is down.
struct Unreachable;

#[async_trait]
impl Users for Unreachable {
    async fn signed_in(&self, _: &Request) -> Result<Option<ResourceOwner>, StoreError> {
        Err(StoreError::Url(app::CAUSE.to_owned()))
    }

    fn login_url(&self, _: &Request, _: &str) -> String {
        "/sso".to_owned()
    }
}

/// Who works here, whom the proxy lets in or not.
struct Staff;

#[async_trait]
impl Users for Staff {
    async fn signed_in(&self, request: &Request) -> Result<Option<ResourceOwner>, StoreError> {
        BehindSingleSignOn.signed_in(request).await
    }

    fn login_url(&self, request: &Request, next: &str) -> String {
        BehindSingleSignOn.login_url(request, next)
    }

    async fn is_active(&self, subject: &str) -> Result<bool, StoreError> {
        match subject {
            "nobody-knows" => Err(StoreError::Url(app::CAUSE.to_owned())),
            subject => Ok(subject != "curie-1867"),
        }
    }
}

/// What such an application mounts.
fn urls(oauth: &OAuth) -> BoxEndpoint<'static, Response> {
    let service = OpenApiService::new(oauth.document(OAuthApi), "Notes", "1.0");
    let authorization = oauth.authorization_endpoint();
    let urls = Route::new()
        .at("/oauth2/authorization", authorization)
        .at("/oauth2/token", service)
        .at("/plain/read", app::guarded());
    urls.with(oauth.middleware()).map_to_response().boxed()
}

fn behind_single_sign_on(config: &mut Config) {
    config.oauth = |oauth| oauth.users(BehindSingleSignOn);
    config.urls = urls;
}

fn signed_in(config: &mut Config) {
    behind_single_sign_on(config);
    config.proxy_headers = &[("X-Authenticated-User", "curie-1867")];
}

both_databases! {
    async fn who_has_not_signed_in_goes_where_the_application_says(site: Site) {
        let site = site.with(behind_single_sign_on).await;
        let answer = site.browser().ask(&code_request()).await;
        let next = answer.location().strip_prefix("/sso?return_to=").expect("the way to sign in");
        let next = url::form_urlencoded::parse(format!("n={next}").as_bytes())
            .next()
            .unwrap()
            .1
            .into_owned();
        assert_eq!(next, authorization(&code_request()));
        assert!(!answer.has_header("Set-Cookie"));
    }

    async fn the_whole_flow_works_for_the_applications_user(site: Site) {
        let site = site.with(signed_in).await;
        let browser = site.browser();
        let page = browser.consent(&code_request()).await;
        assert!(page.answer.body.contains("Dr. curie-1867"), "{}", page.answer.body);

        let answer = browser.submit(&page.form, &[("user_action", "Accept")]).await;
        let tokens = site.exchange(&answer.in_query("code").unwrap()).await.with_status(200);
        let told = site.call("/plain/read", &tokens.text("access_token")).await.with_status(200);
        assert_eq!(told.body, "confidential for curie-1867: read write");
        let refreshed = site.refresh(&tokens.text("refresh_token")).await.with_status(200);
        let told = site.call("/plain/read", &refreshed.text("access_token")).await;
        assert_eq!(told.body, "confidential for curie-1867: read write");
        assert_eq!(site.database.count("oauth_users"), 0);
    }

    async fn their_consent_is_protected_against_forgery_too(site: Site) {
        let site = site.with(signed_in).await;
        let (browser, other) = (site.browser(), site.browser());
        let form = browser.consent(&code_request()).await.form;
        other.consent(&code_request()).await;
        for forger in [&other, &site.browser()] {
            let accept = form.hidden.clone().and("user_action", "Accept");
            forger.post(&form.action, &accept).await.with_status(403);
        }
        assert_eq!(site.database.count("oauth_grants"), 0);
    }

    async fn a_form_made_for_one_user_is_none_for_another_at_the_same_browser(site: Site) {
        let site = site.with(signed_in).await;
        let browser = site.browser();
        let form = browser.consent(&code_request()).await.form;
        let cookie = browser.cookie("oauth_session_form").unwrap();
        let site = site.with(|config| config.proxy_headers = &[("X-Authenticated-User", "darwin")]).await;
        let browser = site.browser();
        browser.set_cookie("oauth_session_form", &cookie);
        let answer = browser.submit(&form, &[("user_action", "Accept")]).await;
        answer.with_status(403);
        assert_eq!(site.database.count("oauth_grants"), 0);
    }

    async fn a_form_for_them_writes_no_row(site: Site) {
        let site = site.with(signed_in).await;
        site.browser().consent(&code_request()).await;
        assert_eq!(site.database.count("oauth_sessions"), 0);
    }

    async fn a_users_name_is_text_and_no_markup(site: Site) {
        let site = site
            .with(|config| {
                behind_single_sign_on(config);
                config.proxy_headers = &[("X-Authenticated-User", "<script>alert(1)</script>")];
            })
            .await;
        let page = site.browser().consent(&code_request()).await.answer;
        assert!(!page.body.contains("<script"), "{}", page.body);
        assert!(page.body.contains("Dr. &lt;script&gt;"), "{}", page.body);
    }

    async fn where_users_cannot_be_looked_up_nothing_is_granted_and_no_cause_told(site: Site) {
        let site = site.with(signed_in).await;
        let form = site.browser().consent(&code_request()).await.form;
        let site = site.with(|config| config.oauth = |oauth| oauth.users(Unreachable)).await;
        let browser = site.browser();
        let asked = browser.ask(&code_request()).await;
        let accepted = browser.submit(&form, &[("user_action", "Accept")]).await;
        for answer in [asked, accepted] {
            assert_eq!(answer.status, 500, "{answer:#?}");
            assert!(!answer.body.contains(app::CAUSE), "{answer:#?}");
        }
        assert_eq!(site.database.count("oauth_grants"), 0);
    }

    async fn a_user_who_has_left_gives_nothing_and_the_client_is_told(site: Site) {
        let site = site.with(signed_in).await;
        let browser = site.browser();
        let page = browser.consent(&code_request()).await;
        let answer = browser.submit(&page.form, &[("user_action", "Accept")]).await;
        let tokens = site.exchange(&answer.in_query("code").unwrap()).await.with_status(200);

        let site = site.with(|config| config.oauth = |oauth| oauth.users(Staff)).await;
        let refused = site.refresh(&tokens.text("refresh_token")).await.with_status(400);
        assert_eq!(refused.json()["error"], "invalid_grant");
        assert_eq!(refused.json()["error_description"], "the user is not active any more");
        let browser = site.browser();
        let page = browser.consent(&code_request()).await;
        let denied = browser.submit(&page.form, &[("user_action", "Accept")]).await;
        assert_eq!(denied.in_query("error").as_deref(), Some("access_denied"));
    }

    async fn where_it_cannot_be_told_whether_a_user_has_left_a_client_tries_again(site: Site) {
        let site = site
            .with(|config| {
                behind_single_sign_on(config);
                config.proxy_headers = &[("X-Authenticated-User", "nobody-knows")];
            })
            .await;
        let browser = site.browser();
        let page = browser.consent(&code_request()).await;
        let answer = browser.submit(&page.form, &[("user_action", "Accept")]).await;
        let site = site.with(|config| config.oauth = |oauth| oauth.users(Staff)).await;
        let answer = site.exchange(&answer.in_query("code").unwrap()).await.with_status(503);
        assert_eq!(answer.json()["error"], "temporarily_unavailable");
        assert!(!answer.body.contains(app::CAUSE), "{answer:#?}");
        assert!(answer.has_header("Retry-After"));
    }

    async fn a_bundled_user_who_was_deactivated_past_the_server_gives_nothing(site: Site) {
        let tokens = site.tokens("read write").await;
        site.database.execute("UPDATE oauth_users SET is_active = FALSE");
        let refused = site.refresh(&tokens.text("refresh_token")).await.with_status(400);
        assert_eq!(refused.json()["error_description"], "the user is not active any more");
    }

    async fn the_bundled_accounts_know_their_users_by_subject(site: Site) {
        let alice = site.alice().await.clone();
        let oauth = OAuth::builder(site.server.clone()).build().unwrap();
        let accounts = oauth.bundled_accounts();
        let subject = alice.id.to_string();
        assert_eq!(accounts.user(&subject).await.unwrap(), Some(alice));
        assert_eq!(accounts.display_name(&subject).await.unwrap().as_deref(), Some("alice"));
        for nobody in ["0", "-1", "alice", "", "9223372036854775808"] {
            assert_eq!(accounts.display_name(nobody).await.unwrap(), None, "{nobody}");
        }
    }

    // What acts for a subject is ended by that text: another spelling of the key would live on without its user.
    async fn the_bundled_accounts_know_a_user_by_one_spelling_of_the_subject_only(site: Site) {
        let id = site.alice().await.id;
        let oauth = OAuth::builder(site.server.clone()).build().unwrap();
        for subject in [format!("+{id}"), format!("0{id}"), format!("000{id}")] {
            let user = oauth.bundled_accounts().user(&subject).await.unwrap();
            assert_eq!(user, None, "{subject}");
        }
    }
}

/// What an application leaves out of the trait.
#[tokio::test]
async fn by_default_a_user_is_active_and_called_by_its_subject_and_has_no_password() {
    let users = BehindSingleSignOn;
    assert_eq!(users.display_name("curie-1867").await.unwrap().as_deref(), Some("curie-1867"));
    assert!(users.is_active("curie-1867").await.unwrap());
    assert_eq!(users.verify_password(&Request::default(), "curie", "radium").await.unwrap(), None);
}
