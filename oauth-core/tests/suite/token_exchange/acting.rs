//! Who acts: §4.1.

use oauth_core::{
    Act, AuthorizationServer, EventKind, GrantType, Introspection, NewClient, Secret,
};

use super::{Api, ISSUER, api};
use crate::support::{Fixture, assert_refused, scopes};

impl Fixture {
    async fn chain(&self, token: &Secret) -> Vec<String> {
        let act = self.guarded(token).await.expect("it is live").act;
        act.iter().flat_map(Act::chain).map(str::to_owned).collect()
    }

    async fn seen(&self, api: &Api, token: &Secret) -> Option<Introspection> {
        self.server.introspect(None, &api.about(token).params()).await.unwrap()
    }
}

both_databases! {
    /// §4.1: "the outermost act claim represents the current actor", and "nested act claims represent prior actors".
    async fn each_exchange_names_the_client_that_acts_now_before_all_others(fixture: Fixture) {
        let (first, second) = (fixture.an_api(api("first")).await, fixture.an_api(api("second")).await);
        let (_, one) = fixture.exchanged_anew(&first).await;
        let two = fixture.exchanged(&second, &one).await.unwrap().access_token;
        let three = fixture.exchanged(&first, &two).await.unwrap().access_token;
        assert_eq!(fixture.chain(&one).await, ["first"]);
        assert_eq!(fixture.chain(&two).await, ["second", "first"]);
        assert_eq!(fixture.chain(&three).await, ["first", "second", "first"]);
    }

    async fn who_acts_already_is_not_named_once_more(fixture: Fixture) {
        let first = fixture.an_api(api("first")).await;
        let (_, one) = fixture.exchanged_anew(&first).await;
        let lesser = fixture.token(&first.form(&one).set("scope", "read")).await.unwrap();
        assert_eq!(lesser.scopes, scopes("read"));
        assert_eq!(fixture.chain(&lesser.access_token).await, ["first"]);
    }

    async fn the_chain_is_not_lost_where_the_client_itself_exchanges_it_that_the_user_granted_it_to(fixture: Fixture) {
        let first = fixture.an_api(api("first")).await;
        let (_, one) = fixture.exchanged_anew(&first).await;
        let own = Api { client_id: "confidential".to_owned(), secret: fixture.secret.clone() };
        let old = fixture.server.client("confidential").await.unwrap().unwrap();
        let grant_types = vec![GrantType::AuthorizationCode, GrantType::TokenExchange];
        let mut new = NewClient { grant_types, ..NewClient::from(&*old) };
        fixture.admin().update_client(old.id, old.version, new.clone()).await.unwrap();
        assert_refused(fixture.exchanged(&own, &one).await, "invalid_request", "not one that this client");

        new.introspects = vec![ISSUER.to_owned()];
        fixture.admin().update_client(old.id, old.version + 1, new).await.unwrap();
        let two = fixture.exchanged(&own, &one).await.unwrap().access_token;
        assert_eq!(fixture.chain(&two).await, ["confidential", "first"]);
    }

    async fn no_more_than_five_act_one_after_the_other(fixture: Fixture) {
        let (first, second) = (fixture.an_api(api("first")).await, fixture.an_api(api("second")).await);
        let (_, mut token) = fixture.exchanged_anew(&first).await;
        for who in [&second, &first, &second, &first] {
            token = fixture.exchanged(who, &token).await.unwrap().access_token;
        }
        assert_eq!(fixture.chain(&token).await.len(), 5);
        assert_refused(fixture.exchanged(&second, &token).await, "invalid_request", "5 clients");
        assert!(fixture.exchanged(&first, &token).await.is_ok(), "who acts already");
    }

    async fn introspection_tells_who_acts_to_each_who_may_know_of_the_token(fixture: Fixture) {
        let (first, second) = (fixture.an_api(api("first")).await, fixture.an_api(api("second")).await);
        let own = Api { client_id: "confidential".to_owned(), secret: fixture.secret.clone() };
        let introspects = vec!["https://other.example".to_owned()];
        let acts = fixture.an_api(NewClient { introspects, ..api("stranger") }).await;
        let (tokens, one) = fixture.exchanged_anew(&first).await;
        for who in [&own, &first, &second] {
            let seen = fixture.seen(who, &one).await.expect("active");
            assert_eq!((seen.client_id.as_str(), seen.subject.as_deref()), ("confidential", Some("alice")));
            assert_eq!(seen.act.unwrap().chain().collect::<Vec<_>>(), ["first"]);
            assert_eq!(seen.expires_at, Some(1_003_600));
        }
        assert_eq!(fixture.seen(&own, &tokens.access_token).await.unwrap().act, None);
        assert_eq!(fixture.seen(&acts, &one).await, None);
    }

    async fn who_acts_may_look_at_its_token_also_where_it_may_look_at_no_others(fixture: Fixture) {
        let first = fixture.an_api(api("first")).await;
        let (tokens, one) = fixture.exchanged_anew(&first).await;
        let old = fixture.server.client("first").await.unwrap().unwrap();
        let new = NewClient { introspects: Vec::new(), ..NewClient::from(&*old) };
        fixture.admin().update_client(old.id, old.version, new).await.unwrap();
        assert!(fixture.seen(&first, &one).await.is_some());
        assert_eq!(fixture.seen(&first, &tokens.access_token).await, None);
        let lesser = fixture.exchanged(&first, &one).await;
        assert!(lesser.is_ok(), "it is its own");
        assert_refused(fixture.exchanged(&first, &tokens.access_token).await, "invalid_request", "unknown");
    }

    async fn a_token_is_not_active_while_one_is_disabled_who_acts(fixture: Fixture) {
        let first = fixture.an_api(api("first")).await;
        let own = Api { client_id: "confidential".to_owned(), secret: fixture.secret.clone() };
        let (_, one) = fixture.exchanged_anew(&first).await;
        fixture.server.set_client_disabled("first", true).await.unwrap();
        assert_eq!(fixture.seen(&own, &one).await, None);
        fixture.server.set_client_disabled("first", false).await.unwrap();
        assert!(fixture.seen(&own, &one).await.is_some());
    }

    async fn it_is_told_for_whom_and_by_whom(fixture: Fixture) {
        let first = fixture.an_api(api("first")).await;
        let tokens = fixture.tokens().await;
        fixture.events();
        fixture.token(&first.form(&tokens.access_token).set("scope", "read")).await.unwrap();
        let told = EventKind::TokenIssued {
            grant_type: GrantType::TokenExchange,
            client_id: "confidential".to_owned(),
            actor: Some("first".to_owned()),
            subject: Some("alice".to_owned()),
            scopes: scopes("read"),
            audience: None,
            data: None,
        };
        assert_eq!(fixture.events(), [told]);
        assert_refused(fixture.exchanged(&first, &"x".into()).await, "invalid_request", "unknown");
        let client_id = Some("first".to_owned());
        assert_eq!(fixture.events(), [EventKind::TokenRefused { client_id, code: "invalid_request" }]);
    }

    async fn what_it_admits_to_is_for_the_pages_of_who_acts(fixture: Fixture) {
        let cors_origins = vec!["https://page.example".to_owned()];
        let first = fixture.an_api(NewClient { cors_origins, ..api("first") }).await;
        let (tokens, one) = fixture.exchanged_anew(&first).await;
        for (token, may_read) in [(&one, true), (&tokens.access_token, false)] {
            let all = scopes("read");
            let verified = fixture.server.verify(token.expose(), &all);
            let (admitted, read) =
                AuthorizationServer::asked_by_page("https://page.example".to_owned(), verified).await;
            assert!(admitted.is_ok());
            assert_eq!(read, may_read);
        }
    }
}
