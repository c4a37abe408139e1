//! A client gives back a token: RFC 7009.

use oauth_core::{EventKind, Params, Revocation, Secret, TokenError};

use crate::support::{
    Fixture, Form, assert_dead, assert_live, client, code_request, in_query, public_exchange_form,
    public_refresh_form, public_request, refresh_token, scopes,
};

impl Fixture {
    /// What `confidential` sends.
    fn revocation_of(&self, token: &Secret) -> Form {
        Form::new(&[
            ("client_id", "confidential"),
            ("client_secret", self.secret.expose()),
            ("token", token.expose()),
        ])
    }

    async fn assert_ended(&self, access_token: &Secret) {
        let refused = self.server.verify(access_token.expose(), &scopes("")).await;
        assert_eq!(refused.unwrap_err().code(), Some("invalid_token"));
    }

    async fn revoke(&self, form: &Form) -> Result<(), TokenError> {
        self.server.revoke(None, &form.params()).await
    }
}

#[track_caller]
fn assert_refused(outcome: Result<(), TokenError>, code: &str) {
    assert_eq!(outcome.expect_err("a refusal").code(), code);
}

both_databases! {
    /// RFC 7009 §2.1: "the token cannot be used again after the revocation": a repeated refresh does not hand it out.
    async fn what_was_given_back_is_not_given_again(fixture: Fixture) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.revoke(&fixture.revocation_of(&second.access_token)).await.unwrap();
        let again = fixture.refresh(refresh_token(&first)).await;
        assert_eq!(again.unwrap_err().code(), "invalid_grant");
        assert!(fixture.refresh(refresh_token(&second)).await.is_ok(), "nobody is accused");
    }

    /// RFC 7009 §2.1: "it MAY revoke the respective refresh token as well"; it does not here.
    async fn an_access_token_goes_alone(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        fixture.revoke(&fixture.revocation_of(&tokens.access_token)).await.unwrap();
        fixture.assert_ended(&tokens.access_token).await;
        let next = fixture.refresh(refresh_token(&tokens)).await.unwrap();
        assert_live(&fixture, &next).await;
    }

    /// RFC 7009 §2.1: "the authorization server SHOULD also invalidate all access tokens based on the same
    /// authorization grant".
    async fn a_refresh_token_takes_its_family_along(fixture: Fixture) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        let another = fixture.tokens().await;
        fixture.revoke(&fixture.revocation_of(refresh_token(&second))).await.unwrap();
        assert_dead(&fixture, &second).await;
        assert!(fixture.refresh(refresh_token(&second)).await.is_err());
        assert_live(&fixture, &another).await;
    }

    async fn a_redeemed_refresh_token_takes_its_family_along_as_well(fixture: Fixture) {
        let first = fixture.tokens().await;
        let second = fixture.refresh(refresh_token(&first)).await.unwrap();
        fixture.revoke(&fixture.revocation_of(refresh_token(&first))).await.unwrap();
        assert_dead(&fixture, &second).await;
    }

    /// RFC 7009 §2.2: "invalid tokens do not cause an error response".
    async fn what_is_unknown_or_over_is_no_error(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let code = fixture.code(&code_request()).await;
        let of_session = Secret::generate();
        let [long, code]: [Secret; 2] = ["x".repeat(10_000).as_str().into(), code.as_str().into()];
        for token in [&of_session, &long, &code, &tokens.access_token, refresh_token(&tokens)] {
            for _ in 0..2 {
                fixture.revoke(&fixture.revocation_of(token)).await.unwrap();
            }
        }
        assert!(fixture.exchange(code.expose()).await.is_ok(), "a code is none of these tokens");
        fixture.clock.advance(3_600);
        let old = fixture.tokens().await;
        fixture.clock.advance(3_600);
        fixture.revoke(&fixture.revocation_of(&old.access_token)).await.unwrap();
    }

    /// RFC 7009 §2.1: "verifies whether the token was issued to the client making the revocation request. If this
    /// validation fails, the request is refused".
    async fn another_clients_token_is_refused_and_lives(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let secret = fixture.register(client("another")).await.secret.unwrap();
        for token in [&tokens.access_token, refresh_token(&tokens)] {
            let form = fixture.revocation_of(token).set("client_id", "another");
            assert_refused(fixture.revoke(&form.set("client_secret", secret.expose())).await, "invalid_grant");
        }
        assert_live(&fixture, &tokens).await;
        assert!(fixture.refresh(refresh_token(&tokens)).await.is_ok());
    }

    /// RFC 7009 §2.1: a public client is "identified" only.
    async fn a_public_client_says_its_client_id(fixture: Fixture) {
        let code = in_query(&fixture.authorize(&public_request()).await, "code").unwrap();
        let tokens = fixture.token(&public_exchange_form(&code)).await.unwrap();
        let token = refresh_token(&tokens);
        let form = Form::new(&[("client_id", "public"), ("token", token.expose())]);
        fixture.revoke(&form).await.unwrap();
        assert!(fixture.token(&public_refresh_form(token)).await.is_err());
    }

    /// RFC 7009 §2.1: "The authorization server first validates the client credentials".
    async fn who_does_not_prove_to_be_the_client_ends_nothing(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let form = fixture.revocation_of(&tokens.access_token);
        for form in [
            form.clone().set("client_secret", "wrong"),
            form.clone().set("client_id", "public"),
            form.clone().set("client_id", "unknown"),
            form.clone().set("client_id", ""),
            form.set("client_secret", ""),
        ] {
            assert_refused(fixture.revoke(&form).await, "invalid_client");
        }
        assert_live(&fixture, &tokens).await;
    }

    async fn the_token_is_sent_once_and_its_hint_is_not_needed(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let form = fixture.revocation_of(&tokens.access_token);
        assert_refused(fixture.revoke(&form.clone().set("token", "")).await, "invalid_request");
        let twice = format!("{}&token=x", form.encoded());
        let refused = fixture.server.revoke(None, &Params::parse(twice.as_bytes())).await;
        assert_refused(refused, "invalid_request");
        for hint in ["refresh_token", "nonsense"] {
            let again = fixture.revoke(&form.clone().and("token_type_hint", hint)).await;
            again.unwrap();
        }
        fixture.assert_ended(&tokens.access_token).await;
    }

    async fn each_end_is_told_once_with_its_cause(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        fixture.events();
        for token in [&tokens.access_token, refresh_token(&tokens)] {
            for _ in 0..2 {
                fixture.revoke(&fixture.revocation_of(token)).await.unwrap();
            }
        }
        let (client_id, subject) = ("confidential".to_owned(), Some("alice".to_owned()));
        let cause = Revocation::Client;
        assert_eq!(
            fixture.events(),
            [
                EventKind::AccessTokenRevoked {
                    client_id: client_id.clone(),
                    subject: subject.clone(),
                    cause
                },
                EventKind::GrantRevoked { client_id: Some(client_id), subject, cause },
            ]
        );
    }

    async fn a_refused_revocation_is_told(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        fixture.events();
        let form = fixture.revocation_of(&tokens.access_token).set("client_secret", "wrong");
        assert_refused(fixture.revoke(&form).await, "invalid_client");
        let client_id = Some("confidential".to_owned());
        assert_eq!(fixture.events(), [EventKind::TokenRefused { client_id, code: "invalid_client" }]);
        let live = fixture.server.verify(tokens.access_token.expose(), &scopes("read")).await;
        assert!(live.is_ok());
    }
}
