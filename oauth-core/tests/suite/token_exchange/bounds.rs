//! What a token is exchanged for allows no more, and ends no later.

use oauth_core::{GrantType, Lifetime, NewClient, Tokens};

use super::{Api, api};
use crate::support::{Fixture, Form, assert_refused, client, code_request, scopes};

impl Fixture {
    /// Tokens of a client `app` for these scopes.
    async fn tokens_of_app(&self, new: NewClient, scope: &str) -> Tokens {
        let secret = self.register(new).await.secret.unwrap();
        let code = self.code(&code_request().set("client_id", "app").set("scope", scope)).await;
        let form = self.exchange_form(&code).set("client_id", "app");
        self.token(&form.set("client_secret", secret.expose())).await.expect("tokens")
    }

    /// A change by staff.
    async fn change_by_staff(&self, client_id: &str, change: impl FnOnce(NewClient) -> NewClient) {
        let old = self.server.client(client_id).await.unwrap().unwrap();
        let new = change(NewClient::from(&*old));
        self.admin().update_client(old.id, old.version, new).await.unwrap();
    }
}

async fn with_scope(fixture: &Fixture, form: &Form, scope: &str) -> oauth_core::Scopes {
    fixture.token(&form.clone().set("scope", scope)).await.expect(scope).scopes
}

