//! What a user has allowed: remembered, shown, and taken back.

use oauth_core::NewClient;

use crate::support::{
    CALLBACK, Fixture, Form, assert_dead, assert_live, client, code_request, implicit_request,
    public_request, scopes,
};

/// Whether alice would not be asked.
async fn is_consented(fixture: &Fixture, request: &Form) -> bool {
    let request = fixture.judge(request).await.expect("a request for alice");
    fixture.server.is_consented(&request, "alice").await.unwrap()
}

both_databases! {
    async fn a_consent_given_before_is_not_asked_for_again(fixture: Fixture) {
        assert!(!is_consented(&fixture, &code_request()).await);
        fixture.authorize(&code_request()).await;
        assert!(is_consented(&fixture, &code_request()).await);
        assert!(is_consented(&fixture, &code_request().set("scope", "read")).await, "nor is less");
    }

    async fn more_than_was_allowed_is_asked_for_and_then_both_are_remembered(fixture: Fixture) {
        fixture.authorize(&code_request().set("scope", "read")).await;
        let write = code_request().set("scope", "write");
        assert!(!is_consented(&fixture, &write).await);
        fixture.authorize(&write).await;
        assert!(is_consented(&fixture, &code_request()).await);
    }

    async fn another_user_and_another_client_are_asked(fixture: Fixture) {
        fixture.authorize(&code_request()).await;
        let request = fixture.judge(&code_request()).await.unwrap();
        assert!(!fixture.server.is_consented(&request, "bob").await.unwrap());
        fixture.register(client("other")).await;
        assert!(!is_consented(&fixture, &code_request().set("client_id", "other")).await);
    }

    async fn a_client_may_have_the_user_asked_in_any_case(fixture: Fixture) {
        fixture.authorize(&code_request()).await;
        assert!(!is_consented(&fixture, &code_request().set("prompt", "consent")).await);
        assert!(!is_consented(&fixture, &code_request().set("prompt", "login consent")).await);
    }

    // RFC 6749 §10.2, RFC 8252 §8.6: who cannot be told from an impostor is asked for each time.
    async fn an_application_on_the_users_machine_is_asked_for_each_time(fixture: Fixture) {
        let redirect_uris = vec!["http://127.0.0.1/cb".to_owned(), CALLBACK.to_owned()];
        let secret = oauth_core::ClientSecret::None;
        fixture.register(NewClient { redirect_uris, secret, ..client("native") }).await;
        let native = public_request().set("client_id", "native").set("redirect_uri", "http://127.0.0.1:9000/cb");
        fixture.authorize(&native).await;
        assert!(!is_consented(&fixture, &native).await);
        let over_https = native.set("redirect_uri", CALLBACK);
        fixture.authorize(&over_https).await;
        assert!(is_consented(&fixture, &over_https).await, "there the host says who gets the answer");
    }

    async fn another_redirect_uri_is_asked_for_and_then_both_are_remembered(fixture: Fixture) {
        let elsewhere = "https://app.example/elsewhere";
        let redirect_uris = vec![CALLBACK.to_owned(), elsewhere.to_owned()];
        fixture.register(NewClient { redirect_uris, ..client("two") }).await;
        let one = code_request().set("client_id", "two");
        let other = one.clone().set("redirect_uri", elsewhere).set("scope", "read");
        fixture.authorize(&one).await;
        assert!(!is_consented(&fixture, &other).await);
        fixture.authorize(&other).await;
        assert!(is_consented(&fixture, &one).await && is_consented(&fixture, &other).await);
        assert!(!is_consented(&fixture, &other.set("scope", "read write")).await, "each its own scopes");
    }

    async fn the_only_redirect_uri_is_the_same_whether_it_is_named_or_not(fixture: Fixture) {
        fixture.authorize(&code_request().without("redirect_uri")).await;
        assert!(is_consented(&fixture, &code_request()).await);
    }

    // RFC 8252 §7.3: the port of a loopback address is another one each time.
    async fn a_loopback_redirect_uri_is_remembered_without_its_port(fixture: Fixture) {
        let redirect_uris = vec!["http://127.0.0.1/cb".to_owned(), "http://127.0.0.1/other".to_owned()];
        fixture.register(NewClient { redirect_uris, ..client("tool") }).await;
        let at = |uri: &str| code_request().set("client_id", "tool").set("redirect_uri", uri);
        fixture.authorize(&at("http://127.0.0.1:50000/cb")).await;
        assert!(is_consented(&fixture, &at("http://127.0.0.1:50001/cb")).await);
        assert!(is_consented(&fixture, &at("http://127.0.0.1/cb")).await);
        assert!(!is_consented(&fixture, &at("http://127.0.0.1:50000/other")).await);
    }

    async fn an_application_of_the_providers_own_is_never_asked_for(fixture: Fixture) {
        fixture.register(NewClient { skip_consent: true, ..client("own") }).await;
        let own = code_request().set("client_id", "own");
        assert!(is_consented(&fixture, &own).await);
        assert!(!is_consented(&fixture, &own.set("prompt", "consent")).await, "unless it wants to be");
    }

    async fn remembering_can_be_turned_off(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.remember_consent = false);
        fixture.authorize(&code_request()).await;
        assert!(!is_consented(&fixture, &code_request()).await);
    }

    async fn connected_apps_say_what_since_when_and_used_last(fixture: Fixture) {
        fixture.authorize(&code_request().set("scope", "read")).await;
        fixture.clock.advance(100);
        fixture.authorize(&code_request().set("scope", "write")).await;
        fixture.authorize(&implicit_request()).await;
        let apps = fixture.server.connected_apps("alice").await.unwrap();
        let shown: Vec<_> = apps.iter().map(|app| app.client.name()).collect();
        assert_eq!(shown, ["confidential", "implicit"]);
        let app = &apps[0];
        assert_eq!((app.since, app.last_used_at), (1_000_000, 1_000_100));
        assert_eq!(app.scopes, scopes("read write"));
        assert!(fixture.server.connected_apps("bob").await.unwrap().is_empty());
    }

    async fn the_use_of_a_token_within_the_hour_is_not_marked(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        fixture.clock.advance(3599);
        assert_live(&fixture, &tokens).await;
        assert_eq!(fixture.server.connected_apps("alice").await.unwrap()[0].last_used_at, 1_000_000);
    }

    async fn the_use_of_a_token_after_an_hour_is_marked(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.access_token_lifetime = 10_000);
        let tokens = fixture.tokens().await;
        fixture.clock.advance(5000);
        assert_live(&fixture, &tokens).await;
        // The mark is written beside the request; it is there as soon as the writer has come to it.
        while fixture.server.connected_apps("alice").await.unwrap()[0].last_used_at != 1_005_000 {
            tokio::task::yield_now().await;
        }
    }

    async fn taking_back_one_application_ends_its_grants_and_its_consent_only(fixture: Fixture) {
        fixture.register(client("other")).await;
        fixture.authorize(&code_request().set("client_id", "other")).await;
        let (one, another) = (fixture.tokens().await, fixture.tokens().await);
        fixture.server.disconnect("alice", Some("confidential")).await.unwrap();
        assert_dead(&fixture, &one).await;
        assert_dead(&fixture, &another).await;
        assert!(!is_consented(&fixture, &code_request()).await);
        let apps = fixture.server.connected_apps("alice").await.unwrap();
        assert_eq!(apps.iter().map(|app| app.client.name()).collect::<Vec<_>>(), ["other"]);
    }

    async fn taking_back_all_leaves_nothing_and_other_users_alone(fixture: Fixture) {
        let request = fixture.judge(&code_request()).await.unwrap();
        fixture.server.accept(request, "bob").await.unwrap();
        let tokens = fixture.tokens().await;
        fixture.server.disconnect("alice", None).await.unwrap();
        assert_dead(&fixture, &tokens).await;
        assert!(fixture.server.connected_apps("alice").await.unwrap().is_empty());
        assert_eq!(fixture.server.connected_apps("bob").await.unwrap().len(), 1);
    }
}
