//! What a client says of itself for OpenID Connect, on the admin site.

use oauth_server::{IdTokenResponse, OpenIdMetadata, SigningAlgorithm, SubjectType};

use super::{change, changes, opened, record};
use crate::support::{Browser, Site};

const SECTION: &str = "<h2>OpenID Connect</h2>";

/// A site on which OpenID Connect is on.
async fn with_openid(site: Site) -> Site {
    let site = site.with(|config| {
        config.settings.openid = true;
        config.settings.issuer = "http://localhost".to_owned();
    });
    site.await
}

/// All that a client can say.
fn all_of_it() -> OpenIdMetadata {
    OpenIdMetadata {
        response_types: vec![IdTokenResponse::CodeIdToken, IdTokenResponse::IdToken],
        id_token_signed_response_alg: Some(SigningAlgorithm::Es256),
        userinfo_signed_response_alg: Some(SigningAlgorithm::EdDsa),
        subject_type: SubjectType::Pairwise,
        sector_identifier_uri: Some("https://a.example/sector.json".to_owned()),
        default_max_age: Some(0),
        require_auth_time: true,
        default_acr_values: vec!["gold".to_owned(), "urn:example:silver".to_owned()],
        post_logout_redirect_uris: vec![
            "https://a.example/bye?a=b&c=d".to_owned(),
            "com.example.app:/bye".to_owned(),
        ],
        backchannel_logout_uri: Some("https://a.example/logout".to_owned()),
        backchannel_logout_session_required: true,
    }
}

async fn said(site: &Site, client_id: &str) -> OpenIdMetadata {
    site.server.client(client_id).await.unwrap().expect("a client").metadata.openid.clone()
}

async fn edit(browser: &Browser, name: &str) -> String {
    format!("{}edit/", record(browser, "/admin/clients/", name).await)
}

