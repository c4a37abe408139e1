//! Clients that register themselves, and manage that: RFC 7591, RFC 7592.

mod management;
mod tokens;

use oauth_core::{
    AuthorizationServer, Caller, ClientChange, ClientInformation, ClientRegistrationError,
    DynamicRegistration, EventKind, RegisteredBy, admin::AuditFilter,
};
use serde_json::{Map, Value, json};

use crate::support::{CALLBACK, CHALLENGE, Fixture, Form, VERIFIER, in_query};

const AT: &str = "https://id.example/oauth2/register/x";
const DAY: i64 = 24 * 3600;

/// What the SDK of the Model Context Protocol sends.
fn assistant() -> Value {
    json!({
        "client_name": "Assistant",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": "read",
    })
}

impl Fixture {
    fn open(self) -> Self {
        self.with(|settings| settings.dynamic_registration = DynamicRegistration::Open)
    }

    async fn stranger(
        &self,
        document: &Value,
    ) -> Result<ClientInformation, ClientRegistrationError> {
        self.server.register_stranger(None, document.to_string().as_bytes()).await
    }

    /// What a client that has registered itself gets when alice says yes.
    async fn grant_to(&self, client_id: &str) {
        let request = Form::new(&[
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", CALLBACK),
            ("scope", "read write"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("state", "xyz"),
        ]);
        let code = in_query(&self.authorize(&request).await, "code").expect("a code");
        let exchange = Form::new(&[
            ("grant_type", "authorization_code"),
            ("client_id", client_id),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ]);
        assert!(self.token(&exchange).await.expect("tokens").refresh_token.is_some());
    }
}

fn told(information: &ClientInformation) -> Map<String, Value> {
    information.document(AT)
}

fn from(server: &AuthorizationServer, address: &str) -> AuthorizationServer {
    let caller = Caller { address: Some(address.parse().unwrap()), ..Caller::default() };
    server.asked_by(caller)
}

both_databases! {
    async fn nobody_registers_by_themselves_unless_that_is_switched_on(fixture: Fixture) {
        let refusal = fixture.stranger(&assistant()).await.unwrap_err();
        assert_eq!(refusal.code(), "access_denied");
        assert_eq!(fixture.count("oauth_clients"), "3");
    }

    /// RFC 7591 §3.2.1: "The response contains the client identifier as well as the client secret, if the client is a
    /// confidential client", and "all registered metadata about this client".
    async fn a_client_is_told_all_that_it_is_registered_with(fixture: Fixture) {
        let fixture = fixture.open();
        let public = fixture.stranger(&assistant()).await.unwrap();
        let document = told(&public);
        let token = public.registration_access_token.expose();
        assert_eq!(Value::Object(document), json!({
            "client_id": public.client.client_id,
            "client_id_issued_at": 1_000_000,
            "client_name": "Assistant",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none", "subject_type": "public",
            "scope": "admin offline_access read write",
            "registration_access_token": token,
            "registration_client_uri": AT,
        }));
        assert_eq!(public.client.registered_by, RegisteredBy::Dynamic);
        assert!(public.client.require_pkce && public.client.is_public);

        let confidential = fixture.stranger(&json!({ "redirect_uris": [CALLBACK] })).await.unwrap();
        let document = told(&confidential);
        assert_eq!(document["token_endpoint_auth_method"], "client_secret_basic");
        assert_eq!(document["client_secret_expires_at"], 0);
        assert_eq!(document["grant_types"], json!(["authorization_code"]));
        assert_eq!(document["client_secret"], confidential.secret.as_ref().unwrap().expose());
    }

    /// Who is refused for a scope asks for more, by the same registration.
    async fn it_goes_through_the_code_grant_also_with_a_scope_that_it_did_not_name(fixture: Fixture) {
        let fixture = fixture.open();
        let assistant = fixture.stranger(&assistant()).await.unwrap();
        fixture.grant_to(&assistant.client.client_id).await;
        assert!(!assistant.client.metadata.scope.contains("retired"), "it is disabled");
    }

    async fn what_is_kept_of_it_gives_no_secret_away(fixture: Fixture) {
        let fixture = fixture.open();
        let registered = fixture.stranger(&json!({ "redirect_uris": [CALLBACK] })).await.unwrap();
        let kept = "SELECT metadata || registered_by AS text FROM oauth_clients ORDER BY id DESC LIMIT 1";
        let kept = fixture.database.texts(kept).concat();
        for secret in [registered.registration_access_token, registered.secret.unwrap()] {
            assert!(!kept.contains(secret.expose()), "{kept}");
        }
    }

    async fn it_is_told_and_stands_in_the_trail_in_nobodys_name(fixture: Fixture) {
        let fixture = fixture.open();
        let client_id = fixture.stranger(&assistant()).await.unwrap().client.client_id;
        let change = ClientChange::Registered;
        assert_eq!(fixture.events(), [EventKind::ClientChanged { client_id, change }]);
        let trail = fixture.staff().audit(AuditFilter::By("registration".to_owned()), None).await;
        let rows = trail.unwrap().rows;
        let row = (rows[0].action.as_str(), rows[0].kind.as_str(), rows[0].record_name.as_str());
        assert_eq!(row, ("create", "client", "Assistant"));
    }

    /// RFC 7591 §3.2.2: `invalid_redirect_uri`, `invalid_client_metadata`.
    async fn a_document_that_is_refused_leaves_nothing_behind(fixture: Fixture) {
        let fixture = fixture.open();
        for (document, code, named) in [
            (json!({ "redirect_uris": ["http://a.example/", "https://b.example/"] }),
                "invalid_redirect_uri", "https://b.example/"),
            (json!({ "redirect_uris": [CALLBACK], "grant_types": ["implicit"] }),
                "invalid_client_metadata", "grant_types"),
            (json!({ "redirect_uris": [CALLBACK], "client_name": "\u{202e}" }),
                "invalid_client_metadata", "client_name"),
            (json!([]), "invalid_client_metadata", "JSON object"),
        ] {
            let refusal = fixture.stranger(&document).await.unwrap_err();
            assert_eq!(refusal.code(), code, "{document}");
            assert!(refusal.description().contains(named), "{refusal}");
            assert!(refusal.description().is_ascii());
        }
        assert_eq!(fixture.count("oauth_clients"), "3");
    }

    async fn twenty_an_hour_are_registered_from_one_address(fixture: Fixture) {
        let fixture = fixture.open();
        let register = async |address: &str| {
            let body = assistant().to_string();
            from(&fixture.server, address).register_stranger(None, body.as_bytes()).await
        };
        from(&fixture.server, "192.0.2.1").register_stranger(None, b"{}").await.unwrap_err();
        for _ in 0..20 {
            register("192.0.2.1").await.unwrap();
        }
        let refused = register("192.0.2.1").await.unwrap_err();
        assert!(matches!(refused, ClientRegistrationError::TooMany { retry_after: 180 }), "{refused:?}");
        register("192.0.2.2").await.unwrap();
        fixture.clock.advance(180);
        register("192.0.2.1").await.unwrap();
        register("192.0.2.1").await.unwrap_err();
    }

    async fn who_was_never_granted_anything_is_deleted_after_a_day_and_who_was_stays(fixture: Fixture) {
        let fixture = fixture.open();
        let (used, unused) = (
            fixture.stranger(&assistant()).await.unwrap().client.client_id,
            fixture.stranger(&assistant()).await.unwrap().client.client_id,
        );
        fixture.clock.advance(DAY - 1);
        fixture.grant_to(&used).await;
        assert_eq!(fixture.clear().await.clients, 0);
        fixture.clock.advance(1);
        fixture.events();
        assert_eq!(fixture.clear().await.clients, 1);
        let change = ClientChange::Deleted;
        assert_eq!(fixture.events(), [EventKind::ClientChanged { client_id: unused.clone(), change }]);

        let request = Form::new(&[("grant_type", "authorization_code"), ("client_id", &unused), ("code", "x")]);
        assert_eq!(fixture.token(&request).await.unwrap_err().code(), "invalid_client");
        // Its family ends, and is cleared away with all that was known of it.
        fixture.clock.advance(500 * DAY);
        fixture.clear().await;
        assert_eq!(fixture.count("oauth_grants"), "0");
        fixture.clock.advance(DAY);
        assert_eq!(fixture.clear().await.clients, 0);
        fixture.grant_to(&used).await;
    }
}
