//! Client authentication at the token endpoint: RFC 6749 §2.3, §3.2.1.

use base64::{Engine, engine::general_purpose::STANDARD};
use oauth_core::{ClientSecret, GrantType, NewClient, TokenError, Tokens};

use crate::support::{
    Fixture, Form, assert_refused, code_request, is_description, public_exchange_form,
    public_request,
};

fn basic(client_id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{client_id}:{secret}")))
}

fn without_credentials(form: Form) -> Form {
    form.without("client_id").without("client_secret")
}

impl Fixture {
    async fn with_header(&self, header: &str, form: &Form) -> Result<Tokens, TokenError> {
        let answer = self.server.token(Some(header), &form.params()).await;
        if let Err(refusal) = &answer {
            assert!(is_description(refusal.description()), "{refusal:?}");
        }
        answer
    }
}

both_databases! {
    async fn a_client_authenticates_with_basic(fixture: Fixture) {
        let form = without_credentials(fixture.exchange_form(&fixture.code(&code_request()).await));
        let header = basic("confidential", fixture.secret.expose());
        assert!(fixture.with_header(&header, &form).await.is_ok());
    }

    async fn a_client_authenticates_in_the_body(fixture: Fixture) {
        let form = fixture.exchange_form(&fixture.code(&code_request()).await);
        assert!(fixture.token(&form).await.is_ok());
    }

    async fn a_public_client_only_says_who_it_is(fixture: Fixture) {
        let form = public_exchange_form(&fixture.code(&public_request()).await);
        assert!(fixture.token(&form).await.is_ok());
    }

    async fn basic_with_an_empty_secret_is_none_for_a_public_client(fixture: Fixture) {
        let form =
            public_exchange_form(&fixture.code(&public_request()).await).without("client_id");
        assert!(fixture.with_header(&basic("public", ""), &form).await.is_ok());
    }

    async fn basic_with_an_empty_secret_is_none_for_a_confidential_client_too(fixture: Fixture) {
        let answer = fixture
            .with_header(
                &basic("confidential", ""),
                &without_credentials(fixture.exchange_form("x")),
            )
            .await;
        assert_refused(answer, "invalid_client", "must authenticate");
    }

    // §2.3: "The client MUST NOT use more than one authentication method in each request."
    async fn two_methods_are_refused_also_when_both_are_right(fixture: Fixture) {
        let header = basic("confidential", fixture.secret.expose());
        let answer = fixture.with_header(&header, &fixture.exchange_form("x")).await;
        assert_refused(answer, "invalid_request", "one authentication method");
    }

    async fn a_secret_in_the_body_beside_basic_without_one_is_two_methods(fixture: Fixture) {
        let answer =
            fixture.with_header(&basic("confidential", ""), &fixture.exchange_form("x")).await;
        assert_refused(answer, "invalid_request", "one authentication method");
    }

    async fn a_client_id_in_the_body_may_repeat_that_of_the_header(fixture: Fixture) {
        let form =
            fixture.exchange_form(&fixture.code(&code_request()).await).without("client_secret");
        let header = basic("confidential", fixture.secret.expose());
        assert!(fixture.with_header(&header, &form).await.is_ok());
    }

    async fn another_client_id_in_the_body_is_refused(fixture: Fixture) {
        let form = without_credentials(fixture.exchange_form("x")).set("client_id", "public");
        let answer =
            fixture.with_header(&basic("confidential", fixture.secret.expose()), &form).await;
        assert_refused(answer, "invalid_request", "client_id");
    }

    async fn a_wrong_secret_is_refused_in_the_header_and_in_the_body(fixture: Fixture) {
        let right = fixture.secret.expose().to_owned();
        for wrong in ["x", &right[1..], &format!("{right} "), &right.to_lowercase()] {
            let form = fixture.exchange_form("x");
            let in_header = fixture
                .with_header(&basic("confidential", wrong), &without_credentials(form.clone()))
                .await;
            assert_refused(in_header, "invalid_client", "wrong");
            assert_refused(
                fixture.token(&form.set("client_secret", wrong)).await,
                "invalid_client",
                "wrong",
            );
        }
    }

    async fn a_public_client_with_a_secret_is_refused(fixture: Fixture) {
        let answer =
            fixture.token(&public_exchange_form("x").set("client_secret", "any-secret")).await;
        assert_refused(answer, "invalid_client", "public");
    }

    async fn a_confidential_client_without_secret_is_refused(fixture: Fixture) {
        for form in [
            fixture.exchange_form("x").without("client_secret"),
            fixture.exchange_form("x").set("client_secret", ""),
        ] {
            assert_refused(fixture.token(&form).await, "invalid_client", "must authenticate");
        }
    }

    async fn an_unknown_client_is_refused(fixture: Fixture) {
        let form = fixture.exchange_form("x").set("client_id", "nobody");
        assert_refused(fixture.token(&form).await, "invalid_client", "no client is registered");
        let answer = fixture.with_header(&basic("nobody", "x"), &without_credentials(form)).await;
        assert_refused(answer, "invalid_client", "no client is registered");
    }

    async fn a_request_of_nobody_is_refused(fixture: Fixture) {
        let form = without_credentials(fixture.exchange_form("x"));
        for form in [form.clone(), form.set("client_secret", fixture.secret.expose())] {
            assert_refused(
                fixture.token(&form).await,
                "invalid_client",
                "no client authentication",
            );
        }
    }

    async fn a_malformed_header_is_an_invalid_request(fixture: Fixture) {
        for header in [
            "INVALID",
            "Basic",
            "Basic ThisIsInvalidBase64!",
            "Basic bm9jb2xvbg==",
            "Basic JWZmOmE=",
            "Basic YSUwMGI6Yw==",
        ] {
            let answer =
                fixture.with_header(header, &without_credentials(fixture.exchange_form("x"))).await;
            assert_refused(answer, "invalid_request", "Authorization header");
        }
    }

    // §2.3.1: both are "encoded using the application/x-www-form-urlencoded encoding algorithm" before they are joined.
    async fn a_secret_that_came_raw_in_basic_is_refused_with_a_text_that_says_how_it_is_encoded(
        fixture: Fixture,
    ) {
        let chosen = NewClient {
            client_id: Some("a+b".to_owned()),
            secret: ClientSecret::Chosen("p+ss%41word%zz".into()),
            grant_types: vec![GrantType::ClientCredentials],
            client_credentials_scopes: "read".parse().unwrap(),
            ..NewClient::new("Chosen")
        };
        fixture.server.register_client(chosen).await.unwrap();
        let form = Form::new(&[("grant_type", "client_credentials"), ("scope", "read")]);
        let encoded = basic("a%2Bb", "p%2Bss%2541word%25zz");
        fixture.with_header(&encoded, &form).await.unwrap();
        for (raw, code) in [
            (basic("a%2Bb", "p+ss%2541word%25zz"), "invalid_client"),
            (basic("a%2Bb", "p%2Bss%41word%25zz"), "invalid_client"),
            (basic("a+b", "p%2Bss%2541word%25zz"), "invalid_client"),
            (basic("a%2Bb", "p+ss%41word%zz"), "invalid_request"),
        ] {
            for said in ["RFC 6749 2.3.1", "%2B", "%25"] {
                assert_refused(fixture.with_header(&raw, &form).await, code, said);
            }
        }
    }

    /// What is said hangs on what was presented, and never on what the secret is.
    async fn the_text_on_encoding_is_no_oracle(fixture: Fixture) {
        let form = without_credentials(fixture.exchange_form("x"));
        let description = async |secret: &str| {
            let refused = fixture.with_header(&basic("confidential", secret), &form).await;
            refused.unwrap_err().description().to_owned()
        };
        assert!(description("x+y").await.contains("RFC 6749 2.3.1"));
        assert_eq!(description("x+y").await, description("%41").await);
        assert!(!description("xy").await.contains("RFC 6749 2.3.1"));
        let in_body = fixture.exchange_form("x").set("client_secret", "x+y");
        let refused = fixture.token(&in_body).await.unwrap_err();
        assert!(!refused.description().contains("2.3.1"), "only Basic encodes twice: {refused}");
    }

    async fn another_scheme_is_refused_also_beside_a_good_body(fixture: Fixture) {
        let header = basic("confidential", fixture.secret.expose()).replace("Basic", "Bearer");
        assert_refused(
            fixture.with_header(&header, &fixture.exchange_form("x")).await,
            "invalid_client",
            "scheme Basic",
        );
    }
}
