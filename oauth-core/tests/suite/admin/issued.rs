//! Codes and access tokens: shown, issued by hand, ended.

use oauth_core::{
    BearerError, EventKind, Lifetime, NewClient, Revocation,
    admin::{
        AdminError, IssuedFilter, IssuedId, IssuedKind, NewAccessToken, NewAuthorizationCode, State,
    },
};

use super::refused_fields;
use crate::support::{
    CALLBACK, CHALLENGE, Fixture, client, code_request, machine, public_exchange_form,
    recognised_by, refresh_token, scopes,
};

impl Fixture {
    async fn new_token(&self) -> NewAccessToken {
        let client = self.key("confidential").await;
        let (subject, scopes) = (Some("alice".to_owned()), scopes("read"));
        NewAccessToken { client, subject, scopes, lifetime: None }
    }

    async fn new_code(&self, client_id: &str) -> NewAuthorizationCode {
        NewAuthorizationCode {
            client: self.key(client_id).await,
            subject: "alice".to_owned(),
            scopes: scopes("read write"),
            redirect_uri: Some(CALLBACK.to_owned()),
            code_challenge: None,
        }
    }

    async fn state_of_newest_token(&self) -> State {
        self.admin().issued(IssuedKind::AccessToken, IssuedFilter::All, None).await.unwrap().rows[0]
            .state
    }

    async fn state_of_newest_code(&self) -> State {
        self.admin()
            .issued(IssuedKind::AuthorizationCode, IssuedFilter::All, None)
            .await
            .unwrap()
            .rows[0]
            .state
    }
}

