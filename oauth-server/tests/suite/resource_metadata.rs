//! What clients find out about a resource: RFC 9728.

use oauth_server::{OAuth, ResourceMetadata, test_kit::TestServer};
use poem::{EndpointExt, Response, Route, endpoint::BoxEndpoint};
use reqwest::Method;
use serde_json::json;

use crate::{
    resources::{site_of, token},
    support::Site,
};

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
const OF_ALBUMS: &str = "/.well-known/oauth-protected-resource/api/albums";

both_databases! {
    /// RFC 9728 §3.1: the well-known path is inserted "between the host component and the path"; §3.3: `resource` "MUST be
    /// identical to the protected resource's resource identifier value".
    async fn it_stands_where_the_path_of_the_resource_is_inserted(site: Site) {
        let (site, _) = site_of(site).await;
        for path in [OF_ALBUMS.to_owned(), format!("{OF_ALBUMS}/")] {
            let answer = site.get(&path).await.with_status(200);
            assert!(answer.header("Content-Type").starts_with("application/json"));
            assert_eq!(answer.header("Access-Control-Allow-Origin"), "*");
            assert_eq!(answer.header("Cache-Control"), "public, max-age=300");
            assert_eq!(
                answer.json(),
                json!({
                    "resource": site.its_address(),
                    "authorization_servers": [site.server.settings().issuer],
                    "scopes_supported": ["albums", "albums:read"],
                    "bearer_methods_supported": ["header"],
                })
            );
        }
    }

    async fn the_servers_own_api_is_the_issuer_and_has_the_scopes_of_no_other(site: Site) {
        let (site, _) = site_of(site).await;
        for path in [WELL_KNOWN.to_owned(), format!("{WELL_KNOWN}/")] {
            let metadata = site.get(&path).await.with_status(200).json();
            assert_eq!(metadata["resource"], site.server.settings().issuer);
            assert_eq!(metadata["scopes_supported"], json!(["admin", "read", "write"]));
        }
    }

    async fn a_page_of_any_origin_may_ask_for_it(site: Site) {
        let (site, _) = site_of(site).await;
        let preflight = site
            .request(Method::OPTIONS, OF_ALBUMS)
            .header("Origin", "https://page.example")
            .header("Access-Control-Request-Method", "GET")
            .header("Access-Control-Request-Headers", "mcp-protocol-version");
        let answer = site.send(preflight).await.with_status(204);
        assert_eq!(answer.header("Access-Control-Allow-Origin"), "*");
    }

    async fn what_is_not_declared_is_not_found(site: Site) {
        let (site, _) = site_of(site).await;
        for path in ["/api", "/api/albums/1", "/api/albums?a=b", "/API/albums", "/%00", "/%22", "//x"] {
            site.get(&format!("{WELL_KNOWN}{path}")).await.with_status(404);
        }
        site.get(&format!("{WELL_KNOWN}/{}", "a".repeat(3000))).await.with_status(404);
    }

    /// RFC 9728 §5.1: the challenge "MAY include" `resource_metadata`, "the URL of the protected resource metadata".
    async fn a_challenge_says_where_it_is_and_which_scopes_are_needed(site: Site) {
        let (site, client) = site_of(site).await;
        let metadata = format!("resource_metadata=\"{}{OF_ALBUMS}\"", site.server.settings().issuer);
        let scope = "scope=\"albums:read\"";
        let bare = site.get("/albums").await.with_status(401);
        assert_eq!(bare.header("WWW-Authenticate"), format!("Bearer realm=\"\", {scope}, {metadata}"));
        for path in ["/albums", "/albums/either", "/albums/later", "/albums/api/documented"] {
            let invalid = site.call(path, "nonsense").await.with_status(401);
            let challenge = invalid.header("WWW-Authenticate");
            assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
            assert!(challenge.ends_with(&format!("{scope}, {metadata}")), "{challenge}");
        }
        let only_offline = client.at(&site.its_address());
        let token = token(&site, &only_offline, "offline_access").await;
        let few = site.call("/albums", &token).await.with_status(403);
        let challenge = few.header("WWW-Authenticate");
        assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
        assert!(challenge.ends_with(&format!("{scope}, {metadata}")), "{challenge}");
    }

    async fn the_challenge_of_the_own_api_is_that_of_rfc_6750(site: Site) {
        let bare = site.get("/plain/read").await.with_status(401);
        assert_eq!(bare.header("WWW-Authenticate"), "Bearer realm=\"\"");
    }
}

#[tokio::test]
async fn the_path_of_an_issuer_is_part_of_it() {
    let kit = TestServer::builder()
        .settings(|settings| settings.issuer = "http://id.example/tenants/id".to_owned())
        .start(OAuth::routes)
        .await;
    let metadata = kit.get(&format!("{WELL_KNOWN}/tenants/id")).await.with_status(200).json();
    assert_eq!(metadata["resource"], "http://id.example/tenants/id");
    kit.get(WELL_KNOWN).await.with_status(404);
}

/// What an API in a process of its own serves.
fn apart(_: &OAuth) -> BoxEndpoint<'static, Response> {
    let scopes = "mail offline_access".parse().unwrap();
    let metadata = ResourceMetadata::new("https://mail.example/api", "https://id.example", &scopes);
    Route::new().at("/metadata", metadata.endpoint()).map_to_response().boxed()
}

both_databases! {
    async fn an_api_in_another_process_serves_its_own(site: Site) {
        let site = site.with(|config| config.urls = apart).await;
        let answer = site.get("/metadata").await.with_status(200);
        assert_eq!(answer.header("Access-Control-Allow-Origin"), "*");
        let metadata = answer.json();
        assert_eq!(metadata["resource"], "https://mail.example/api");
        assert_eq!(metadata["scopes_supported"], json!(["mail"]));
        site.send(site.request(Method::POST, "/metadata")).await.with_status(405);
    }
}
