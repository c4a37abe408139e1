//! An endpoint of the Model Context Protocol: what goes around it.

use oauth_server::{
    AccessToken, ClientSecret, NewClient, OAuth, resource, scope, sync_scopes, test_kit::TestClient,
};
use poem::{EndpointExt, Response, Route, endpoint::BoxEndpoint, handler, web::Data};
use reqwest::Method;

use crate::{
    resources::token,
    support::{Answer, Site},
};

resource! { Mcp = "/mcp" }
scope! { McpTools = "mcp:tools", "Use the tools of this server for you.", at Mcp }

const PAGE: &str = "https://inspector.example";

#[handler]
async fn protocol(Data(token): Data<&AccessToken>) -> String {
    format!("{} with {}", token.client_id, token.scopes)
}

fn urls(oauth: &OAuth) -> BoxEndpoint<'static, Response> {
    let guarded = protocol.with(oauth.mcp_resource("/mcp", "mcp:tools".parse().unwrap()).unwrap());
    let routes = oauth.routes().at("/mcp", guarded);
    Route::new().nest("/", routes).with(oauth.middleware()).map_to_response().boxed()
}

async fn site_with_mcp(site: Site) -> (Site, TestClient) {
    let site = site.with(|config| config.urls = urls).await;
    sync_scopes(&site.server, &["mcp".to_owned()]).await.unwrap();
    let new = NewClient {
        scopes: "mcp:tools read".parse().unwrap(),
        secret: ClientSecret::None,
        cors_origins: vec![PAGE.to_owned()],
        ..NewClient::new("Assistant")
    };
    let client = std::ops::Deref::deref(&site).register(new).await;
    (site, client)
}

fn address(site: &Site) -> String {
    format!("{}/mcp", site.server.settings().issuer)
}

async fn post_from(site: &Site, origin: &str, token: &str) -> Answer {
    let request = site.request(Method::POST, "/mcp").header("Origin", origin);
    site.send(request.header("Authorization", format!("Bearer {token}"))).await
}

both_databases! {
    async fn who_has_its_scopes_and_a_token_for_it_comes_in(site: Site) {
        let (site, client) = site_with_mcp(site).await;
        let its = token(&site, &client.at(&address(&site)), "mcp:tools").await;
        let answer = site.call("/mcp", &its).await.with_status(200);
        assert!(answer.body.ends_with(" with mcp:tools"), "{answer:#?}");
        let own = token(&site, &client, "read").await;
        site.call("/mcp", &own).await.with_status(401);
    }

    /// The specification's way: challenge, metadata of the resource, metadata of the authorization server.
    async fn a_client_that_knows_its_address_alone_finds_everything(site: Site) {
        let (site, _) = site_with_mcp(site).await;
        let issuer = site.server.settings().issuer.clone();
        let challenge = site.get("/mcp").await.with_status(401);
        let challenge = challenge.header("WWW-Authenticate");
        assert!(challenge.contains("scope=\"mcp:tools\""), "{challenge}");
        let (_, metadata) = challenge.split_once("resource_metadata=\"").expect("where it is");
        let path = metadata.trim_end_matches('"').strip_prefix(&issuer).expect("a URL of ours");
        let metadata = site.get(path).await.with_status(200).json();
        assert_eq!(metadata["resource"], address(&site));
        assert_eq!(metadata["authorization_servers"][0], issuer);
        site.get("/.well-known/oauth-authorization-server").await.with_status(200);
    }

    /// "Servers MUST validate the `Origin` header [...] to prevent DNS rebinding attacks."
    async fn a_page_of_a_foreign_origin_is_refused_whatever_it_brings(site: Site) {
        let (site, client) = site_with_mcp(site).await;
        let its = token(&site, &client.at(&address(&site)), "mcp:tools").await;
        for origin in ["https://evil.example", "null", "", "http://localhost:1", "\u{e9}"] {
            let answer = post_from(&site, origin, &its).await.with_status(403);
            assert!(!answer.has_header("Access-Control-Allow-Origin"), "{origin}: {answer:#?}");
        }
        let issuer = site.server.settings().issuer.clone();
        let two = site.request(Method::POST, "/mcp").header("Origin", &issuer).header("Origin", "https://evil.example");
        site.send(two.bearer_auth(&its)).await.with_status(403);
        let preflight = site
            .request(Method::OPTIONS, "/mcp")
            .header("Origin", "https://evil.example")
            .header("Access-Control-Request-Method", "POST");
        site.send(preflight).await.with_status(403);
    }

    async fn pages_of_the_issuer_and_of_clients_come_in(site: Site) {
        let (site, client) = site_with_mcp(site).await;
        let its = token(&site, &client.at(&address(&site)), "mcp:tools").await;
        let issuer = site.server.settings().issuer.clone();
        post_from(&site, &issuer, &its).await.with_status(200);
        let shown = post_from(&site, PAGE, &its).await.with_status(200);
        assert_eq!(shown.header("Access-Control-Allow-Origin"), PAGE);
        let exposed = shown.header("Access-Control-Expose-Headers");
        assert!(exposed.contains("Mcp-Session-Id") && exposed.contains("WWW-Authenticate"));
        let preflight = site
            .request(Method::OPTIONS, "/mcp")
            .header("Origin", PAGE)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "authorization,mcp-protocol-version");
        let answer = site.send(preflight).await.with_status(204);
        assert_eq!(answer.header("Access-Control-Allow-Headers"), "authorization,mcp-protocol-version");
    }

    /// "Access tokens MUST NOT be included in the URI query string."
    async fn a_token_in_the_query_is_refused(site: Site) {
        let (site, client) = site_with_mcp(site).await;
        let its = token(&site, &client.at(&address(&site)), "mcp:tools").await;
        for query in [format!("access_token={its}"), "access_token=a&access_token=b".to_owned()] {
            let answer = site.get(&format!("/mcp?{query}")).await.with_status(400);
            assert!(answer.header("WWW-Authenticate").contains("error=\"invalid_request\""), "{query}");
        }
    }

    async fn who_has_too_few_scopes_is_told_all_and_may_come_back_with_them(site: Site) {
        let (site, client) = site_with_mcp(site).await;
        let client = client.at(&address(&site));
        let few = token(&site, &client, "offline_access").await;
        let challenge = site.call("/mcp", &few).await.with_status(403);
        let challenge = challenge.header("WWW-Authenticate");
        assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
        assert!(challenge.contains("scope=\"mcp:tools\", resource_metadata="), "{challenge}");
        let more = token(&site, &client, "mcp:tools offline_access").await;
        site.call("/mcp", &more).await.with_status(200);
    }
}
