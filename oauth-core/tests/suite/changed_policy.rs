//! A policy that changed reaches what lives: what a client may have is judged whenever something is issued.

use oauth_core::{
    BearerError, Lifetime, NewClient, Secret,
    admin::{NewAccessToken, ScopeFilter},
};

use crate::support::{
    Fixture, assert_refused, client, code_request, in_query, machine, refresh_token, scopes,
};

/// How `confidential` loses `write`. A scope that was deleted can be registered again.
#[derive(Debug, Clone, Copy)]
enum Loss {
    OfTheClient,
    Disabled,
    Deleted,
}

const LOSSES: [Loss; 3] = [Loss::OfTheClient, Loss::Disabled, Loss::Deleted];

impl Fixture {
    async fn take(&self, loss: Loss) {
        match loss {
            Loss::OfTheClient => self.have("read retired").await,
            Loss::Disabled => {
                assert!(self.server.set_scope_disabled("write", true).await.unwrap());
            }
            Loss::Deleted => {
                let filter = ScopeFilter::NameBegins("write".to_owned());
                let scope = self.admin().scopes(filter, None).await.unwrap().rows[0].id;
                self.admin().delete_scope(scope).await.unwrap();
            }
        }
    }

    async fn give_back(&self, loss: Loss) {
        match loss {
            Loss::OfTheClient => self.have("read write retired").await,
            Loss::Disabled => {
                assert!(self.server.set_scope_disabled("write", false).await.unwrap());
            }
            Loss::Deleted => self.server.register_scope("write", "Write").await.unwrap(),
        }
    }

    /// Has `confidential` be registered for these scopes.
    async fn have(&self, names: &str) {
        let old = self.server.client("confidential").await.unwrap().unwrap();
        let new = NewClient { scopes: scopes(names), ..NewClient::from(&*old) };
        self.admin().update_client(old.id, old.version, new).await.unwrap();
    }

    async fn may(&self, token: &Secret, scope: &str) -> bool {
        match self.server.verify(token.expose(), &scopes(scope)).await {
            Ok(_) => true,
            Err(BearerError::InsufficientScope(_)) => false,
            Err(other) => panic!("{other:?}"),
        }
    }

    /// A token of `confidential` for alice, issued by hand.
    async fn by_hand(&self, lifetime: Option<Lifetime>) -> Secret {
        let (client, scopes) = (self.key("confidential").await, scopes("read write"));
        let new = NewAccessToken { client, subject: Some("alice".to_owned()), scopes, lifetime };
        self.admin().issue_access_token(new).await.unwrap().secret
    }
}

