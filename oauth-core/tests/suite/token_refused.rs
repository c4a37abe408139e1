//! A token request that is refused is told: which client, and why; never what was presented.

use oauth_core::{EventKind, GrantType, NewClient};

use crate::support::{Fixture, Form, client, code_request};

fn refused(client_id: Option<&str>, code: &'static str) -> EventKind {
    EventKind::TokenRefused { client_id: client_id.map(str::to_owned), code }
}

const CLIENT: Option<&str> = Some("confidential");

both_databases! {
    async fn it_names_the_client_and_the_code(fixture: Fixture) {
        let form = fixture.exchange_form("unknown");
        for (form, client_id, code) in [
            (form.clone(), CLIENT, "invalid_grant"),
            (form.clone().without("code"), CLIENT, "invalid_request"),
            (form.clone().without("grant_type"), CLIENT, "invalid_request"),
            (form.clone().set("grant_type", "client_credentials"), CLIENT, "unauthorized_client"),
            (form.clone().set("grant_type", "canary"), CLIENT, "unsupported_grant_type"),
            // Not proven, but registered: whose secret is guessed is what an operator wants to hear.
            (form.clone().set("client_secret", "canary"), CLIENT, "invalid_client"),
            (form.clone().without("client_secret"), CLIENT, "invalid_client"),
            // Who knows what was typed there?
            (form.clone().set("client_id", "canary"), None, "invalid_client"),
            (form.clone().without("client_id"), None, "invalid_client"),
        ] {
            fixture.token(&form).await.unwrap_err();
            let heard = fixture.events();
            assert_eq!(heard, [refused(client_id, code)], "{}", form.encoded());
            assert!(!format!("{heard:?}").contains("canary"));
        }
    }

    async fn one_whose_parameters_are_malformed_names_no_client(fixture: Fixture) {
        let params = oauth_core::Params::parse(b"client_id=confidential&client_id=confidential");
        fixture.server.token(None, &params).await.unwrap_err();
        assert_eq!(fixture.events(), [refused(None, "invalid_request")]);
        fixture.server.token(Some("Basic canary"), &Form::new(&[]).params()).await.unwrap_err();
        assert_eq!(fixture.events(), [refused(None, "invalid_request")]);
    }

    async fn a_wrong_password_is_told_as_a_failed_sign_in_and_a_refused_request(fixture: Fixture) {
        let new = NewClient { grant_types: vec![GrantType::Password], ..client("service") };
        let secret = fixture.server.register_client(new).await.unwrap().secret.unwrap();
        fixture.events();
        let form = Form::new(&[
            ("grant_type", "password"), ("username", "nobody"), ("password", "canary"), ("scope", "read"),
            ("client_id", "service"), ("client_secret", secret.expose()),
        ]);
        fixture.token(&form).await.unwrap_err();
        let failed = EventKind::SignInFailed { subject: None };
        assert_eq!(fixture.events(), [failed, refused(Some("service"), "invalid_grant")]);
    }

    async fn a_failure_of_ours_is_no_refusal(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        fixture.events();
        fixture.database.execute("ALTER TABLE oauth_authorization_codes RENAME TO oauth_codes_gone");
        let failed = fixture.exchange(&code).await.unwrap_err();
        assert_eq!((failed.code(), fixture.events()), ("server_error", vec![]));
    }
}
