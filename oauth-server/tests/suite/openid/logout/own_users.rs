//! Where sessions are the application's own.

use oauth_server::{Authentication, ResourceOwner, StoreError, Users, async_trait};
use poem::{Request, http::HeaderValue};

use super::*;

/// An application with sessions of its own, which a proxy names.
struct Own;

#[async_trait]
impl Users for Own {
    async fn signed_in(&self, request: &Request) -> Result<Option<ResourceOwner>, StoreError> {
        let is_over = request.header("Cookie").is_some_and(|cookies| cookies.contains("over=1"));
        Ok((!is_over).then(|| ResourceOwner::new("curie", "Marie")))
    }

    fn login_url(&self, _: &Request, _: &str) -> String {
        "/sso".to_owned()
    }

    async fn authentication(
        &self,
        _: &Request,
        _: &ResourceOwner,
    ) -> Result<Authentication, StoreError> {
        let sid = Some("their-session".to_owned());
        Ok(Authentication { sid, ..Authentication::default() })
    }

    async fn sign_out(
        &self,
        _: &Request,
        mut onward: Response,
    ) -> Result<Option<Response>, StoreError> {
        onward.headers_mut().append("Set-Cookie", HeaderValue::from_static("over=1; Path=/"));
        Ok(Some(onward))
    }
}

/// One that does not say how its users sign out.
struct NoWayOut;

#[async_trait]
impl Users for NoWayOut {
    async fn signed_in(&self, request: &Request) -> Result<Option<ResourceOwner>, StoreError> {
        Own.signed_in(request).await
    }

    fn login_url(&self, request: &Request, next: &str) -> String {
        Own.login_url(request, next)
    }
}

both_databases! {
    async fn an_applications_own_session_ends_too_and_what_clients_had_of_it(openid: OpenId) {
        let site = openid.site.with(|config| config.oauth = |oauth| oauth.users(Own)).await;
        let secret = registered(&site).await;
        let logout = Logout { openid: OpenId { site, secret: openid.secret }, secret };
        let browser = logout.openid.site.browser();
        let tokens = logout.tokens(&browser).await;
        let token = tokens.text("access_token");
        let hint = tokens.text("id_token");
        logout.openid.site.call("/oauth2/userinfo/", &token).await.with_status(200);
        let answer = browser.get(&at(&[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)])).await;
        assert_eq!(answer.with_status(303).location(), BYE);
        logout.openid.site.call("/oauth2/userinfo/", &token).await.with_status(401);
        let again = browser.get(LOGOUT).await.with_status(200);
        assert!(again.body.contains("You are signed out"), "{again:#?}");
    }

    async fn one_that_does_not_say_how_says_that_nothing_has_ended(openid: OpenId) {
        let site = openid.site.with(|config| config.oauth = |oauth| oauth.users(NoWayOut)).await;
        let browser = site.browser();
        let page = browser.page(LOGOUT).await;
        let answer = browser.submit(&page.form, &[("user_action", "SignOut")]).await.with_status(501);
        assert!(answer.body.contains("You are still signed in"), "{answer:#?}");
    }
}