both_databases! {
    async fn a_refresh_gives_what_is_left_and_again_what_comes_back(fixture: Fixture) {
        for loss in LOSSES {
            let first = fixture.tokens().await;
            fixture.take(loss).await;
            let second = fixture.refresh(refresh_token(&first)).await.unwrap();
            assert_eq!(second.scopes, scopes("read"), "{loss:?}");
            assert!(!fixture.may(&second.access_token, "write").await, "{loss:?}");
            fixture.give_back(loss).await;
            let third = fixture.refresh(refresh_token(&second)).await.unwrap();
            assert_eq!(third.scopes, scopes("read write"), "{loss:?}: the family keeps what was granted");
        }
    }

    async fn where_nothing_is_left_a_refresh_is_an_invalid_scope_and_redeems_nothing(fixture: Fixture) {
        for loss in LOSSES {
            let code = fixture.code(&code_request().set("scope", "write")).await;
            let first = fixture.exchange(&code).await.unwrap();
            fixture.take(loss).await;
            for _ in 0..2 {
                let answer = fixture.refresh(refresh_token(&first)).await;
                assert_refused(answer, "invalid_scope", "not available to this client: write");
            }
            fixture.give_back(loss).await;
            assert_eq!(fixture.refresh(refresh_token(&first)).await.unwrap().scopes, scopes("write"));
        }
    }

    async fn a_scope_that_is_asked_for_by_name_is_judged_the_same_way(fixture: Fixture) {
        let first = fixture.tokens().await;
        fixture.take(Loss::Disabled).await;
        let form = fixture.refresh_form(refresh_token(&first));
        let answer = fixture.token(&form.clone().set("scope", "write")).await;
        assert_refused(answer, "invalid_scope", "not available");
        let second = fixture.token(&form.set("scope", "read write")).await.unwrap();
        assert_eq!(second.scopes, scopes("read"));
    }

    async fn the_exchange_of_a_code_gives_what_is_left_and_the_family_keeps_the_rest(fixture: Fixture) {
        for loss in LOSSES {
            let code = fixture.code(&code_request()).await;
            fixture.take(loss).await;
            let first = fixture.exchange(&code).await.unwrap();
            assert_eq!(first.scopes, scopes("read"), "{loss:?}");
            assert!(!fixture.may(&first.access_token, "write").await, "{loss:?}");
            fixture.give_back(loss).await;
            let second = fixture.refresh(refresh_token(&first)).await.unwrap();
            assert_eq!(second.scopes, scopes("read write"), "{loss:?}");
        }
    }

    async fn where_nothing_is_left_the_exchange_of_a_code_is_an_invalid_scope(fixture: Fixture) {
        for loss in LOSSES {
            let code = fixture.code(&code_request().set("scope", "write")).await;
            fixture.take(loss).await;
            assert_refused(fixture.exchange(&code).await, "invalid_scope", "not available to this client: write");
            fixture.give_back(loss).await;
            assert!(fixture.exchange(&code).await.is_ok(), "{loss:?}: it was not redeemed");
        }
    }

    async fn a_repetition_within_the_grace_has_the_scopes_of_the_first_answer(fixture: Fixture) {
        for loss in LOSSES {
            let first = fixture.tokens().await;
            let second = fixture.refresh(refresh_token(&first)).await.unwrap();
            fixture.take(loss).await;
            let again = fixture.refresh(refresh_token(&first)).await.unwrap();
            assert_eq!((&again.access_token, &again.scopes), (&second.access_token, &scopes("read write")));
            let third = fixture.refresh(refresh_token(&second)).await.unwrap();
            fixture.give_back(loss).await;
            let again = fixture.refresh(refresh_token(&second)).await.unwrap();
            assert_eq!((&again.access_token, &again.scopes), (&third.access_token, &scopes("read")));
        }
    }

    async fn a_client_of_every_scope_loses_those_that_the_server_gives_no_more(fixture: Fixture) {
        let new = NewClient { any_scope: true, scopes: scopes(""), ..client("any") };
        let secret = fixture.register(new).await.secret.unwrap();
        let code = in_query(&fixture.authorize(&code_request().set("client_id", "any")).await, "code").unwrap();
        let of_any = |form: crate::support::Form| form.set("client_id", "any").set("client_secret", secret.expose());
        let first = fixture.token(&of_any(fixture.exchange_form(&code))).await.unwrap();
        fixture.take(Loss::Deleted).await;
        let second = fixture.token(&of_any(fixture.refresh_form(refresh_token(&first)))).await.unwrap();
        assert_eq!(second.scopes, scopes("read"));
    }

    async fn a_default_scope_that_the_client_may_not_have_is_not_given(fixture: Fixture) {
        let new = NewClient { default_scopes: scopes("read write"), ..machine("robot") };
        let secret = fixture.register(new).await.secret.unwrap();
        fixture.take(Loss::Disabled).await;
        let form = fixture.refresh_form(&"none".into()).set("grant_type", "client_credentials");
        let form = form.without("refresh_token").set("client_id", "robot").set("client_secret", secret.expose());
        assert_eq!(fixture.token(&form).await.unwrap().scopes, scopes("read"));
    }

    async fn a_token_that_never_ends_allows_no_more_than_its_client_may_have(fixture: Fixture) {
        let endless = fixture.by_hand(Some(Lifetime::Never)).await;
        for loss in LOSSES {
            assert!(fixture.may(&endless, "read write").await, "{loss:?}");
            fixture.take(loss).await;
            assert!(!fixture.may(&endless, "write").await, "{loss:?}");
            assert!(fixture.may(&endless, "read").await, "{loss:?}");
            let left = fixture.server.verify(endless.expose(), &scopes("")).await.unwrap().scopes;
            assert_eq!(left, scopes("read"), "{loss:?}");
            fixture.give_back(loss).await;
        }
        assert!(fixture.may(&endless, "read write").await);
    }

    async fn any_other_keeps_what_it_allows_until_its_end(fixture: Fixture) {
        let token = fixture.by_hand(None).await;
        for loss in [Loss::OfTheClient, Loss::Deleted] {
            fixture.take(loss).await;
            assert!(fixture.may(&token, "write").await, "{loss:?}");
        }
        fixture.clock.advance(3600);
        let answer = fixture.server.verify(token.expose(), &scopes("write")).await;
        assert!(matches!(answer, Err(BearerError::InvalidToken(_))), "{answer:?}");
    }
}
