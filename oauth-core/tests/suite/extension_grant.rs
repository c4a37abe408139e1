//! Grants of the application's own: RFC 6749 §4.5.

use std::{future::pending, sync::Arc};

use oauth_core::{
    AuthorizationServer, EventKind, GrantRequest, GrantType, Granted, NewClient, PolicyRequest,
    Ruling, TokenError,
};
use serde_json::{Value, json};

use crate::support::{Database, Fixture, Form, assert_refused, client, refresh_token, scopes};

const VOUCHER: &str = "urn:example:params:oauth:grant-type:voucher";

/// A voucher says whose it is; some lead to more than the client asks for.
async fn redeemed(request: GrantRequest) -> Result<Granted, TokenError> {
    let asked = request.scopes().await?;
    let voucher = request.required("voucher")?;
    let granted =
        |subject: &str| Granted { subject: Some(subject.to_owned()), scopes: asked, data: None };
    match voucher {
        "alice" => Ok(Granted { data: Some(json!("from a voucher")), ..granted("alice") }),
        "admin" => Ok(Granted { scopes: scopes("read admin"), ..granted("alice") }),
        "nothing" => Ok(Granted { scopes: scopes(""), ..granted("alice") }),
        "itself" => Ok(Granted { subject: None, ..granted("") }),
        "too long" => Ok(granted(&"x".repeat(256))),
        "too much" => Ok(Granted { data: Some("x".repeat(5000).into()), ..granted("alice") }),
        _ => Err(TokenError::InvalidGrant("the \"voucher\" is void".into())),
    }
}

fn serving(mut fixture: Fixture) -> Fixture {
    fixture.server = fixture.server.with_grant(VOUCHER, redeemed).expect("the name of a grant");
    fixture
}

/// How a client asks that is registered for it.
async fn request(fixture: &Fixture, voucher: &str) -> Form {
    let grant_types = vec![GrantType::Extension(VOUCHER.to_owned()), GrantType::RefreshToken];
    let secret =
        fixture.register(NewClient { grant_types, ..client("shop") }).await.secret.unwrap();
    Form::new(&[
        ("grant_type", VOUCHER),
        ("client_id", "shop"),
        ("client_secret", secret.expose()),
        ("scope", "read"),
        ("voucher", voucher),
    ])
}