both_databases! {
    async fn a_code_and_a_token_are_shown_by_prefix_and_found_by_their_whole_value(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let tokens = fixture.exchange(&code).await.unwrap();
        let shown = fixture.admin().issued(IssuedKind::AuthorizationCode, IssuedFilter::Value(code.as_str().into()), None).await.unwrap();
        let [record] = shown.rows.as_slice() else { panic!("{shown:?}") };
        assert_eq!(record.prefix, recognised_by(&code));
        assert_eq!((record.client.client_id.as_str(), record.subject.as_deref()), ("confidential", Some("alice")));
        assert_eq!((record.state, record.redirect_uri.as_deref()), (State::Redeemed, Some(CALLBACK)));

        let access = IssuedFilter::Value(tokens.access_token.clone());
        let access = fixture.admin().issued(IssuedKind::AccessToken, access, None).await.unwrap();
        assert_eq!(access.rows[0].prefix, recognised_by(tokens.access_token.expose()));
        assert_eq!(access.rows[0].scopes, scopes("read write"));
        let refresh = IssuedFilter::Value(refresh_token(&tokens).clone());
        let refresh = fixture.admin().issued(IssuedKind::RefreshToken, refresh, None).await.unwrap();
        assert_eq!(refresh.rows[0].prefix, recognised_by(refresh_token(&tokens).expose()));
        let one = fixture.admin().issued_one(IssuedKind::RefreshToken, refresh.rows[0].id).await.unwrap().unwrap();
        assert_eq!((one.prefix, one.state), (refresh.rows[0].prefix.clone(), State::Live));
        let shown = format!("{record:?} {access:?} {refresh:?}");
        for secret in [code.as_str(), tokens.access_token.expose(), refresh_token(&tokens).expose()] {
            assert!(!shown.contains(secret), "{shown}");
        }
        let wrong = IssuedFilter::Value("never issued".into());
        assert!(fixture.admin().issued(IssuedKind::AccessToken, wrong, None).await.unwrap().rows.is_empty());
    }

    async fn a_token_says_how_it_stands(fixture: Fixture) {
        fixture.tokens().await;
        assert_eq!(fixture.state_of_newest_token().await, State::Live);
        fixture.server.set_client_disabled("confidential", true).await.unwrap();
        assert_eq!(fixture.state_of_newest_token().await, State::ClientDisabled);
        fixture.clock.advance(3600);
        assert_eq!(fixture.state_of_newest_token().await, State::Expired);
        fixture.server.disconnect("alice", None).await.unwrap();
        assert_eq!(fixture.state_of_newest_token().await, State::Revoked);
    }

    async fn a_code_says_how_it_stands(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        assert_eq!(fixture.state_of_newest_code().await, State::Live);
        fixture.exchange(&code).await.unwrap();
        assert_eq!(fixture.state_of_newest_code().await, State::Redeemed);
        fixture.code(&code_request()).await;
        fixture.clock.advance(60);
        assert_eq!(fixture.state_of_newest_code().await, State::Expired);
    }

    async fn a_token_issued_by_hand_works_and_has_a_family_of_its_own(fixture: Fixture) {
        let issued = fixture.admin().issue_access_token(fixture.new_token().await).await.unwrap();
        let token = fixture.server.verify(issued.secret.expose(), &scopes("read")).await.unwrap();
        assert_eq!((token.subject.as_deref(), token.client_id.as_str()), (Some("alice"), "confidential"));
        assert!(matches!(fixture.server.verify(issued.secret.expose(), &scopes("write")).await, Err(BearerError::InsufficientScope { .. })));
        let record = fixture.admin().issued_one(IssuedKind::AccessToken, issued.id).await.unwrap().unwrap();
        assert_eq!(record.prefix, recognised_by(issued.secret.expose()));
        assert_eq!(fixture.trail().await, [format!("issue access_token {}: ", record.prefix)]);
        assert_eq!((fixture.count("oauth_grants"), fixture.count("oauth_refresh_tokens")), ("1".into(), "0".into()));
    }

    async fn a_token_issued_by_hand_lasts_as_long_as_was_said(fixture: Fixture) {
        let ends = [(None, Some(1_003_600)), (Some(Lifetime::Seconds(5)), Some(1_000_005)), (Some(Lifetime::Never), None),
            (Some(Lifetime::Seconds(500 * 24 * 3600)), Some(44_200_000))];
        for (lifetime, expires_at) in ends {
            let new = NewAccessToken { lifetime, ..fixture.new_token().await };
            let issued = fixture.admin().issue_access_token(new).await.unwrap();
            let record = fixture.admin().issued_one(IssuedKind::AccessToken, issued.id).await.unwrap().unwrap();
            assert_eq!(record.expires_at, expires_at, "{lifetime:?}");
            let family = fixture.admin().family(record.id.family).await.unwrap().unwrap().family;
            assert!(family.expires_at.is_none_or(|end| Some(end) >= expires_at), "{lifetime:?}");
        }
    }

    async fn a_token_may_act_for_the_client_itself(fixture: Fixture) {
        let client = fixture.register(machine("robot")).await.client.id;
        let new = NewAccessToken { client, subject: None, ..fixture.new_token().await };
        let issued = fixture.admin().issue_access_token(new).await.unwrap();
        let token = fixture.server.verify(issued.secret.expose(), &scopes("read")).await.unwrap();
        assert_eq!(token.subject, None);
    }

    async fn a_token_for_the_client_itself_has_no_scope_that_is_only_asked_of_users(fixture: Fixture) {
        let new = NewAccessToken { subject: None, ..fixture.new_token().await };
        assert_eq!(refused_fields(fixture.admin().issue_access_token(new).await), ["scopes"]);
    }

    async fn what_is_wrong_with_a_token_by_hand_stands_beside_its_fields(fixture: Fixture) {
        let valid = fixture.new_token().await;
        let lifetime = Some(Lifetime::Seconds(0));
        let new = NewAccessToken { subject: Some("a\0b".to_owned()), scopes: scopes("admin"), lifetime, ..valid.clone() };
        let answer = fixture.admin().issue_access_token(new).await;
        assert_eq!(refused_fields(answer), ["subject", "lifetime", "scopes"]);
        for scope in ["", "retired", "unheard_of"] {
            let new = NewAccessToken { scopes: scopes(scope), ..valid.clone() };
            assert_eq!(refused_fields(fixture.admin().issue_access_token(new).await), ["scopes"], "{scope}");
        }
        let nobodys = NewAccessToken { client: 99, ..valid.clone() };
        assert_eq!(refused_fields(fixture.admin().issue_access_token(nobodys).await), ["client"]);
        fixture.server.set_client_disabled("confidential", true).await.unwrap();
        assert_eq!(refused_fields(fixture.admin().issue_access_token(valid).await), ["client"]);
        assert_eq!((fixture.count("oauth_grants"), fixture.count("oauth_audit")), ("0".into(), "0".into()));
    }

    async fn a_code_issued_by_hand_is_redeemed_as_any(fixture: Fixture) {
        let issued = fixture.admin().issue_authorization_code(fixture.new_code("confidential").await).await.unwrap();
        let tokens = fixture.exchange(issued.secret.expose()).await.unwrap();
        assert_eq!(tokens.scopes, scopes("read write"));
        assert!(fixture.trail().await[0].starts_with("issue authorization_code "));
    }

    async fn a_code_by_hand_for_a_client_with_pkce_needs_its_challenge(fixture: Fixture) {
        let new = fixture.new_code("public").await;
        let answer = fixture.admin().issue_authorization_code(new.clone()).await;
        assert_eq!(refused_fields(answer), ["code_challenge"]);
        let new = NewAuthorizationCode { code_challenge: Some(CHALLENGE.to_owned()), ..new };
        let issued = fixture.admin().issue_authorization_code(new).await.unwrap();
        assert!(fixture.token(&public_exchange_form(issued.secret.expose())).await.is_ok());
    }

    async fn what_is_wrong_with_a_code_by_hand_stands_beside_its_fields(fixture: Fixture) {
        let new = NewAuthorizationCode {
            subject: String::new(),
            redirect_uri: Some("https://evil.example/".to_owned()),
            code_challenge: Some("short".to_owned()),
            ..fixture.new_code("implicit").await
        };
        let answer = fixture.admin().issue_authorization_code(new).await;
        assert_eq!(refused_fields(answer), ["subject", "client", "redirect_uri", "code_challenge"]);
        let redirect_uris = vec![CALLBACK.to_owned(), "https://app.example/other".to_owned()];
        fixture.register(NewClient { redirect_uris, ..client("two") }).await;
        let new = NewAuthorizationCode { redirect_uri: None, ..fixture.new_code("two").await };
        assert_eq!(refused_fields(fixture.admin().issue_authorization_code(new).await), ["redirect_uri"]);
        let only = NewAuthorizationCode { redirect_uri: None, ..fixture.new_code("confidential").await };
        assert!(fixture.admin().issue_authorization_code(only).await.is_ok(), "the only one may be left out");
    }

    async fn a_revoked_code_is_refused(fixture: Fixture) {
        let code = fixture.code(&code_request()).await;
        let id = fixture.admin().issued(IssuedKind::AuthorizationCode, IssuedFilter::All, None).await.unwrap().rows[0].id;
        for _ in 0..2 {
            fixture.admin().revoke_authorization_code(id).await.unwrap();
        }
        assert_eq!(fixture.exchange(&code).await.unwrap_err().code(), "invalid_grant");
        assert_eq!(fixture.trail().await, [format!("revoke authorization_code {}: ", recognised_by(&code))], "once");
        assert_eq!(fixture.state_of_newest_code().await, State::Revoked);
    }

    async fn what_a_redeemed_code_led_to_is_not_ended_by_revoking_it(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let id = fixture.admin().issued(IssuedKind::AuthorizationCode, IssuedFilter::All, None).await.unwrap().rows[0].id;
        fixture.admin().revoke_authorization_code(id).await.unwrap();
        assert!(fixture.is_live(&tokens.access_token).await);
        assert_eq!(fixture.count("oauth_audit"), "0");
    }

    async fn a_revoked_access_token_is_dead_and_its_family_lives(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let id = fixture.admin().issued(IssuedKind::AccessToken, IssuedFilter::All, None).await.unwrap().rows[0].id;
        for _ in 0..2 {
            fixture.admin().revoke_access_token(id).await.unwrap();
        }
        assert!(!fixture.is_live(&tokens.access_token).await);
        assert!(fixture.refresh(refresh_token(&tokens)).await.is_ok());
        assert_eq!(fixture.trail().await.len(), 1, "the second time changed nothing");
    }

    async fn what_is_none_cannot_be_revoked(fixture: Fixture) {
        let admin = fixture.admin();
        let nowhere: IssuedId = "99-0000000000000063".parse().unwrap();
        assert!(matches!(admin.revoke_access_token(nowhere).await, Err(AdminError::NotFound)));
        assert!(matches!(admin.revoke_authorization_code(nowhere).await, Err(AdminError::NotFound)));
        assert!(matches!(admin.revoke_family(99).await, Err(AdminError::NotFound)));
        assert!(admin.issued_one(IssuedKind::AccessToken, nowhere).await.unwrap().is_none());
        assert!(admin.issued_one(IssuedKind::AuthorizationCode, nowhere).await.unwrap().is_none());
        assert!(admin.family(99).await.unwrap().is_none());
    }

    async fn what_is_issued_by_hand_and_a_token_that_is_ended_are_told(fixture: Fixture) {
        let (client_id, subject) = ("confidential".to_owned(), Some("alice".to_owned()));
        let issued = |all| EventKind::IssuedByStaff {
            client_id: client_id.clone(),
            subject: subject.clone(),
            scopes: scopes(all),
        };
        let (code, token) = (fixture.new_code("confidential").await, fixture.new_token().await);
        fixture.events();
        fixture.admin().issue_authorization_code(code).await.unwrap();
        let token = fixture.admin().issue_access_token(token).await.unwrap();
        assert_eq!(fixture.events(), [issued("read write"), issued("read")]);
        for _ in 0..2 {
            fixture.admin().revoke_access_token(token.id).await.unwrap();
        }
        let revoked = EventKind::AccessTokenRevoked { client_id: client_id.clone(), subject: subject.clone(), cause: Revocation::Staff };
        assert_eq!(fixture.events(), [revoked], "once");
    }
}
