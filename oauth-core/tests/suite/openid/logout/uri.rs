//! Where a client is told.

use super::*;

fn logs_out_at(issuer: &str, uri: &str) -> Result<(), String> {
    let database = Database::sqlite();
    let store = oauth_core::Store::open(&database.url).unwrap();
    store.migrate().unwrap();
    let settings = oauth_core::Settings { ssl_only: false, ..oauth_core::Settings::new(issuer) };
    let server = oauth_core::AuthorizationServer::new(settings, store).unwrap();
    let openid = OpenIdMetadata {
        backchannel_logout_uri: Some(uri.to_owned()),
        ..OpenIdMetadata::default()
    };
    let new = NewClient { openid, ..NewClient::new("app") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let registered = runtime.block_on(
        server.register_client(NewClient { redirect_uris: vec![CALLBACK.to_owned()], ..new }),
    );
    registered.map(drop).map_err(|error| error.to_string())
}

/// Back-Channel Logout §2.2: "This URL MUST NOT include a fragment component."
#[test]
fn a_client_is_told_over_https_and_on_this_machine_over_http_where_the_issuer_is_there_too() {
    let (public, local) = ("https://id.example", "http://localhost:8080");
    for (issuer, uri) in [
        (public, "https://app.example/logout?of=one"),
        (local, "https://app.example/logout"),
        (local, "http://localhost:1111/logout"),
        (local, "http://127.0.0.1:1111/logout"),
    ] {
        assert_eq!(logs_out_at(issuer, uri), Ok(()), "{issuer} {uri}");
    }
    for (issuer, uri) in [
        (public, "https://app.example/logout#here"),
        (public, "http://localhost:1111/logout"),
        (public, "http://app.example/logout"),
        (local, "http://app.example/logout"),
        (local, "http://localhost:1111/logout#here"),
        (public, "com.example.app:/logout"),
        (public, "/logout"),
    ] {
        assert!(logs_out_at(issuer, uri).is_err(), "{issuer} {uri}");
    }
}
