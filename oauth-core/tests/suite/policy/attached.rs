//! What the policy attaches to a family, and adds to the answer.

use oauth_core::{EventKind, Lifetime, Ruling, TokenError, Tokens};
use serde_json::{Value, json};

use super::data;
use crate::support::{Fixture, implicit_request, in_fragment, refresh_token, scopes};

impl Fixture {
    /// What a guard is given of the token.
    async fn data(&self, tokens: &Tokens) -> Option<Value> {
        let token = self.server.verify(tokens.access_token.expose(), &scopes("")).await.unwrap();
        token.data.map(|data| data.parse().unwrap())
    }
}

both_databases! {
    async fn what_it_attaches_is_given_to_guards_until_it_attaches_something_else(fixture: Fixture) {
        let tenant = json!({ "tenant": "acme", "note": "ключ \"x\"" });
        let fixture = fixture.always(data(tenant.clone()));
        let tokens = fixture.tokens().await;
        assert_eq!(fixture.data(&tokens).await, Some(tenant.clone()));

        let fixture = fixture.always(Ruling::default());
        let second = fixture.refresh(refresh_token(&tokens)).await.unwrap();
        assert_eq!(fixture.data(&second).await, Some(tenant));

        let fixture = fixture.always(data(json!(["other"])));
        let third = fixture.refresh(refresh_token(&second)).await.unwrap();
        assert_eq!(fixture.data(&third).await, Some(json!(["other"])));
    }

    async fn what_it_attaches_at_the_redemption_of_a_code_takes_the_place_of_what_it_attached_before(fixture: Fixture) {
        let fixture = fixture.ruled(|request| {
            let said = request.data.map_or("nothing", |data| data.as_str());
            Ok(data(json!({ "before": said })))
        });
        let tokens = fixture.tokens().await;
        let expected = json!({ "before": "{\"before\":\"nothing\"}" });
        assert_eq!(fixture.data(&tokens).await, Some(expected));
    }

    async fn a_token_of_a_client_that_acts_for_itself_has_its_data_too(fixture: Fixture) {
        let fixture = fixture.always(data(json!(7)));
        let tokens = fixture.for_itself().await.unwrap();
        assert_eq!(fixture.data(&tokens).await, Some(json!(7)));
        let location = fixture.authorize(&implicit_request()).await;
        let token = in_fragment(&location, "access_token").unwrap();
        let token = fixture.server.verify(&token, &scopes("read")).await.unwrap();
        assert_eq!(token.data.unwrap().as_str(), "7");
    }

    async fn without_a_policy_there_is_no_data(fixture: Fixture) {
        assert_eq!(fixture.data(&fixture.tokens().await).await, None);
    }

    async fn events_tell_of_what_it_attached(fixture: Fixture) {
        let fixture = fixture.always(data(json!("acme")));
        let tokens = fixture.tokens().await;
        fixture.refresh(refresh_token(&tokens)).await.unwrap();
        let told: Vec<_> = fixture.events().into_iter().filter_map(|kind| match kind {
            EventKind::AuthorizationAccepted { data, .. }
            | EventKind::TokenIssued { data, .. }
            | EventKind::TokenRefreshed { data, .. } => Some(data.unwrap().as_str().to_owned()),
            _ => None,
        }).collect();
        assert_eq!(told, ["\"acme\""; 3]);
    }

    async fn it_adds_members_to_the_answer(fixture: Fixture) {
        let members = json!({ "tenant": "acme", "limits": [1, 2] });
        let fixture = fixture.always(Ruling {
            members: members.as_object().unwrap().clone(),
            ..Ruling::default()
        });
        let tokens = fixture.tokens().await;
        assert_eq!(Value::Object(tokens.members), members);
    }

    async fn a_repeated_refresh_is_not_judged_again_and_answered_as_the_first_was(fixture: Fixture) {
        let tokens = fixture.tokens().await;
        let fixture = fixture.always(Ruling {
            scopes: Some(scopes("read")),
            access_token_lifetime: Some(Lifetime::Seconds(300)),
            data: Some(json!("then")),
            members: json!({ "said": "then" }).as_object().unwrap().clone(),
            ..Ruling::default()
        });
        let second = fixture.refresh(refresh_token(&tokens)).await.unwrap();
        fixture.clock.advance(5);
        let fixture = fixture.ruled(|_| Err(TokenError::InvalidGrant("no more".into())));
        let again = fixture.refresh(refresh_token(&tokens)).await.unwrap();
        assert_eq!(again.access_token, second.access_token);
        assert_eq!(refresh_token(&again), refresh_token(&second));
        assert_eq!((again.scopes, again.expires_in), (scopes("read"), Some(295)));
        assert_eq!(Value::Object(again.members), json!({ "said": "then" }));
        assert_eq!(fixture.data(&second).await, Some(json!("then")));
    }

    async fn the_members_of_a_repeated_refresh_are_those_of_that_refresh_and_of_none_before(fixture: Fixture) {
        let said = json!({ "said": "before" }).as_object().unwrap().clone();
        let fixture = fixture.always(Ruling { members: said, ..Ruling::default() });
        let second = fixture.refresh(refresh_token(&fixture.tokens().await)).await.unwrap();
        let fixture = fixture.always(Ruling::default());
        fixture.refresh(refresh_token(&second)).await.unwrap();
        let again = fixture.refresh(refresh_token(&second)).await.unwrap();
        assert_eq!(Value::Object(again.members), json!({}));
    }
}
