//! What a guard in another process wants of a token beside its scopes.

use crate::{
    openid::OpenId,
    resources::{site_of, token},
};

use super::*;

both_databases! {
    /// RFC 8707 §3.
    async fn a_token_for_another_resource_is_refused(site: Site) {
        let elsewhere = |settings: &mut RemoteGuardSettings| {
            settings.resource = Some("https://api.example/notes".to_owned());
        };
        let api = Api::of(&site, elsewhere).await;
        let refused = api.call("/read", &site.access_token("read").await).await;
        assert_eq!(refused.status, 401);
        assert!(refused.header("WWW-Authenticate").contains("invalid_token"));
    }

    async fn a_guard_whose_scopes_name_a_resource_takes_its_tokens_alone(site: Site) {
        let (site, client) = site_of(site).await;
        let (its, own) = (site.its_address(), site.server.settings().issuer.clone());
        let introspects = vec![its.clone(), own];
        let secret = site.register(|client| client.introspects = introspects).await.unwrap();
        let api = Api::as_client(&site, "another", secret, |_| {}).await;
        let albums = token(&site, &client.at(&its), "albums").await;
        let admitted = api.call("/albums", &albums).await;
        assert_eq!((admitted.status, admitted.body), (200, its));
        assert_eq!(api.call("/read", &albums).await.status, 401);
        assert_eq!(api.call("/albums", &token(&site, &client, "read").await).await.status, 401);
    }

    /// RFC 9470 §6.2: the guard learns of the sign-in by introspection.
    async fn a_guard_that_wants_a_recent_sign_in_knows_it_from_the_provider(openid: OpenId) {
        let site = &openid.site;
        let api = Api::of(site, |_| {}).await;
        let browser = site.sign_in().await;
        let ask = async |more: &[(&str, &str)]| {
            let more = [&[("scope", "read")], more].concat();
            openid.tokens(&browser, &more).await.text("access_token")
        };
        let refused = api.call("/recent", &ask(&[]).await).await;
        assert_eq!(refused.status, 401);
        assert!(refused.header("WWW-Authenticate").contains("insufficient_user_authentication"));
        let token = ask(&[("max_age", "60")]).await;
        assert_eq!(api.call("/recent", &token).await.status, 200);
        site.clock.advance(61);
        assert_eq!(api.call("/recent", &token).await.status, 401);
    }
}
