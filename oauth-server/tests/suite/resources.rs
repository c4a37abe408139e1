//! Resources beside the server's own API, as code declares them and as staff do: RFC 8707.

use oauth_server::{
    Access, AnyOf, At, NewClient, OAuth, Resource, Scopes, Secured, missing_scopes, resource,
    scope, sync_scopes, test_kit::TestClient,
};
use poem::{EndpointExt, Request, Response, Route, endpoint::BoxEndpoint, handler, web::Data};
use poem_openapi::{OpenApi, OpenApiService, payload::PlainText};

use crate::{
    admin::change,
    guard::assert_refused,
    support::{Answer, Site, app, basic, client::authorization},
};

resource! { pub(crate) Albums = "/api/albums" }
resource! { Elsewhere = "https://elsewhere.example/api" }
scope! { pub(crate) ReadAlbums = "albums:read", "See your albums.", at Albums }
scope! { EditAlbums = "albums", "See and change your albums.", at Albums, implies ReadAlbums }
scope! { Far = "far", "Go far.", at Elsewhere }

#[handler]
async fn show(token: Access<ReadAlbums>) -> String {
    token.audience.as_ref().map(Resource::to_string).unwrap_or_default()
}

#[handler]
async fn either(_token: Access<AnyOf<(ReadAlbums, EditAlbums)>>) -> &'static str {
    "either"
}

#[handler]
async fn any(_token: Access<At<Albums, ()>>) -> &'static str {
    "any"
}

#[handler]
async fn far_away(_token: Access<Far>) -> &'static str {
    "far"
}

#[handler]
async fn later(request: &Request, Data(oauth): Data<&OAuth>) -> poem::Result<&'static str> {
    let resource = oauth.server().resource_at("/api/albums").unwrap();
    let wanted: Scopes = "albums:read".parse().unwrap();
    oauth.verify_at(Some(&resource), request, &wanted).await?;
    Ok("later")
}

struct Api;

#[OpenApi]
impl Api {
    #[oai(path = "/documented", method = "get")]
    async fn documented(&self, _token: Secured<ReadAlbums>) -> PlainText<&'static str> {
        PlainText("documented")
    }
}

fn urls(oauth: &OAuth) -> BoxEndpoint<'static, Response> {
    let service = OpenApiService::new(oauth.document(Api), "Albums", "1");
    let guarded = Route::new()
        .at("/", show)
        .at("/either", either)
        .at("/any", any)
        .at("/far", far_away)
        .at("/later", later)
        .nest("/api", service);
    Route::new()
        .nest("/albums", guarded.with(oauth.middleware()))
        .nest("/", app::urls(oauth))
        .map_to_response()
        .boxed()
}

const OWN: [&str; 2] = ["/plain/any", "/api/any"];
const ITS: [&str; 5] =
    ["/albums", "/albums/either", "/albums/any", "/albums/later", "/albums/api/documented"];

/// A site with the declared scopes, and a client for them.
pub(crate) async fn site_of(site: Site) -> (Site, TestClient) {
    let site = site.with(|config| config.urls = urls).await;
    for prefix in ["albums", "far"] {
        sync_scopes(&site.server, &[prefix.to_owned()]).await.unwrap();
    }
    let scopes = "read albums albums:read far".parse().unwrap();
    let client = site.register_test_client(NewClient { scopes, ..NewClient::new("Albums") }).await;
    (site, client)
}

impl Site {
    async fn register_test_client(&self, new: NewClient) -> TestClient {
        std::ops::Deref::deref(self).register(new).await
    }

    /// Where the albums are.
    pub(crate) fn its_address(&self) -> String {
        format!("{}/api/albums", self.server.settings().issuer)
    }
}

pub(crate) async fn token(site: &Site, client: &TestClient, scope: &str) -> String {
    client.tokens(&site.sign_in().await, scope).await.text("access_token")
}

