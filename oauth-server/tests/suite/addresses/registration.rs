//! Where a client manages its registration.

use reqwest::Method;
use serde_json::json;

use super::{ISSUER, every_place};

/// RFC 7592 §3: `registration_client_uri` is "the fully qualified URL" of it; no header of a request has a part in it.
#[tokio::test]
async fn a_client_is_told_the_issuers_address_wherever_the_provider_stands() {
    for (place, server) in every_place().await {
        let metadata = json!({ "redirect_uris": ["https://app.example/callback"] });
        let request = server
            .request(Method::POST, "/tenants/id/oauth2/register/")
            .header("Content-Type", "application/json")
            .header("Host", "thief.example")
            .header("X-Forwarded-Host", "thief.example")
            .header("Forwarded", "host=thief.example;proto=https");
        let told = server.send(request.body(metadata.to_string())).await.with_status(201);
        let own = told.text("registration_client_uri");
        assert_eq!(own, format!("{ISSUER}/oauth2/register/{}", told.text("client_id")), "{place}");
        let path = own.strip_prefix("http://id.example").unwrap();
        let token = told.text("registration_access_token");
        for path in [path.to_owned(), format!("{path}/")] {
            server.call(&path, &token).await.with_status(200);
        }
        let client = server.register_itself(&metadata).await;
        client.registration().await.with_status(200);
        client.delete_registration().await.with_status(204);
        let metadata = server.get("/.well-known/oauth-authorization-server/tenants/id").await;
        if metadata.status == 200 {
            assert_eq!(
                metadata.json()["registration_endpoint"],
                format!("{ISSUER}/oauth2/register/")
            );
        }
    }
}
