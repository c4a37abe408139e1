//! Registration in the OpenAPI document, and as its operations.

use std::collections::BTreeSet;

use oauth_server::{OAuth, OAuthApi};
use poem::{Response, Route, endpoint::BoxEndpoint};
use poem_openapi::OpenApiService;

use super::*;

const MANAGED: &str = "/oauth2/register/{client_id}";

/// The operations of the document alone, as who does not take `routes` mounts them.
fn operations(oauth: &OAuth) -> BoxEndpoint<'static, Response> {
    let service = OpenApiService::new(oauth.document(OAuthApi), "Notes", "1.0");
    let document = oauth.openapi(&service);
    let urls = Route::new().at("/openapi.json", document).nest_no_strip("/oauth2", service);
    urls.with(oauth.full_middleware()).map_to_response().boxed()
}

impl Site {
    async fn with_operations(self, who: DynamicRegistration) -> Self {
        self.with(|config| {
            config.settings.dynamic_registration = who;
            config.urls = operations;
        })
        .await
    }
}

/// Every name that a document refers to is in it.
fn assert_whole(document: &Value) {
    let text = document.to_string();
    let named: BTreeSet<_> =
        text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(!named.is_empty());
    for name in named {
        assert!(document.pointer(name).is_some(), "{name} is nowhere");
    }
}

both_databases! {
    async fn it_is_in_the_document_where_clients_register_themselves_and_nowhere_else(site: Site) {
        let mut site = site;
        for (who, is_there) in [(DynamicRegistration::Off, false), (DynamicRegistration::Token, true)] {
            site = site.with_operations(who).await;
            let document = site.get("/openapi.json").await.with_status(200).json();
            for path in ["/oauth2/register", MANAGED] {
                assert_eq!(document["paths"].get(path).is_some(), is_there, "{path}");
            }
            let schemes = document["components"]["securitySchemes"].as_object().unwrap();
            for scheme in ["initial_access_token", "registration_access_token"] {
                assert_eq!(schemes.contains_key(scheme), is_there, "{scheme}");
            }
            assert_whole(&document);
        }
    }

    async fn each_operation_shows_what_it_takes_and_how_it_answers(site: Site) {
        let site = site.with_operations(DynamicRegistration::Open).await;
        let document = site.get("/openapi.json").await.with_status(200).json();
        let (register, managed) = (&document["paths"]["/oauth2/register"]["post"], &document["paths"][MANAGED]);
        assert_eq!(register["security"], json!([{ "initial_access_token": [] }, {}]));
        for method in ["get", "put", "delete"] {
            let operation = &managed[method];
            assert_eq!(operation["security"], json!([{ "registration_access_token": [] }]), "{method}");
            assert_eq!(operation["parameters"][0]["name"], "client_id", "{method}");
            assert!(operation["responses"]["401"]["headers"]["WWW-Authenticate"].is_object());
        }
        let schema = |content: &Value| content["application/json"]["schema"]["$ref"].as_str().unwrap_or_default().to_owned();
        let body = |operation: &Value| schema(&operation["requestBody"]["content"]);
        assert!(body(register).ends_with("/ClientMetadata") && body(&managed["put"]).ends_with("/ClientUpdate"));
        let answers = |operation: &Value, status: &str| schema(&operation["responses"][status]["content"]);
        assert!(answers(register, "201").ends_with("/ClientInformation"));
        assert!(answers(&managed["get"], "200").ends_with("/ClientInformation"));
        assert!(answers(register, "400").ends_with("/RegistrationError"));
        assert!(managed["delete"]["responses"]["204"].is_object());
        for counted in [register, &managed["put"]] {
            assert!(counted["responses"]["429"]["headers"]["Retry-After"].is_object());
        }
        let example = &document["components"]["schemas"]["ClientMetadata"]["example"];
        site.registers(example).await.with_status(201);
    }

    async fn the_operations_answer_as_the_endpoints_do(site: Site) {
        let site = site.with_operations(DynamicRegistration::Open).await;
        let text = site.request(Method::POST, REGISTER).header("Content-Type", "text/plain");
        let refused = site.send(text.body(assistant().to_string())).await.with_status(400);
        assert_eq!(refused.json()["error"], "invalid_client_metadata");
        assert_eq!(site.get(REGISTER).await.with_status(405).header("Allow"), "POST");
        let large = site.request(Method::POST, REGISTER).header("Content-Type", "application/json");
        site.send(large.body(" ".repeat(65 * 1024))).await.with_status(413);
        let client = site.register_itself(&assistant()).await;
        client.registration().await.with_status(200);
        client.change_registration(&assistant()).await.with_status(200);
        client.delete_registration().await.with_status(204);
        let gone = client.registration().await.with_status(401);
        assert!(gone.header("WWW-Authenticate").contains("invalid_token"));
    }
}
