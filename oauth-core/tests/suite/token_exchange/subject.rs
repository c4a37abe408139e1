//! What is exchanged, and by whom: §2.1.

use std::sync::Arc;

use oauth_core::{GrantType, NewClient, Secret, TokenError};

use super::{ACCESS_TOKEN, Api, ISSUER, api};
use crate::support::{Fixture, Form, NOTES, assert_refused, code_request, refresh_token, scopes};

const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// What a client is told of a token that it cannot exchange.
async fn told(fixture: &Fixture, api: &Api, token: &str) -> (&'static str, String) {
    let refused = fixture.token(&api.form(&token.into())).await.expect_err(token);
    (refused.code(), refused.description().to_owned())
}

/// The same, which is what it is told of every such token.
async fn assert_unknown(fixture: &Fixture, api: &Api, token: &Secret) {
    let unknown = told(fixture, api, "no token").await;
    assert_eq!(unknown.0, "invalid_request");
    assert_eq!(told(fixture, api, token.expose()).await, unknown, "as of one that never was");
    assert_eq!(fixture.count("oauth_access_tokens"), "1", "and nothing is issued");
}

both_databases! {
    /// `subject_token` and `subject_token_type` are REQUIRED; an actor token is none of ours.
    async fn what_is_missing_or_not_served_is_named(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let form = api.form(&fixture.tokens().await.access_token);
        for (changed, code, reason) in [
            (form.clone().without("subject_token"), "invalid_request", "subject_token is missing"),
            (form.clone().set("subject_token", ""), "invalid_request", "subject_token is missing"),
            (form.clone().without("subject_token_type"), "invalid_request", "subject_token_type is missing"),
            (form.clone().set("subject_token_type", JWT), "invalid_request", ACCESS_TOKEN),
            (form.clone().set("requested_token_type", JWT), "invalid_request", ACCESS_TOKEN),
            (form.clone().set("actor_token", "x"), "invalid_request", "actor_token"),
            (form.clone().set("actor_token_type", ACCESS_TOKEN), "invalid_request", "actor_token"),
            (form.clone().set("audience", "notes"), "invalid_target", "resource"),
            (form.clone().and("audience", "a").and("audience", "b"), "invalid_target", "resource"),
        ] {
            assert_refused(fixture.token(&changed).await, code, reason);
        }
        let named = form.set("requested_token_type", ACCESS_TOKEN).set("audience", "");
        assert!(fixture.token(&named).await.is_ok(), "what is empty is absent");
    }

    /// RFC 6749 §3.2: parameters "MUST NOT be included more than once".
    async fn a_parameter_that_is_repeated_is_refused(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let form = api.form(&fixture.tokens().await.access_token);
        for name in ["subject_token", "subject_token_type", "requested_token_type", "actor_token", "actor_token_type", "scope", "grant_type"] {
            let twice = form.clone().set(name, form.get(name).unwrap_or("x"));
            let twice = twice.and(name, form.get(name).unwrap_or("x"));
            assert_refused(fixture.token(&twice).await, "invalid_request", "more than once");
        }
        let refresh = form.set("grant_type", "client_credentials").and("subject_token", "again");
        let other_grant = fixture.token(&refresh).await.unwrap_err();
        assert_eq!(other_grant.code(), "unauthorized_client", "no other grant reads them");
    }

    /// §2.2.2: where the subject token is invalid "for any reason", the code is `invalid_request`.
    async fn a_token_of_somebody_else_is_as_unknown_as_none(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        for (id, introspects) in [("elsewhere", vec![NOTES.to_owned()]), ("nowhere", Vec::new())] {
            let stranger = fixture.an_api(NewClient { introspects, ..api(id) }).await;
            assert_unknown(&fixture, &stranger, &tokens.access_token).await;
        }
        let api = fixture.an_api(api("api")).await;
        assert_unknown(&fixture, &api, refresh_token(&tokens)).await;
        let code = fixture.code(&code_request()).await;
        assert_unknown(&fixture, &api, &code.as_str().into()).await;
    }

    async fn a_token_that_has_expired_is_as_unknown_as_none(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let tokens = fixture.tokens().await;
        fixture.clock.advance(3_600);
        assert_unknown(&fixture, &api, &tokens.access_token).await;
    }

    async fn a_token_that_was_revoked_is_as_unknown_as_none(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let tokens = fixture.tokens().await;
        let own = Api { client_id: "confidential".to_owned(), secret: fixture.secret.clone() };
        fixture.server.revoke(None, &own.about(&tokens.access_token).params()).await.unwrap();
        assert_unknown(&fixture, &api, &tokens.access_token).await;
    }

    async fn a_token_of_a_family_that_was_revoked_is_as_unknown_as_none(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let tokens = fixture.tokens().await;
        fixture.server.disconnect("alice", None).await.unwrap();
        assert_unknown(&fixture, &api, &tokens.access_token).await;
    }

    async fn a_token_of_a_disabled_client_is_as_unknown_as_none(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let tokens = fixture.tokens().await;
        fixture.server.set_client_disabled("confidential", true).await.unwrap();
        assert_unknown(&fixture, &api, &tokens.access_token).await;
        fixture.server.set_client_disabled("confidential", false).await.unwrap();
        assert!(fixture.exchanged(&api, &tokens.access_token).await.is_ok());
    }

    async fn a_token_of_a_user_who_is_not_active_is_as_unknown_as_none(fixture: Fixture) {
        let mut fixture = fixture;
        let api = fixture.an_api(api("api")).await;
        let tokens = fixture.tokens().await;
        fixture.server = fixture.server.with_active_check(Arc::new(|_| Box::pin(async { Ok(false) })));
        assert_unknown(&fixture, &api, &tokens.access_token).await;
    }

    async fn a_client_without_a_user_has_nothing_to_pass_on(fixture: Fixture) {
        let new = NewClient { grant_types: vec![GrantType::ClientCredentials, GrantType::TokenExchange], client_credentials_scopes: scopes("read"), ..api("robot") };
        let robot = fixture.an_api(new).await;
        let form = Form::new(&[
            ("grant_type", "client_credentials"),
            ("client_id", "robot"),
            ("client_secret", robot.secret.expose()),
            ("scope", "read"),
        ]);
        let Ok(tokens) = fixture.token(&form).await else { panic!("no token for itself") };
        assert_refused(fixture.exchanged(&robot, &tokens.access_token).await, "invalid_request", "no user");
    }

    /// §2.2.2: where the server is "unwilling or unable to issue a token" for the target, the code is `invalid_target`.
    async fn the_new_token_is_for_the_resource_of_the_old_one_and_no_other(fixture: Fixture) {
        let app = fixture.app().await;
        let introspects = vec![NOTES.to_owned(), ISSUER.to_owned()];
        let new = NewClient { scopes: scopes("read notes"), introspects, ..api("api") };
        let api = fixture.an_api(new).await;
        let tokens = app.tokens("notes", &[NOTES]).await;
        let form = api.form(&tokens.access_token);
        for wrong in [ISSUER, crate::support::MAIL, "https://nowhere.example", "no uri"] {
            let refused = fixture.token(&form.clone().set("resource", wrong)).await.unwrap_err();
            assert_eq!(refused.code(), "invalid_target", "{wrong}");
        }
        let two = form.clone().and("resource", NOTES).and("resource", ISSUER);
        assert_refused(fixture.token(&two).await, "invalid_target", "one resource");
        for form in [form.clone(), form.set("resource", NOTES)] {
            let exchanged = fixture.token(&form).await.unwrap();
            assert_eq!(fixture.admitted(&exchanged.access_token).await, [NOTES]);
            assert_eq!(exchanged.scopes, scopes("notes notes:read"));
        }
        let own = fixture.tokens().await.access_token;
        let named = api.form(&own).set("resource", ISSUER);
        let exchanged = fixture.token(&named).await.unwrap();
        assert_eq!(fixture.admitted(&exchanged.access_token).await, ["own"]);
    }

    async fn who_does_not_prove_to_be_the_client_gets_nothing(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let form = api.form(&fixture.tokens().await.access_token);
        let answer: Result<_, TokenError> = fixture.token(&form.set("client_secret", "wrong")).await;
        assert_refused(answer, "invalid_client", "");
    }
}
