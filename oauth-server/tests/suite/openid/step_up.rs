//! Guards that want a newer or a stronger sign-in: RFC 9470.

use oauth_server::{Access, OAuthBuilder, Secured, SignInLevel, StepUp};
use poem::{Route, handler};
use poem_openapi::{OpenApi, OpenApiService, payload::PlainText};

use crate::support::app::Read;

use super::*;

/// Within the last minute.
pub(crate) struct Recently;

impl SignInLevel for Recently {
    const MAX_AGE: Option<u32> = Some(60);
}

/// By one of two ways that the bundled accounts do not have.
struct Strongly;

impl SignInLevel for Strongly {
    const ACR_VALUES: &'static [&'static str] = &["gold", "silver"];
}

#[handler]
async fn recent(token: Access<StepUp<Read, Recently>>) -> String {
    token.auth_time().map(|time| time.to_string()).unwrap_or_default()
}

#[handler]
async fn strong(_token: Access<StepUp<Read, Strongly>>) -> &'static str {
    "in"
}

struct Api;

#[OpenApi]
impl Api {
    /// Guarded
    #[oai(path = "/recent", method = "get")]
    async fn recent(&self, token: Secured<StepUp<Read, Recently>>) -> PlainText<String> {
        PlainText(token.client_id.clone())
    }
}

fn guarded(oauth: &OAuth) -> BoxEndpoint<'static, Response> {
    let service = OpenApiService::new(oauth.document(Api), "Recent", "1");
    let guarded = Route::new().at("/recent", recent).at("/strong", strong).nest("/api", service);
    Route::new()
        .nest("/own", guarded.with(oauth.middleware()))
        .nest("/", urls(oauth))
        .map_to_response()
        .boxed()
}

impl OpenId {
    async fn guarded(self) -> Self {
        let Self { site, secret } = self;
        Self { site: site.with(|config| config.urls = guarded).await, secret }
    }

    async fn token(&self, browser: &Browser, more: &[(&str, &str)]) -> String {
        let more = [&[("scope", "read")], more].concat();
        self.tokens(browser, &more).await.text("access_token")
    }
}

both_databases! {
    /// §3, and §4: with what the challenge says the client gets a token that will do, without the scope `openid`.
    async fn a_token_of_an_older_sign_in_is_refused_and_a_new_sign_in_brings_one_that_will_do(openid: OpenId) {
        let openid = openid.guarded().await;
        let browser = openid.site.sign_in().await;
        openid.site.clock.advance(100);
        let token = openid.token(&browser, &[]).await;
        for path in ["/own/recent", "/own/api/recent"] {
            let refused = openid.site.call(path, &token).await.with_status(401);
            assert_eq!(
                refused.header("WWW-Authenticate"),
                "Bearer realm=\"\", error=\"insufficient_user_authentication\", error_description=\"this resource \
                 requires a newer or a stronger sign-in of the user\", max_age=\"60\""
            );
            assert_eq!(refused.json()["error"], "insufficient_user_authentication");
        }
        let request = openid.request(&[("scope", "read"), ("max_age", "60")]);
        let again = browser.get(&authorization(&request)).await.with_status(303);
        let form = browser.page(again.location()).await.form;
        let typed = [("username", "alice"), ("password", crate::support::PASSWORD)];
        browser.submit(&form, &typed).await.with_status(303);
        let token = openid.token(&browser, &[("max_age", "60")]).await;
        assert_eq!(openid.site.call("/own/recent", &token).await.with_status(200).body, "1000100");
        openid.site.call("/own/api/recent", &token).await.with_status(200);
        openid.site.clock.advance(61);
        openid.site.call("/own/recent", &token).await.with_status(401);
    }

    async fn a_token_with_openid_will_do_as_well(openid: OpenId) {
        let openid = openid.guarded().await;
        let browser = openid.site.sign_in().await;
        let token = openid.token(&browser, &[("scope", "openid read")]).await;
        openid.site.call("/own/recent", &token).await.with_status(200);
    }

    async fn scopes_are_judged_first(openid: OpenId) {
        let openid = openid.guarded().await;
        let browser = openid.site.sign_in().await;
        let token = openid.token(&browser, &[("scope", "openid")]).await;
        openid.site.call("/own/recent", &token).await.assert_refused(403, "insufficient_scope");
    }

    /// §3: `acr_values`, "in order of preference".
    async fn a_guard_names_each_acr_that_will_do(openid: OpenId) {
        let openid = openid.guarded().await;
        let browser = openid.site.sign_in().await;
        // §5: whoever knows of none goes on, and the resource refuses what came of it.
        let token = openid.token(&browser, &[("acr_values", "gold silver")]).await;
        let refused = openid.site.call("/own/strong", &token).await.with_status(401);
        assert!(refused.header("WWW-Authenticate").ends_with("acr_values=\"gold silver\""), "{refused:#?}");
    }

    async fn a_problem_says_what_is_wanted_too(openid: OpenId) {
        let OpenId { site, secret } = openid.guarded().await;
        let site = site.with(|config| config.oauth = |oauth: OAuthBuilder| oauth.refusal(oauth_server::GuardRefusal::problem_json)).await;
        let openid = OpenId { site, secret };
        let browser = openid.site.sign_in().await;
        let token = openid.token(&browser, &[]).await;
        assert_eq!(openid.site.call("/own/recent", &token).await.json()["max_age"], 60);
        assert_eq!(openid.site.call("/own/strong", &token).await.json()["acr_values"], "gold silver");
    }

    async fn a_family_that_nobody_wants_to_know_it_of_keeps_nothing(openid: OpenId) {
        let browser = openid.site.sign_in().await;
        openid.token(&browser, &[]).await;
        assert_eq!(openid.site.database.count("oauth_grants WHERE openid IS NOT NULL"), 0);
        openid.token(&browser, &[("max_age", "600")]).await;
        assert_eq!(openid.site.database.count("oauth_grants WHERE openid IS NOT NULL AND sid IS NULL"), 1);
    }

    /// §6.2.
    async fn introspection_says_when_the_user_signed_in(openid: OpenId) {
        let browser = openid.site.sign_in().await;
        let token = openid.token(&browser, &[("max_age", "600")]).await;
        let form = Form::new(&[("token", &token), ("client_id", "login"), ("client_secret", openid.secret.expose())]);
        let seen = openid.site.post("/oauth2/introspect/", &form).await.with_status(200).json();
        assert_eq!((&seen["auth_time"], seen.get("acr")), (&json!(1_000_000), None));
    }

    async fn no_logout_ends_a_token_that_is_not_of_openid(openid: OpenId) {
        let openid = openid.guarded().await;
        let browser = openid.site.sign_in().await;
        let token = openid.token(&browser, &[("max_age", "600")]).await;
        let alice = openid.site.alice().await.id.to_string();
        openid.site.server.log_out_user(&alice).await.unwrap();
        openid.site.call("/own/recent", &token).await.with_status(200);
    }
}
