//! Clients that nobody registered, known by the URL of a document: draft-ietf-oauth-client-id-metadata-document-02.

mod host;

use oauth_server::{NewClient, oauth_core::admin::Actor};
use poem::http::StatusCode;
use serde_json::{Value, json};

use self::host::Host;
use crate::support::{Answer, CALLBACK, Form, Site, client::authorization};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

async fn site_with_documents(site: Site) -> Site {
    site.with(|config| {
        config.settings.issuer = "http://localhost".to_owned();
        config.settings.client_id_metadata = true;
        config.settings.remember_consent = true;
    })
    .await
}

async fn asks(site: &Site, host: &Host) -> Answer {
    site.sign_in().await.get(&authorization(&host.request())).await
}

both_databases! {
    async fn a_user_is_asked_for_a_client_that_nobody_registered(site: Site) {
        let (site, host) = (site_with_documents(site).await, Host::start().await);
        let browser = site.sign_in().await;
        let page = browser.get(&authorization(&host.request())).await.with_status(200);
        assert!(page.body.contains("Assistant"), "{page:#?}");
        let host_name = host.client_id.split('/').nth(2).unwrap();
        assert!(page.body.contains(host_name), "the host of client_id: {page:#?}");
        assert!(!page.body.contains("logo.png"), "{page:#?}");
        let code = browser.code(&host.request()).await;
        let exchange = Form::new(&[
            ("grant_type", "authorization_code"),
            ("client_id", &host.client_id),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ]);
        let tokens = site.post("/oauth2/token/", &exchange).await.with_status(200);
        site.call("/plain/read", &tokens.text("access_token")).await.with_status(200);
        let refresh = Form::new(&[
            ("grant_type", "refresh_token"),
            ("client_id", &host.client_id),
            ("refresh_token", &tokens.text("refresh_token")),
        ]);
        site.post("/oauth2/token/", &refresh).await.with_status(200);
        assert_eq!(host.asked(), 1, "it is stored");
    }

    async fn nobody_fetches_for_who_is_not_signed_in_or_where_it_is_off(site: Site) {
        let off = site.with(|config| config.settings.issuer = "http://localhost".to_owned()).await;
        let host = Host::start().await;
        asks(&off, &host).await.with_status(400);
        let metadata = off.get("/.well-known/oauth-authorization-server").await.json();
        assert!(metadata.get("client_id_metadata_document_supported").is_none());
        let on = site_with_documents(off).await;
        on.get(&authorization(&host.request())).await.with_status(303);
        on.get(&authorization(&host.request().set("prompt", "none"))).await;
        let token = Form::new(&[("grant_type", "refresh_token"), ("client_id", &host.client_id)]);
        on.post("/oauth2/token/", &token).await.with_status(401);
        on.post("/oauth2/revoke/", &token.set("token", "x")).await.with_status(401);
        let metadata = on.get("/.well-known/oauth-authorization-server").await.json();
        assert_eq!(metadata["client_id_metadata_document_supported"], true);
        assert_eq!(host.asked(), 0);
    }

    async fn a_pushed_request_has_it_fetched(site: Site) {
        let (site, host) = (site_with_documents(site).await, Host::start().await);
        site.post("/oauth2/par/", &host.request()).await.with_status(201);
        assert_eq!(host.asked(), 1);
    }

    async fn what_is_no_such_document_is_refused_and_says_why(site: Site) {
        let (site, host) = (site_with_documents(site).await, Host::start().await);
        let browser = site.sign_in().await;
        let refused = async |why: &str| {
            let page = browser.get(&authorization(&host.request())).await.with_status(400);
            assert!(page.body.contains(why), "{why}: {page:#?}");
            site.clock.advance(60);
        };
        for (members, why) in [
            (json!({ "client_id": "http://127.0.0.1/client.json" }), "its own URL"),
            (json!({ "client_id": null }), "its own URL"),
            (json!({ "token_endpoint_auth_method": "client_secret_post" }), "has no secret"),
            (json!({ "client_secret": "s3cr3t" }), "has no secret"),
            (json!({ "client_name": null }), "client_name"),
            (json!({ "redirect_uris": null }), "redirect_uris"),
            (json!({ "redirect_uris": ["javascript:alert(1)"] }), "redirect_uris"),
            (json!({ "redirect_uris": "https://a.example/" }), "redirect_uris"),
            (json!({ "padding": "a".repeat(6000) }), "longer than 5 KiB"),
        ] {
            host.says(&members);
            refused(why).await;
        }
        host.says(&json!({}));
        host.serve(|served| served.kind = "text/html");
        refused("application/json").await;
        host.serve(|served| (served.kind, served.status) = ("application/json", StatusCode::FOUND));
        refused("answered with 200").await;
        host.serve(|served| served.status = StatusCode::OK);
        host.serve(|served| served.body = "[]".to_owned());
        refused("no JSON object").await;
        host.says(&json!({}));
        asks(&site, &host).await.with_status(200);
    }

    async fn an_error_is_not_kept_and_a_document_for_as_long_as_its_headers_say(site: Site) {
        let (site, host) = (site_with_documents(site).await, Host::start().await);
        host.serve(|served| served.status = StatusCode::NOT_FOUND);
        asks(&site, &host).await.with_status(400);
        host.serve(|served| served.status = StatusCode::OK);
        asks(&site, &host).await.with_status(200);
        assert_eq!(host.asked(), 2);
        site.clock.advance(599);
        asks(&site, &host).await.with_status(200);
        assert_eq!(host.asked(), 2);
        site.clock.advance(1);
        host.serve(|served| served.cache = "no-store");
        asks(&site, &host).await.with_status(200);
        site.clock.advance(59);
        asks(&site, &host).await.with_status(200);
        assert_eq!(host.asked(), 3, "a minute at least");
        site.clock.advance(1);
        host.serve(|served| served.cache = "max-age=31536000");
        asks(&site, &host).await.with_status(200);
        site.clock.advance(24 * 3600);
        asks(&site, &host).await.with_status(200);
        assert_eq!(host.asked(), 5, "a day at most");
    }

    async fn while_its_host_is_down_what_was_had_serves_for_seven_days(site: Site) {
        let (site, host) = (site_with_documents(site).await, Host::start().await);
        asks(&site, &host).await.with_status(200);
        host.serve(|served| served.status = StatusCode::BAD_GATEWAY);
        site.clock.advance(7 * 24 * 3600 - 1);
        asks(&site, &host).await.with_status(200);
        site.clock.advance(1);
        asks(&site, &host).await.with_status(400);
    }

    async fn users_are_asked_again_where_they_could_see_that_it_is_another(site: Site) {
        let (site, host) = (site_with_documents(site).await, Host::start().await);
        let browser = site.sign_in().await;
        browser.code(&host.request()).await;
        let shown = async |members: Value| {
            host.says(&members);
            site.clock.advance(600);
            browser.get(&authorization(&host.request())).await.status == 200
        };
        assert!(!shown(json!({})).await, "it was allowed");
        assert!(!shown(json!({ "software_version": "2", "contacts": ["a@b.example"] })).await);
        for another in [
            json!({ "client_name": "Bank" }),
            json!({ "logo_uri": "https://bank.example/logo.png" }),
            json!({ "redirect_uris": [CALLBACK, "https://other.example/"] }),
            json!({ "scope": "read write admin" }),
        ] {
            assert!(shown(another.clone()).await, "{another}");
            browser.code(&host.request()).await;
        }
    }

    async fn concurrent_requests_share_one_fetch(site: Site) {
        let (site, host) = (site_with_documents(site).await, Host::start().await);
        let browser = site.sign_in().await;
        let request = authorization(&host.request());
        let ask = || browser.get(&request);
        let (one, other, third) = tokio::join!(ask(), ask(), ask());
        for answer in [one, other, third] {
            answer.with_status(200);
        }
        assert_eq!(host.asked(), 1);
    }

    async fn a_url_of_another_form_or_host_is_not_asked_for(site: Site) {
        let site = site.with(|config| {
            config.settings.issuer = "http://localhost".to_owned();
            config.settings.client_id_metadata = true;
            config.settings.client_id_metadata_hosts = vec!["claude.ai".to_owned()];
        })
        .await;
        let host = Host::start().await;
        let page = asks(&site, &host).await.with_status(400);
        assert!(page.body.contains("no documents of this host"), "{page:#?}");
        let browser = site.sign_in().await;
        for client_id in [
            "https://claude.ai", "https://claude.ai/", "https://claude.ai/a#b", "https://me@claude.ai/a",
            "https://claude.ai/a/../b", "https://CLAUDE.ai/a", "https://claude.ai:443/a", "https://",
        ] {
            let request = host.request().set("client_id", client_id);
            let page = browser.get(&authorization(&request)).await.with_status(400);
            assert!(page.body.contains("has a path"), "{client_id}: {page:#?}");
        }
        assert_eq!(host.asked(), 0);
    }

    async fn a_caller_has_so_many_fetched_a_minute(site: Site) {
        let (site, host) = (site_with_documents(site).await, Host::start().await);
        host.serve(|served| served.status = StatusCode::NOT_FOUND);
        for _ in 0..10 {
            asks(&site, &host).await.with_status(400);
        }
        let page = asks(&site, &host).await.with_status(400);
        assert!(page.body.contains("too many documents"), "{page:#?}");
        assert_eq!(host.asked(), 10);
        site.clock.advance(60);
        asks(&site, &host).await;
        assert_eq!(host.asked(), 11);
    }

    async fn a_client_whose_answers_stay_on_the_device_is_warned_of(site: Site) {
        let (site, host) = (site_with_documents(site).await, Host::start().await);
        host.says(&json!({ "redirect_uris": ["http://127.0.0.1/callback", "http://localhost/callback"] }));
        let request = host.request().set("redirect_uri", "http://127.0.0.1:33418/callback");
        let page = site.sign_in().await.get(&authorization(&request)).await.with_status(200);
        assert!(page.body.contains("any program could pass itself off"), "{page:#?}");
    }

    async fn one_that_staff_trust_is_trusted_no_more_once_it_is_another(site: Site) {
        let (site, host) = (site_with_documents(site).await, Host::start().await);
        let browser = site.sign_in().await;
        browser.get(&authorization(&host.request())).await.with_status(200);
        let client = site.server.client(&host.client_id).await.unwrap().unwrap();
        let trusted = NewClient { skip_consent: true, ..NewClient::from(&*client) };
        let admin = site.server.admin(Actor::command("test"));
        admin.update_client(client.id, client.version, trusted).await.unwrap();
        browser.get(&authorization(&host.request())).await.with_status(303);
        host.says(&json!({ "redirect_uris": [CALLBACK, "https://thief.example/"] }));
        site.clock.advance(600);
        let thief = host.request().set("redirect_uri", "https://thief.example/");
        let page = browser.get(&authorization(&thief)).await.with_status(200);
        assert!(page.body.contains("user_action"), "{page:#?}");
    }

    async fn one_that_staff_disable_stays_so_whatever_its_document_says(site: Site) {
        let (site, host) = (site_with_documents(site).await, Host::start().await);
        asks(&site, &host).await.with_status(200);
        site.server.set_client_disabled(&host.client_id, true).await.unwrap();
        site.clock.advance(3600);
        asks(&site, &host).await.with_status(400);
        assert_eq!(host.asked(), 1);
    }

    async fn where_it_is_switched_off_again_those_of_before_are_refused(site: Site) {
        let (site, host) = (site_with_documents(site).await, Host::start().await);
        asks(&site, &host).await.with_status(200);
        let off = site.with(|config| config.settings.client_id_metadata = false).await;
        let page = asks(&off, &host).await.with_status(400);
        assert!(page.body.contains("that nobody registered"), "{page:#?}");
    }

    async fn a_server_that_others_reach_fetches_nothing_from_its_own_machine(site: Site) {
        let site = site_with_documents(site).await;
        let host = Host::start().await;
        let guarded = site.server.clone().without_loopback_fetches();
        guarded.fetch_client(&host.client_id, "alice").await.unwrap_err();
        assert_eq!(host.asked(), 0);
        site.server.fetch_client(&host.client_id, "alice").await.unwrap();
    }

    async fn one_that_nobody_granted_anything_is_deleted_after_a_day_and_comes_again(site: Site) {
        let (site, host) = (site_with_documents(site).await, Host::start().await);
        asks(&site, &host).await.with_status(200);
        site.clock.advance(24 * 3600);
        assert_eq!(site.server.clear_expired().await.unwrap().clients, 1);
        asks(&site, &host).await.with_status(200);
        assert_eq!(host.asked(), 2);
        site.sign_in().await.code(&host.request()).await;
        site.clock.advance(24 * 3600);
        assert_eq!(site.server.clear_expired().await.unwrap().clients, 0, "it was granted something");
    }

    async fn one_that_staff_registered_under_a_url_is_theirs(site: Site) {
        let (site, host) = (site_with_documents(site).await, Host::start().await);
        let client_id = host.client_id.clone();
        site.register(|client| client.client_id = Some(client_id)).await;
        let page = asks(&site, &host).await.with_status(200);
        assert!(!page.body.contains("Nobody here has checked"), "{page:#?}");
        assert_eq!(host.asked(), 0);
    }
}
