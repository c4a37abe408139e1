//! What ends a token that was exchanged: its family, itself, and whoever acts with it.

use oauth_core::{EventKind, Revocation, TokenError};

use super::{Api, api};
use crate::support::{Fixture, assert_live, assert_refused, refresh_token};

impl Fixture {
    async fn gives_back(&self, api: &Api, token: &oauth_core::Secret) -> Result<(), TokenError> {
        self.server.revoke(None, &api.about(token).params()).await
    }
}

both_databases! {
    async fn the_end_of_the_family_ends_it(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let (_, exchanged) = fixture.exchanged_anew(&api).await;
        fixture.server.disconnect("alice", None).await.unwrap();
        assert!(fixture.guarded(&exchanged).await.is_none());
    }

    async fn a_refresh_token_that_is_given_back_ends_it(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let (tokens, exchanged) = fixture.exchanged_anew(&api).await;
        let own = Api { client_id: "confidential".to_owned(), secret: fixture.secret.clone() };
        fixture.gives_back(&own, refresh_token(&tokens)).await.unwrap();
        assert!(fixture.guarded(&exchanged).await.is_none());
    }

    async fn the_end_of_the_token_that_was_exchanged_alone_does_not(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let (tokens, exchanged) = fixture.exchanged_anew(&api).await;
        fixture.refresh(refresh_token(&tokens)).await.unwrap();
        assert!(fixture.guarded(&tokens.access_token).await.is_none());
        assert!(fixture.guarded(&exchanged).await.is_some());
    }

    async fn the_client_that_it_was_granted_to_and_the_one_that_acts_may_give_it_back(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let own = Api { client_id: "confidential".to_owned(), secret: fixture.secret.clone() };
        for who in [&api, &own] {
            let (tokens, exchanged) = fixture.exchanged_anew(&api).await;
            fixture.events();
            fixture.gives_back(who, &exchanged).await.unwrap();
            assert!(fixture.guarded(&exchanged).await.is_none());
            assert_live(&fixture, &tokens).await;
            let (client_id, subject) = ("confidential".to_owned(), Some("alice".to_owned()));
            let cause = Revocation::Client;
            assert_eq!(fixture.events(), [EventKind::AccessTokenRevoked { client_id, subject, cause }]);
        }
    }

    async fn nobody_else_may(fixture: Fixture) {
        let (first, second) = (fixture.an_api(api("api")).await, fixture.an_api(api("second")).await);
        let (tokens, exchanged) = fixture.exchanged_anew(&first).await;
        let again = fixture.exchanged(&second, &exchanged).await.unwrap().access_token;
        for (who, token) in [(&second, &exchanged), (&first, &again), (&first, &tokens.access_token)] {
            let refused = fixture.gives_back(who, token).await.unwrap_err();
            assert_eq!(refused.code(), "invalid_grant");
            assert!(fixture.guarded(token).await.is_some());
        }
    }

    async fn it_is_dead_while_a_client_is_disabled_that_acts_with_it(fixture: Fixture) {
        let (first, second) = (fixture.an_api(api("api")).await, fixture.an_api(api("second")).await);
        let (tokens, exchanged) = fixture.exchanged_anew(&first).await;
        let again = fixture.exchanged(&second, &exchanged).await.unwrap().access_token;
        for (client_id, of_first) in [("api", false), ("second", true)] {
            assert!(fixture.guarded(&exchanged).await.is_some() && fixture.guarded(&again).await.is_some());
            fixture.server.set_client_disabled(client_id, true).await.unwrap();
            assert_eq!(fixture.guarded(&exchanged).await.is_some(), of_first, "{client_id}");
            assert!(fixture.guarded(&again).await.is_none(), "{client_id}");
            assert_live(&fixture, &tokens).await;
            fixture.server.set_client_disabled(client_id, false).await.unwrap();
        }
        assert!(fixture.guarded(&again).await.is_some());
    }

    async fn a_token_of_who_is_disabled_is_exchanged_by_nobody(fixture: Fixture) {
        let (first, second) = (fixture.an_api(api("api")).await, fixture.an_api(api("second")).await);
        let (_, exchanged) = fixture.exchanged_anew(&first).await;
        fixture.server.set_client_disabled("api", true).await.unwrap();
        assert_refused(fixture.exchanged(&second, &exchanged).await, "invalid_request", "over");
    }

    async fn who_is_registered_anew_under_the_name_of_who_was_deleted_brings_nothing_back(fixture: Fixture) {
        let first = fixture.an_api(api("api")).await;
        let (tokens, exchanged) = fixture.exchanged_anew(&first).await;
        let id = fixture.key("api").await;
        fixture.admin().delete_client(id).await.unwrap();
        assert!(fixture.guarded(&exchanged).await.is_none());
        fixture.server.clear_expired().await.unwrap();
        fixture.clock.advance(1);
        let anew = fixture.an_api(api("api")).await;
        assert!(fixture.guarded(&exchanged).await.is_none());
        assert_refused(fixture.exchanged(&anew, &exchanged).await, "invalid_request", "over");
        assert!(fixture.exchanged(&anew, &tokens.access_token).await.is_ok());
    }

    async fn it_goes_with_the_clean_up(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        fixture.exchanged_anew(&api).await;
        assert_eq!(fixture.count("oauth_access_tokens"), "2");
        fixture.clock.advance(3_600 + 3_601);
        fixture.server.clear_expired().await.unwrap();
        assert_eq!(fixture.count("oauth_access_tokens"), "0");
    }
}