both_databases! {
    async fn what_the_handler_grants_is_issued(fixture: Fixture) {
        let fixture = serving(fixture);
        let request = request(&fixture, "alice").await;
        fixture.events();
        let tokens = fixture.token(&request).await.unwrap();
        let token = fixture.server.verify(tokens.access_token.expose(), &scopes("read")).await.unwrap();
        assert_eq!((token.subject.as_deref(), token.client_id.as_str()), (Some("alice"), "shop"));
        assert_eq!(token.data.unwrap().parse::<Value>().unwrap(), json!("from a voucher"));
        let told = fixture.events();
        let [EventKind::TokenIssued { grant_type, .. }] = &told[..] else { panic!("{told:?}") };
        assert_eq!(grant_type.as_str(), VOUCHER);
    }

    async fn its_refresh_token_rotates_like_any_other(fixture: Fixture) {
        let fixture = serving(fixture);
        let request = request(&fixture, "alice").await;
        let tokens = fixture.token(&request).await.unwrap();
        let refresh = request.set("grant_type", "refresh_token").set("refresh_token", refresh_token(&tokens).expose());
        let second = fixture.token(&refresh).await.unwrap();
        let token = fixture.server.verify(second.access_token.expose(), &scopes("read")).await.unwrap();
        assert_eq!(token.data.unwrap().as_str(), "\"from a voucher\"");
    }

    async fn a_client_may_act_for_itself_with_it(fixture: Fixture) {
        let fixture = serving(fixture);
        let tokens = fixture.token(&request(&fixture, "itself").await).await.unwrap();
        let token = fixture.server.verify(tokens.access_token.expose(), &scopes("read")).await.unwrap();
        assert_eq!(token.subject, None);
    }

    async fn what_the_handler_refuses_is_refused_with_its_error_and_text(fixture: Fixture) {
        let fixture = serving(fixture);
        let refused = fixture.token(&request(&fixture, "torn").await).await;
        assert_refused(refused, "invalid_grant", "the ?voucher? is void");
    }

    // RFC 6749 §3.2: parameters "MUST NOT be included more than once".
    async fn a_parameter_of_its_own_may_be_missing_or_repeated_and_is_refused(fixture: Fixture) {
        let fixture = serving(fixture);
        let request = request(&fixture, "alice").await;
        let missing = fixture.token(&request.clone().without("voucher")).await;
        assert_refused(missing, "invalid_request", "voucher is missing");
        let twice = format!("{}&voucher=bob", request.encoded());
        let twice = fixture.server.token(None, &oauth_core::Params::parse(twice.as_bytes())).await;
        assert_refused(twice, "invalid_request", "voucher must not be included more than once");
    }

    async fn no_handler_gives_a_scope_that_the_client_may_not_have(fixture: Fixture) {
        let fixture = serving(fixture);
        let request = request(&fixture, "admin").await;
        assert_refused(fixture.token(&request).await, "invalid_scope", "admin");
        let none = fixture.token(&request.clone().set("voucher", "nothing")).await;
        assert_refused(none, "invalid_scope", "scope must be included");
        let wider = fixture.token(&request.set("voucher", "alice").set("scope", "read admin")).await;
        assert_refused(wider, "invalid_scope", "not available");
    }

    async fn what_cannot_be_stored_is_a_failure_and_no_refusal(fixture: Fixture) {
        let fixture = serving(fixture);
        let request = request(&fixture, "too long").await;
        assert_eq!(fixture.token(&request).await.unwrap_err().code(), "server_error");
        let failed = fixture.token(&request.set("voucher", "too much")).await.unwrap_err();
        assert_eq!(failed.code(), "temporarily_unavailable");
    }

    async fn the_policy_and_whether_the_user_is_active_are_asked_after_it(fixture: Fixture) {
        let mut fixture = serving(fixture);
        let request = request(&fixture, "alice").await;
        fixture.server = fixture.server.with_policy(|request: &PolicyRequest<'_>| {
            let said = format!("{:?} {} {}", request.subject, request.grant_type.as_str(), request.data.unwrap().as_str());
            Ok(Ruling { data: Some(said.into()), ..Ruling::default() })
        });
        let tokens = fixture.token(&request).await.unwrap();
        let token = fixture.server.verify(tokens.access_token.expose(), &scopes("read")).await.unwrap();
        let expected = format!("Some(\"alice\") {VOUCHER} \"from a voucher\"");
        assert_eq!(token.data.unwrap().parse::<String>().unwrap(), expected);

        fixture.server = fixture.server.with_active_check(Arc::new(|_| Box::pin(async { Ok(false) })));
        assert_refused(fixture.token(&request).await, "invalid_grant", "not active");
    }

    async fn a_client_that_is_not_registered_for_it_is_unauthorized(fixture: Fixture) {
        let fixture = serving(fixture);
        let request = request(&fixture, "alice").await;
        let other = request.set("client_id", "confidential").set("client_secret", fixture.secret.expose());
        assert_refused(fixture.token(&other).await, "unauthorized_client", VOUCHER);
    }

    async fn a_grant_that_nobody_serves_is_unsupported_and_those_that_are_served_are_named(fixture: Fixture) {
        let request = request(&fixture, "alice").await;
        assert_refused(fixture.token(&request).await, "unsupported_grant_type", "or password");
        let fixture = serving(fixture);
        let other = fixture.token(&request.set("grant_type", "urn:example:other")).await;
        assert_refused(other, "unsupported_grant_type", VOUCHER);
    }

    async fn its_name_is_an_absolute_uri(fixture: Fixture) {
        let named = |server: &AuthorizationServer, name| server.clone().with_grant(name, redeemed).is_ok();
        for name in ["password", "urn:ietf:params:oauth:grant-type:token-exchange", "voucher", "", "/voucher", "urn:with space", "urn:x,urn:y"] {
            assert!(!named(&fixture.server, name), "{name}");
        }
        assert!(named(&fixture.server, "https://shop.example/grants/voucher"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_does_not_answer_is_given_up_after_10_seconds() {
    let mut fixture = Fixture::on(Database::sqlite()).await;
    let request = request(&fixture, "alice").await;
    fixture.server = fixture.server.with_grant(VOUCHER, |_| pending()).unwrap();
    let failed = fixture.token(&request).await.unwrap_err();
    assert_eq!(failed.code(), "temporarily_unavailable");
    let told = format!("{:?}", std::error::Error::source(&failed));
    assert!(told.contains("10 seconds"), "{told}");
}