both_databases! {
    async fn staff_say_what_a_client_gets_and_see_it_on_its_page(site: Site) {
        let site = with_openid(site).await;
        let browser = site.superuser().await;
        let path = edit(&browser, "confidential").await;
        let form = opened(&browser, &path).await;
        assert_eq!(form.get("id_token_signed_response_alg"), Some("RS256"));
        assert_eq!(form.get("userinfo_signed_response_alg"), Some("none"));
        let form = form.set("id_token_signed_response_alg", "ES256").set("userinfo_signed_response_alg", "EdDSA")
            .set("response_types", "code id_token").and("response_types", "id_token").set("subject_type", "on")
            .set("sector_identifier_uri", "https://a.example/sector.json").set("default_max_age", "0")
            .set("require_auth_time", "on").set("default_acr_values", "gold urn:example:silver")
            .set("post_logout_redirect_uris", "https://a.example/bye?a=b&c=d\r\ncom.example.app:/bye")
            .set("backchannel_logout_uri", "https://a.example/logout")
            .set("backchannel_logout_session_required", "on");
        browser.post(&path, &form).await.with_status(303);
        assert_eq!(said(&site, "confidential").await, all_of_it());

        let page = browser.get(&record(&browser, "/admin/clients/", "confidential").await).await.body;
        for shown in [
            SECTION, "A code and an ID token", "An ID token alone", "<dd>ES256</dd>", "<dd>EdDSA</dd>", "Yes: pairwise",
            "sector.json", "0 seconds",
            "<dt>Must be told when users signed in</dt><dd>Yes</dd>", "<code>urn:example:silver</code>", "com.example.app:/bye", "https://a.example/logout</code>, always with the session",
        ] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        let trail = browser.get("/admin/audit/").await.body;
        assert!(trail.contains("backchannel_logout_uri, default_acr_values, default_max_age"), "{trail}");
    }

    async fn staff_take_it_back(site: Site) {
        let site = with_openid(site).await;
        site.register(|client| client.openid = all_of_it()).await;
        let browser = site.superuser().await;
        let path = edit(&browser, "another").await;
        let form = opened(&browser, &path).await.without("response_types").without("subject_type");
        let form = form.without("require_auth_time").set("default_acr_values", "").without("backchannel_logout_session_required").set("userinfo_signed_response_alg", "none");
        let texts = ["sector_identifier_uri", "default_max_age", "post_logout_redirect_uris", "backchannel_logout_uri"];
        let form = texts.iter().fold(form, |form, name| form.set(name, ""));
        browser.post(&path, &form.set("id_token_signed_response_alg", "RS256")).await.with_status(303);
        let rs256 = Some(SigningAlgorithm::Rs256);
        assert_eq!(said(&site, "another").await, OpenIdMetadata { id_token_signed_response_alg: rs256, ..OpenIdMetadata::default() });
    }

    async fn a_form_that_changes_nothing_keeps_it_as_it_is(site: Site) {
        let site = with_openid(site).await;
        site.register(|client| client.openid = all_of_it()).await;
        let browser = site.superuser().await;
        for client in ["another", "confidential"] {
            change(&browser, &edit(&browser, client).await, &[]).await.with_status(303);
        }
        assert_eq!(changes(&site), 0);
    }

    async fn what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(site: Site) {
        let site = with_openid(site).await;
        let browser = site.superuser().await;
        let path = edit(&browser, "confidential").await;
        let long = (0..100).map(|n| format!("https://a.example/{n:02}/{}", "b".repeat(150))).collect::<Vec<_>>().join("\n");
        for (name, value, problem) in [
            ("default_max_age", "soon", "must be a number of seconds"),
            ("default_max_age", "-1", "must be a number of seconds"),
            ("default_acr_values", &"x".repeat(101), "without spaces"),
            ("sector_identifier_uri", "http://a.example/", "must be an https URL"),
            ("backchannel_logout_uri", "https://a.example/#x", "without a fragment"),
            ("post_logout_redirect_uris", "/bye", "/bye: "),
            ("post_logout_redirect_uris", &long, "together with redirect_uris"),
        ] {
            let form = opened(&browser, &path).await.set(name, value).set("tos_uri", "https://typed.example/");
            let page = browser.post(&path, &form).await.with_status(422).body;
            let beside = page.split_once(&format!("id=\"{name}-problem\">")).unwrap_or_else(|| panic!("{name}: {page}")).1;
            let (beside, _) = beside.split_once("</p>").unwrap();
            assert!(beside.contains(problem), "{name}={value}: {beside}");
            assert!(page.contains("https://typed.example/"), "{page}");
        }
        let form = opened(&browser, &path).await.set("id_token_signed_response_alg", "none");
        browser.post(&path, &form).await.with_status(422);
        assert_eq!(changes(&site), 0);
    }

    /// Core §8.1: redirect URIs of several hosts need a sector.
    async fn pairwise_names_of_a_client_of_several_hosts_need_a_sector(site: Site) {
        let site = with_openid(site).await;
        let browser = site.superuser().await;
        let path = edit(&browser, "confidential").await;
        let hosts = ("redirect_uris", "https://one.example/cb\nhttps://two.example/cb");
        let refused = change(&browser, &path, &[hosts, ("subject_type", "on")]).await.with_status(422).body;
        assert!(refused.contains("id=\"sector_identifier_uri-problem\""), "{refused}");
        let sector = ("sector_identifier_uri", "https://one.example/sector.json");
        change(&browser, &path, &[hosts, ("subject_type", "on"), sector]).await.with_status(303);
    }

    async fn where_openid_connect_is_off_nothing_of_it_is_shown_and_nothing_lost(site: Site) {
        let site = with_openid(site).await;
        site.register(|client| client.openid = all_of_it()).await;
        let site = site.with(|config| config.settings.openid = false).await;
        let browser = site.superuser().await;
        let path = edit(&browser, "another").await;
        for page in [&path, &path.replace("edit/", "")] {
            assert!(!browser.get(page).await.with_status(200).body.contains(SECTION), "{page}");
        }
        let form = opened(&browser, &path).await;
        assert_eq!(form.get("backchannel_logout_uri"), None);
        let form = form.set("name", "Renamed").set("backchannel_logout_uri", "https://evil.example/");
        browser.post(&path, &form).await.with_status(303);
        assert_eq!(said(&site, "another").await, all_of_it());
    }
}
