//! The scope that every server knows: OpenID Connect Core §11.

use oauth_core::{GrantType, NewClient};

use crate::support::{Fixture, assert_live, client, code_request, refresh_token, scopes};

impl Fixture {
    async fn asked_for(&self, scope: &str) -> oauth_core::Tokens {
        let code = self.code(&code_request().set("scope", scope)).await;
        self.exchange(&code).await.expect("tokens")
    }
}

both_databases! {
    async fn any_client_with_the_refresh_grant_may_ask_for_it(fixture: Fixture) {
        let tokens = fixture.asked_for("read offline_access").await;
        assert_eq!(tokens.scopes, scopes("offline_access read"));
        let next = fixture.refresh(refresh_token(&tokens)).await.unwrap();
        assert_eq!(next.scopes, scopes("offline_access read"));
        assert_live(&fixture, &next).await;
    }

    async fn the_user_is_told_what_it_means(fixture: Fixture) {
        let request = fixture.judge(&code_request().set("scope", "read offline_access")).await.unwrap();
        let asked: Vec<_> = request.scopes().iter().map(|scope| scope.name.as_str()).collect();
        assert_eq!(asked, ["read", "offline_access"]);
        assert!(request.scopes()[1].description.contains("when you are away"));
    }

    async fn a_client_without_the_refresh_grant_may_not(fixture: Fixture) {
        let new = NewClient { grant_types: vec![GrantType::AuthorizationCode], ..client("once") };
        fixture.register(new).await;
        let request = code_request().set("client_id", "once").set("scope", "read offline_access");
        let refused = fixture.judge(&request).await.unwrap_err().to_string();
        assert!(refused.starts_with("invalid_scope"), "{refused}");
    }

    async fn a_client_may_list_it_without_its_being_registered(fixture: Fixture) {
        let new = NewClient { scopes: scopes("read offline_access"), ..client("app") };
        fixture.register(new).await;
    }

    async fn a_setting_says_whether_refresh_tokens_need_it(fixture: Fixture) {
        assert!(fixture.asked_for("read").await.refresh_token.is_some());
        let fixture = fixture.with(|settings| settings.refresh_needs_offline_access = true);
        assert!(fixture.asked_for("read").await.refresh_token.is_none());
        let tokens = fixture.asked_for("read offline_access").await;
        let next = fixture.refresh(refresh_token(&tokens)).await.unwrap();
        assert!(fixture.refresh(refresh_token(&next)).await.is_ok());
    }
}