both_databases! {
    async fn it_has_the_scopes_that_are_asked_for_or_all(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let form = api.form(&fixture.tokens().await.access_token);
        for (asked, given) in [("", "read write"), ("read", "read"), ("write read", "read write")] {
            assert_eq!(with_scope(&fixture, &form, asked).await, scopes(given));
        }
    }

    async fn no_scope_is_gained(fixture: Fixture) {
        let api = fixture.an_api(NewClient { any_scope: true, ..api("api") }).await;
        let tokens = fixture.tokens_of_app(NewClient { any_scope: true, ..client("app") }, "read").await;
        let form = api.form(&tokens.access_token);
        for (asked, reason) in [("write", "write"), ("read admin", "admin"), ("nonsense", "nonsense"), ("a\"b", "ASCII")] {
            assert_refused(fixture.token(&form.clone().set("scope", asked)).await, "invalid_scope", reason);
        }
        let narrowed = fixture.token(&form).await.unwrap();
        let again = api.form(&narrowed.access_token).set("scope", "read write");
        assert_refused(fixture.token(&again).await, "invalid_scope", "write");
        assert_eq!(with_scope(&fixture, &form, "").await, scopes("read"));
    }

    async fn an_api_has_none_that_it_is_not_registered_for(fixture: Fixture) {
        let api = fixture.an_api(NewClient { scopes: scopes("read"), ..api("api") }).await;
        let form = api.form(&fixture.tokens().await.access_token);
        assert_eq!(with_scope(&fixture, &form, "").await, scopes("read"));
        assert_eq!(with_scope(&fixture, &form, "read write").await, scopes("read"));
        assert_refused(fixture.token(&form.set("scope", "write")).await, "invalid_scope", "write");
    }

    async fn scopes_that_the_server_gives_no_more_are_left_out(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let form = api.form(&fixture.tokens().await.access_token);
        fixture.server.set_scope_disabled("write", true).await.unwrap();
        assert_eq!(with_scope(&fixture, &form, "").await, scopes("read"));
        fixture.server.set_scope_disabled("read", true).await.unwrap();
        // RFC 8693 §2.2.2: no scope was asked for, so that it is the token that "is unacceptable".
        assert_refused(fixture.token(&form).await, "invalid_request", "read");
        assert_refused(fixture.token(&form.set("scope", "read")).await, "invalid_scope", "read");
    }

    async fn scopes_that_the_client_may_not_have_any_more_to_which_they_were_granted_are_left_out(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let form = api.form(&fixture.tokens().await.access_token);
        fixture.change_by_staff("confidential", |new| NewClient { scopes: scopes("read"), ..new }).await;
        assert_eq!(with_scope(&fixture, &form, "").await, scopes("read"));
    }

    async fn scopes_that_one_in_between_may_not_have_any_more_are_left_out(fixture: Fixture) {
        let (first, second) = (fixture.an_api(api("api")).await, fixture.an_api(api("second")).await);
        let (_, exchanged) = fixture.exchanged_anew(&first).await;
        fixture.change_by_staff("api", |new| NewClient { scopes: scopes("write"), ..new }).await;
        assert_eq!(fixture.exchanged(&second, &exchanged).await.unwrap().scopes, scopes("write"));
    }

    async fn what_a_scope_implies_goes_with_it_as_far_as_the_token_has_it(fixture: Fixture) {
        let app = fixture.app().await;
        let introspects = vec![crate::support::NOTES.to_owned()];
        let api = fixture.an_api(NewClient { scopes: scopes("notes"), introspects, ..api("api") }).await;
        let tokens = app.tokens("notes", &[crate::support::NOTES]).await;
        let form = api.form(&tokens.access_token);
        assert_eq!(with_scope(&fixture, &form, "notes:read").await, scopes("notes:read"));
        assert_eq!(with_scope(&fixture, &form, "notes").await, scopes("notes notes:read"));
        let lesser = fixture.token(&form.set("scope", "notes:read")).await.unwrap();
        let more = api.form(&lesser.access_token).set("scope", "notes");
        assert_refused(fixture.token(&more).await, "invalid_scope", "notes");
    }

    async fn who_the_user_is_and_that_the_client_may_go_on_is_not_passed_on(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.openid = true);
        let all = scopes("openid read offline_access");
        let grant_types = vec![GrantType::TokenExchange, GrantType::RefreshToken];
        let api = fixture.an_api(NewClient { scopes: all.clone(), grant_types, ..api("api") }).await;
        let tokens = fixture.tokens_of_app(NewClient { scopes: all.clone(), ..client("app") }, &all.to_string()).await;
        assert_eq!(tokens.scopes, all);
        let form = api.form(&tokens.access_token);
        let exchanged = fixture.token(&form).await.unwrap();
        assert!(exchanged.refresh_token.is_none() && exchanged.id_token.is_none());
        assert_eq!(fixture.guarded(&exchanged.access_token).await.unwrap().scopes, scopes("read"));
        for asked in ["openid", "offline_access", "read openid"] {
            assert_refused(fixture.token(&form.clone().set("scope", asked)).await, "invalid_scope", asked.trim_start_matches("read "));
        }
        let refused = fixture.server.verify(exchanged.access_token.expose(), &scopes("openid")).await;
        assert_eq!(refused.unwrap_err().code(), Some("insufficient_scope"));
    }

    async fn a_token_that_tells_who_the_user_is_and_nothing_else_is_exchanged_for_nothing(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.openid = true);
        let all = scopes("openid read");
        let api = fixture.an_api(NewClient { scopes: all.clone(), ..api("api") }).await;
        let tokens = fixture.tokens_of_app(NewClient { scopes: all, ..client("app") }, "openid").await;
        for scope in ["", "read", "openid"] {
            let form = api.form(&tokens.access_token).set("scope", scope);
            assert_refused(fixture.token(&form).await, "invalid_request", "passed on");
        }
    }

    async fn it_ends_with_the_token_that_was_exchanged_at_the_latest(fixture: Fixture) {
        let long = Some(Lifetime::Seconds(86_400));
        let api = fixture.an_api(NewClient { access_token_lifetime: long, ..api("api") }).await;
        let tokens = fixture.tokens().await;
        fixture.clock.advance(3_000);
        let exchanged = fixture.exchanged(&api, &tokens.access_token).await.unwrap();
        assert_eq!(exchanged.expires_in, Some(600));
        fixture.clock.advance(599);
        let again = fixture.exchanged(&api, &exchanged.access_token).await.unwrap();
        assert_eq!(again.expires_in, Some(1));
        fixture.clock.advance(1);
        assert!(fixture.guarded(&exchanged.access_token).await.is_none());
        assert!(fixture.guarded(&again.access_token).await.is_none());
    }

    async fn it_lasts_no_longer_than_tokens_of_the_api_do(fixture: Fixture) {
        let short = Some(Lifetime::Seconds(60));
        let api = fixture.an_api(NewClient { access_token_lifetime: short, ..api("api") }).await;
        let tokens = fixture.tokens().await;
        assert_eq!(fixture.exchanged(&api, &tokens.access_token).await.unwrap().expires_in, Some(60));
    }

    async fn even_of_what_never_ends_it_does(fixture: Fixture) {
        let never = Some(Lifetime::Never);
        let api = fixture.an_api(NewClient { access_token_lifetime: never, ..api("api") }).await;
        let endless = NewClient { access_token_lifetime: never, ..client("app") };
        let tokens = fixture.tokens_of_app(endless, "read").await;
        assert_eq!(tokens.expires_in, None);
        let exchanged = fixture.exchanged(&api, &tokens.access_token).await.unwrap();
        assert_eq!(exchanged.expires_in, Some(3_600));
    }

    async fn it_ends_with_the_family_at_the_latest(fixture: Fixture) {
        let fixture = fixture.with(|settings| settings.grant_lifetime = Some(1_000));
        let long = Some(Lifetime::Seconds(86_400));
        let api: Api = fixture.an_api(NewClient { access_token_lifetime: long, ..api("api") }).await;
        let tokens = fixture.tokens().await;
        assert_eq!(fixture.exchanged(&api, &tokens.access_token).await.unwrap().expires_in, Some(1_000));
    }
}