both_databases! {
    async fn a_guard_of_a_declared_resource_takes_its_own_tokens_and_no_others(site: Site) {
        let (site, client) = site_of(site).await;
        let its = token(&site, &client.at(&site.its_address()), "albums").await;
        for path in ITS {
            site.call(path, &its).await.with_status(200);
        }
        assert_eq!(site.call("/albums", &its).await.body, site.its_address());
        let own = token(&site, &client, "read").await;
        let refused = async |path: &str, token: &str| {
            assert_refused(&site.call(path, token).await, 401, "invalid_token");
        };
        for path in OWN {
            site.call(path, &own).await.with_status(200);
            refused(path, &its).await;
        }
        for path in ITS {
            refused(path, &own).await;
        }
        refused("/albums/far", &its).await;
        let far = token(&site, &client.at("HTTPS://Elsewhere.example/api"), "far").await;
        site.call("/albums/far", &far).await.with_status(200);
        refused("/albums", &far).await;
    }

    async fn scopes_are_registered_with_what_the_code_says_of_them(site: Site) {
        let (site, _) = site_of(site).await;
        let its: Resource = site.its_address().parse().unwrap();
        let resources = site.server.resources().await.unwrap();
        assert!(resources.contains(&(its.clone(), "albums albums:read".parse().unwrap())), "{resources:?}");
        let synced = sync_scopes(&site.server, &["albums".to_owned()]).await.unwrap();
        let known = vec!["albums", "albums:read"];
        assert_eq!((synced.known, synced.placed), (known.clone(), vec![]));

        site.database.execute("UPDATE oauth_scopes SET resource = NULL, implies = '' WHERE name = 'albums'");
        let missing = missing_scopes(&site.server).await.unwrap();
        assert!(missing.iter().any(|scope| scope.name == "albums"), "it is at another resource: {missing:?}");
        let synced = sync_scopes(&site.server, &["albums".to_owned()]).await.unwrap();
        assert_eq!((synced.known, synced.placed), (known, vec!["albums"]));
        assert!(site.server.resources().await.unwrap().contains(&(its, "albums albums:read".parse().unwrap())));
    }

    async fn the_consent_page_says_where_the_access_is_good(site: Site) {
        let (site, client) = site_of(site).await;
        let browser = site.sign_in().await;
        let request = client.at(&site.its_address()).request("albums");
        for (language, said) in [("en", "Only at these addresses:"), ("ru", "Только по этим адресам:")] {
            let asked = browser.request(reqwest::Method::GET, &authorization(&request)).header("Accept-Language", language);
            let page = browser.send(asked).await.with_status(200).body;
            assert!(page.contains(said) && page.contains(&format!("<code>{}</code>", site.its_address())), "{page}");
            assert!(page.contains("See your albums."), "what it implies is said, too: {page}");
        }
        let own = browser.get(&authorization(&client.request("read"))).await.with_status(200).body;
        assert!(!own.contains("Only at these addresses:"), "{own}");
    }

    /// RFC 8707 §2: `resource` may be repeated; and `invalid_target` at both endpoints.
    async fn several_resources_are_granted_and_one_is_chosen(site: Site) {
        let (site, client) = site_of(site).await;
        let both = client.request("albums far").and("resource", &site.its_address()).and("resource", "https://elsewhere.example/api");
        let browser = site.sign_in().await;
        let code = browser.code(&both).await;
        client.exchange(&code).await.assert_refused(400, "invalid_target");
        let tokens = client.at(&site.its_address()).exchange(&code).await.with_status(200);
        assert_eq!(tokens.text("scope"), "albums albums:read");
        let far = client.at("https://elsewhere.example/api").refresh(&tokens.text("refresh_token")).await.with_status(200);
        assert_eq!(far.text("scope"), "far");
        site.call("/albums/far", &far.text("access_token")).await.with_status(200);

        let wrong = browser.ask(&client.at("https://nowhere.example").request("albums")).await;
        assert_eq!(wrong.in_query("error").as_deref(), Some("invalid_target"));
    }

    async fn introspection_names_the_resource(site: Site) {
        let (site, client) = site_of(site).await;
        let its = token(&site, &client.at(&site.its_address()), "albums").await;
        let request = site.request(reqwest::Method::POST, "/oauth2/introspect/").form(&[("token", its)]);
        let credentials = basic(client.id(), client.secret().unwrap().expose());
        let seen = site.send(request.header("Authorization", credentials)).await.with_status(200).json();
        assert_eq!(seen["aud"], site.its_address());
    }

    async fn staff_declare_a_resource_and_what_a_scope_implies(site: Site) {
        let browser = site.superuser().await;
        let wiki = [("name", "wiki:read"), ("resource", "HTTPS://wiki.example/"), ("description", "Read.")];
        change(&browser, "/admin/scopes/new/", &wiki).await.with_status(303);
        let wiki = [("name", "wiki"), ("resource", "https://wiki.example"), ("implies", "wiki:read"), ("description", "Edit.")];
        let record = change(&browser, "/admin/scopes/new/", &wiki).await.with_status(303);
        let resources = site.server.resources().await.unwrap();
        assert_eq!(resources, [("https://wiki.example".parse().unwrap(), "wiki wiki:read".parse().unwrap())]);
        assert!(browser.get("/admin/scopes/").await.body.contains("<code>https://wiki.example</code>"));

        let record = record.location().split('?').next().unwrap().to_owned();
        for (field, wrong) in [("resource", "wiki"), ("resource", "https://wiki.example/#a"), ("implies", "\"a\""), ("implies", "nothing"), ("implies", "read")] {
            let answer: Answer = change(&browser, &record, &[(field, wrong)]).await.with_status(422);
            assert!(answer.body.contains(&format!("id=\"{field}-problem\"")), "{field}: {}", answer.body);
        }
        change(&browser, &record, &[("resource", ""), ("implies", "")]).await.with_status(303);
        let resources = site.server.resources().await.unwrap();
        assert_eq!(resources, [("https://wiki.example".parse().unwrap(), "wiki:read".parse().unwrap())]);
    }

    async fn staff_see_what_tokens_are_for(site: Site) {
        let (site, client) = site_of(site).await;
        token(&site, &client.at(&site.its_address()), "albums").await;
        let browser = site.superuser().await;
        for list in ["/admin/tokens/", "/admin/families/"] {
            let page = browser.get(list).await.with_status(200).body;
            assert!(page.contains(&format!("<code>{}</code>", site.its_address())), "{page}");
        }
    }
}

#[tokio::test]
async fn a_client_of_the_kit_asks_for_a_resource() {
    let server = oauth_server::test_kit::TestServer::start(urls).await;
    let its = server.url("/api/albums");
    let client = server.register_client("albums").await.at(&its);
    let tokens = client.tokens(&server.sign_in("alice").await, "albums").await;
    server.call("/albums", &tokens.text("access_token")).await.with_status(200);
    assert_eq!(client.request("albums").get("resource"), Some(its.as_str()));
}
