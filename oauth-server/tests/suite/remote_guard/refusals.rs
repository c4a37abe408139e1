//! What a guard in another process does when its provider, or its own client, is not right.

use super::*;

both_databases! {
    async fn while_the_provider_cannot_be_asked_a_request_is_503(site: Site) {
        let api = Api::of(&site, |_| {}).await;
        let token = site.access_token("read").await;
        for (status, body) in [(503, ""), (500, "oh"), (401, "{}"), (404, ""), (302, ""), (200, "<html>"), (200, "")] {
            api.front.answers(status, body);
            let refused = api.call("/read", &token).await;
            assert_eq!((refused.status, refused.header("Retry-After")), (503, "2"), "{status} {body}");
            assert_eq!(refused.header("WWW-Authenticate"), "");
        }
        api.front.answers_as_the_provider();
        assert_eq!(api.call("/read", &token).await.status, 200, "a failure is not remembered");
    }

    async fn why_it_is_503_stands_in_the_log_and_no_token_or_secret(site: Site) {
        log::keep();
        let api = Api::as_client(&site, "confidential", "hush-hush".into(), |_| {}).await;
        let token = site.access_token("read").await;
        assert_eq!(api.call("/read", &token).await.status, 503);
        let lines = log::lines();
        assert!(lines.iter().any(|line| line.contains("it refuses this guard's client with 401")), "{lines:?}");
        let said = |text: &str| lines.iter().any(|line| line.contains(text));
        assert!(!said(&token) && !said("hush-hush"));
    }

    async fn a_guard_with_a_wrong_secret_admits_nobody(site: Site) {
        let api = Api::as_client(&site, "confidential", "wrong".into(), |_| {}).await;
        assert_eq!(api.call("/read", &site.access_token("read").await).await.status, 503);
    }

    async fn a_guard_of_a_client_that_may_not_know_a_token_refuses_it(site: Site) {
        let secret = site.register(|client| client.introspects = Vec::new()).await.unwrap();
        let api = Api::as_client(&site, "another", secret, |_| {}).await;
        assert_eq!(api.call("/read", &site.access_token("read").await).await.status, 401);
    }
}

#[test]
fn settings_that_give_secrets_away_or_make_no_sense_are_refused() {
    let settings = |endpoint: &str| RemoteGuardSettings::new(endpoint, "api", "secret");
    let refused = |settings| RemoteGuard::new(settings).err().map(|invalid| invalid.setting);
    for endpoint in ["http://id.example/introspect", "id.example", "ftp://127.0.0.1/"] {
        assert_eq!(refused(settings(endpoint)), Some("introspection_endpoint"), "{endpoint}");
    }
    let good = || settings("http://127.0.0.1:1/introspect");
    assert_eq!(refused(good()), None);
    assert_eq!(refused(RemoteGuardSettings { cached_for: -1, ..good() }), Some("cached_for"));
    assert_eq!(refused(RemoteGuardSettings { cached_for: 301, ..good() }), Some("cached_for"));
    assert_eq!(refused(RemoteGuardSettings { cached: 0, ..good() }), Some("cached"));
    let resource = Some("/notes".to_owned());
    assert_eq!(refused(RemoteGuardSettings { resource, ..good() }), Some("resource"));
}
