//! One setting holds clients to OAuth 2.1 (draft 15), whatever their registrations say.

use oauth_core::{AuthorizationError, GrantType, NewClient};

use crate::support::{
    Fixture, Form, client, code_request, implicit_request, in_fragment, in_query, public_request,
};

impl Fixture {
    async fn error_of(&self, request: &Form) -> String {
        let Err(AuthorizationError::Client { response: location, .. }) = self.judge(request).await
        else {
            panic!("not refused: {request:?}")
        };
        in_query(&location, "error").or_else(|| in_fragment(&location, "error")).expect("an error")
    }
}

both_databases! {
    async fn there_is_no_implicit_grant(fixture: Fixture) {
        assert!(fixture.judge(&implicit_request()).await.is_ok());
        let fixture = fixture.with(|settings| settings.oauth_2_1 = true);
        assert_eq!(fixture.error_of(&implicit_request()).await, "unsupported_response_type");
    }

    async fn there_is_no_password_grant(fixture: Fixture) {
        let grant_types = vec![GrantType::Password];
        let secret = fixture.register(NewClient { grant_types, ..client("old") }).await.secret.unwrap();
        let form = Form::new(&[
            ("grant_type", "password"), ("client_id", "old"), ("client_secret", secret.expose()),
            ("username", "alice"), ("password", "wrong"), ("scope", "read"),
        ]);
        assert_eq!(fixture.token(&form).await.unwrap_err().code(), "invalid_grant");
        let fixture = fixture.with(|settings| settings.oauth_2_1 = true);
        assert_eq!(fixture.token(&form).await.unwrap_err().code(), "unsupported_grant_type");
    }

    /// §4.1.1: "Clients MUST use `code_challenge` [...], and authorization servers MUST enforce".
    async fn every_client_uses_pkce(fixture: Fixture) {
        assert!(fixture.judge(&code_request()).await.is_ok());
        let fixture = fixture.with(|settings| settings.oauth_2_1 = true);
        assert_eq!(fixture.error_of(&code_request()).await, "invalid_request");
        assert!(fixture.judge(&public_request()).await.is_ok());
    }
}
