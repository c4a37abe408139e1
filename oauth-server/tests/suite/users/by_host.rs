//! An application's own users, who differ by what is asked.

use oauth_server::{GrantType, OAuth, ResourceOwner, StoreError, Users, async_trait};
use poem::{EndpointExt, Request, Response, Route, endpoint::BoxEndpoint};

use super::urls;
use crate::support::{Config, Form, Site, app, authorization, client::code_request};

/// One program for several hospitals, each with a host, a login page and users of its own.
struct ByHost;

fn hospital(request: &Request) -> &str {
    request.header("X-Hospital").unwrap_or("none")
}

#[async_trait]
impl Users for ByHost {
    async fn signed_in(&self, _: &Request) -> Result<Option<ResourceOwner>, StoreError> {
        Ok(None)
    }

    fn login_url(&self, request: &Request, next: &str) -> String {
        format!("/{}/login?next={next}", hospital(request))
    }

    async fn verify_password(
        &self,
        request: &Request,
        username: &str,
        password: &str,
    ) -> Result<Option<ResourceOwner>, StoreError> {
        let subject = format!("{username} of {}", hospital(request));
        let owner = ResourceOwner::new(subject, username);
        Ok((password == "radium").then_some(owner))
    }
}

fn by_host(config: &mut Config) {
    config.oauth = |oauth| oauth.users(ByHost);
    config.proxy_headers = &[("X-Hospital", "charite")];
}

/// The token endpoint in the document, as the others mount it, and by itself.
fn plain_token_endpoint(oauth: &OAuth) -> BoxEndpoint<'static, Response> {
    let urls = Route::new()
        .at("/oauth2/authorization", oauth.authorization_endpoint())
        .at("/oauth2/token", oauth.token_endpoint())
        .at("/plain/read", app::guarded());
    urls.with(oauth.middleware()).map_to_response().boxed()
}

both_databases! {
    async fn the_login_page_is_chosen_by_the_request(site: Site) {
        let site = site.with(by_host).await;
        for page in [&authorization(&code_request()), "/admin/", "/accounts/apps/", "/accounts/password/"] {
            let answer = site.browser().get(page).await;
            assert!(answer.location().starts_with("/charite/login?next=%2F"), "{page}: {answer:#?}");
        }
    }

    async fn a_password_is_verified_with_the_token_request_in_hand(site: Site) {
        let secret = site.register(|new| new.grant_types = vec![GrantType::Password]).await.unwrap();
        let form = |password: &str| Form::new(&[
            ("grant_type", "password"), ("client_id", "another"), ("client_secret", secret.expose()),
            ("username", "curie"), ("password", password), ("scope", "read"),
        ]);
        let mut site = site.with(by_host).await;
        for urls in [urls, plain_token_endpoint] {
            site = site.with(|config| config.urls = urls).await;
            let tokens = site.token(&form("radium")).await.with_status(200);
            let told = site.call("/plain/read", &tokens.text("access_token")).await.with_status(200);
            assert_eq!(told.body, "another for curie of charite: read");
            site.token(&form("wrong")).await.assert_refused(400, "invalid_grant");
        }
    }
}
