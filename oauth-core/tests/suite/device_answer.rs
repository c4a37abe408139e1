//! What the user of a device is asked and says: RFC 8628 §3.3, §5.

use std::sync::Arc;

use oauth_core::{
    Authentication, Caller, DeviceRequest, EventKind, GuessError, GuessLimit, NewClient,
    OpenIdMetadata, Origin, PolicyRequest, Ruling, TokenError,
};

use crate::{
    device::{asks, television},
    support::{Fixture, NOTES, assert_live, resource, scope_at},
};

async fn request(fixture: &Fixture, typed: &str) -> Option<DeviceRequest> {
    fixture.server.device_request(typed, "alice").await.unwrap()
}

async fn with_television(fixture: Fixture) -> Fixture {
    fixture.register(television()).await;
    fixture
}

both_databases! {
    async fn the_code_is_read_in_any_case_with_or_without_dash(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let code = fixture.device().await.user_code;
        for typed in [code.clone(), code.replace('-', ""), code.to_lowercase(), format!(" {} ", code.replace('-', " "))] {
            assert!(request(&fixture, &typed).await.is_some(), "{typed}");
        }
    }

    async fn it_says_who_asks_for_what_when_and_from_where(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let address = Some("::ffff:192.0.2.7".parse().unwrap());
        let origin = Arc::new(Origin { request_id: "x".to_owned(), address });
        let user_agent = format!("Television\n{}", "x".repeat(1000));
        let params = asks().params();
        let asked = fixture.server.authorize_device(None, &params, Some(&user_agent));
        let device = Box::pin(origin.around(asked)).await.unwrap();
        let request = request(&fixture, &device.user_code).await.unwrap();
        assert_eq!((request.client().name(), request.user_code()), ("television", device.user_code.as_str()));
        assert_eq!(request.scopes().iter().map(|scope| scope.name.as_str()).collect::<Vec<_>>(), ["read"]);
        assert_eq!((request.asked_at(), request.address()), (1_000_000, Some("192.0.2.7")));
        assert_eq!(request.user_agent(), Some(format!("Television{}", "x".repeat(90)).as_str()));
        // Once it is answered, nobody needs to know whence.
        fixture.say(&device, "alice", true).await;
        let kept = "SELECT coalesce(address, '') || coalesce(user_agent, '') AS text FROM oauth_device_codes";
        assert_eq!(fixture.database.texts(kept), [""]);
    }

    async fn of_two_answers_one_counts(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let device = fixture.device().await;
        let (one, other) = (request(&fixture, &device.user_code).await.unwrap(), request(&fixture, &device.user_code).await.unwrap());
        assert!(fixture.server.accept_device(&one, "alice", &Authentication::default()).await.unwrap());
        assert!(!fixture.server.decline_device(&other, "alice").await.unwrap());
        assert!(!fixture.server.accept_device(&other, "mallory", &Authentication::default()).await.unwrap());
        assert_eq!(fixture.count("oauth_grants"), "1");
        let tokens = fixture.poll(&device).await.unwrap();
        assert_live(&fixture, &tokens).await;
    }

    async fn five_wrong_codes_a_minute_are_heard_of_a_user(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let device = fixture.device().await;
        fixture.events();
        for typed in ["BCDF-GHJK", "x", "", "BCDF-GHJL", "BCDF-GHJM"] {
            assert!(request(&fixture, typed).await.is_none(), "{typed}");
        }
        for _ in 0..2 {
            let refused = fixture.server.device_request(&device.user_code, "alice").await.unwrap_err();
            assert!(matches!(refused, GuessError::TooManyGuesses { retry_after: 12 }), "{refused:?}");
        }
        let limited = EventKind::GuessesLimited {
            limit: GuessLimit::UserCodes,
            subject: Some("alice".to_owned()),
            address: None,
        };
        assert_eq!(fixture.events(), [limited]);
        assert!(fixture.server.device_request(&device.user_code, "bob").await.unwrap().is_some());
        fixture.clock.advance(12);
        assert!(request(&fixture, &device.user_code).await.is_some());
    }

    async fn five_wrong_codes_a_minute_are_heard_from_an_address(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let device = fixture.device().await;
        let from = |address: &str| {
            fixture.server.asked_by(Caller { address: Some(address.parse().unwrap()), ..Caller::default() })
        };
        for user in ["a", "b", "c", "d", "e"] {
            assert!(from("2001:db8::1").device_request("BCDF-GHJK", user).await.unwrap().is_none());
        }
        assert!(from("2001:db8::2").device_request(&device.user_code, "f").await.is_err());
        assert!(from("2001:db8:1::1").device_request(&device.user_code, "f").await.unwrap().is_some());
    }

    async fn right_codes_are_not_counted(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let device = fixture.device().await;
        for _ in 0..20 {
            assert!(request(&fixture, &device.user_code).await.is_some());
        }
    }

    async fn a_disabled_clients_device_waits_for_nobody(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let device = fixture.device().await;
        fixture.server.set_client_disabled("television", true).await.unwrap();
        assert!(request(&fixture, &device.user_code).await.is_none());
    }

    async fn a_scope_that_is_disabled_meanwhile_is_not_asked_for(fixture: Fixture) {
        let fixture = with_television(fixture).await;
        let device = fixture.ask(&asks().set("scope", "read write")).await.unwrap();
        fixture.server.set_scope_disabled("write", true).await.unwrap();
        let request = request(&fixture, &device.user_code).await.unwrap();
        assert_eq!(request.scopes().len(), 1);
        fixture.say(&device, "alice", true).await;
        assert_eq!(fixture.poll(&device).await.unwrap().scopes.to_string(), "read");
    }

    async fn the_policy_is_asked_and_its_no_is_the_devices(fixture: Fixture) {
        let mut fixture = with_television(fixture).await;
        fixture.server = fixture.server.clone().with_policy(|request: &PolicyRequest<'_>| {
            if request.subject == Some("mallory") {
                return Err(TokenError::InvalidGrant("not for mallory".into()));
            }
            Ok(Ruling { scopes: Some("read".parse().unwrap()), ..Ruling::default() })
        });
        let (good, bad) = (fixture.ask(&asks().set("scope", "read write")).await.unwrap(), fixture.device().await);
        fixture.say(&good, "alice", true).await;
        assert_eq!(fixture.poll(&good).await.unwrap().scopes.to_string(), "read");
        let refused = fixture.server.device_request(&bad.user_code, "mallory").await.unwrap().unwrap();
        let refused = fixture.server.accept_device(&refused, "mallory", &Authentication::default()).await;
        assert_eq!(refused.unwrap_err().code(), "invalid_grant");
        assert_eq!(fixture.poll(&bad).await.unwrap_err().code(), "access_denied");
    }

    async fn who_is_not_active_any_more_gets_no_device_tokens(fixture: Fixture) {
        let mut fixture = with_television(fixture).await;
        let device = fixture.device().await;
        fixture.say(&device, "alice", true).await;
        fixture.server = fixture.server.clone().with_active_check(Arc::new(|_| Box::pin(async { Ok(false) })));
        assert_eq!(fixture.poll(&device).await.unwrap_err().code(), "invalid_grant");
    }

    /// RFC 8707 §2: of any request for a grant.
    async fn its_tokens_are_for_the_resource_that_it_names(fixture: Fixture) {
        fixture.server.register_new_scope(scope_at(NOTES, "notes", "")).await.unwrap();
        fixture.register(NewClient { scopes: "read notes".parse().unwrap(), ..television() }).await;
        let device = fixture.ask(&asks().set("scope", "notes").set("resource", NOTES)).await.unwrap();
        let request = request(&fixture, &device.user_code).await.unwrap();
        assert!(request.resources().contains(Some(&resource(NOTES))));
        fixture.say(&device, "alice", true).await;
        let tokens = fixture.poll(&device).await.unwrap();
        assert!(fixture.at(Some(NOTES), &tokens.access_token, "notes").await.is_ok());
        assert!(fixture.at(None, &tokens.access_token, "notes").await.is_err());
    }

    async fn with_openid_it_gets_an_id_token_of_who_said_yes(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.openid = true);
        fixture.server.prepare_openid().await.unwrap();
        fixture.register(NewClient { scopes: "openid read".parse().unwrap(), ..television() }).await;
        let device = fixture.ask(&asks().set("scope", "openid read")).await.unwrap();
        let request = request(&fixture, &device.user_code).await.unwrap();
        let authentication = Authentication { auth_time: Some(999_000), ..Authentication::default() };
        assert!(fixture.server.accept_device(&request, "alice", &authentication).await.unwrap());
        let tokens = fixture.poll(&device).await.unwrap();
        let (_, claims) = crate::openid::id_token(&tokens);
        assert_eq!((claims["sub"].as_str(), claims["auth_time"].as_i64()), (Some("alice"), Some(999_000)));
        assert_eq!(claims["aud"], "television");
    }
    /// OpenID Connect Registration §2, `require_auth_time`.
    async fn where_its_client_needs_to_know_when_users_signed_in_it_is_refused_if_nobody_does(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.openid = true);
        fixture.server.prepare_openid().await.unwrap();
        let openid = OpenIdMetadata { require_auth_time: true, ..OpenIdMetadata::default() };
        fixture.register(NewClient { scopes: "openid read".parse().unwrap(), openid, ..television() }).await;
        for (scope, is_refused) in [("openid", true), ("read", false)] {
            let device = fixture.ask(&asks().set("scope", scope)).await.unwrap();
            let request = request(&fixture, &device.user_code).await.unwrap();
            let accepted = fixture.server.accept_device(&request, "alice", &Authentication::default()).await;
            assert_eq!(accepted.is_err(), is_refused, "{scope}: {accepted:?}");
            assert_eq!(fixture.poll(&device).await.is_err(), is_refused, "{scope}");
        }
    }
}
