//! What the policy says to an exchange.

use std::sync::{Arc, Mutex};

use oauth_core::{GrantType, Lifetime, PolicyRequest, Ruling, TokenError};
use serde_json::{Map, json};

use super::api;
use crate::support::{Database, Fixture, assert_refused, scopes};

/// With this policy for exchanges alone.
fn ruled(
    mut fixture: Fixture,
    rules: impl Fn(&PolicyRequest<'_>) -> Result<Ruling, TokenError> + Send + Sync + 'static,
) -> Fixture {
    fixture.server = fixture.server.with_policy(move |request: &PolicyRequest<'_>| {
        let is_exchange = *request.grant_type == GrantType::TokenExchange;
        if is_exchange { rules(request) } else { Ok(Ruling::default()) }
    });
    fixture
}

both_databases! {
    async fn it_is_asked_who_asks_for_whom_and_to_whom_it_was_granted(fixture: Fixture) {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        let fixture = ruled(fixture, move |request| {
            let (client, subject) = (&request.client.client_id, request.subject.unwrap());
            let line = format!("{client} {subject} {:?} {} {:?}", request.granted_to, request.scopes, request.endpoint);
            noted.lock().unwrap().push(line);
            Ok(Ruling::default())
        });
        let api = fixture.an_api(api("api")).await;
        fixture.exchanged_anew(&api).await;
        assert_eq!(*asked.lock().unwrap(), ["api alice Some(\"confidential\") read write Token"]);
    }

    async fn every_other_grant_was_granted_to_nobody_before(fixture: Fixture) {
        let mut fixture = fixture;
        fixture.server = fixture.server.with_policy(|request: &PolicyRequest<'_>| {
            assert_eq!(request.granted_to, None);
            Ok(Ruling::default())
        });
        fixture.tokens().await;
    }

    async fn it_refuses(fixture: Fixture) {
        let fixture = ruled(fixture, |_| Err(TokenError::InvalidTarget("not for this API".into())));
        let api = fixture.an_api(api("api")).await;
        let tokens = fixture.tokens().await;
        assert_refused(fixture.exchanged(&api, &tokens.access_token).await, "invalid_target", "not for this API");
        assert_eq!(fixture.count("oauth_access_tokens"), "1");
    }

    async fn it_gives_less_and_never_more(fixture: Fixture) {
        let fixture = ruled(fixture, |_| Ok(Ruling {
            scopes: Some(scopes("read admin")),
            access_token_lifetime: Some(Lifetime::Never),
            members: Map::from_iter([("note".to_owned(), json!("x"))]),
            ..Ruling::default()
        }));
        let api = fixture.an_api(api("api")).await;
        let tokens = fixture.tokens().await;
        let exchanged = fixture.exchanged(&api, &tokens.access_token).await.unwrap();
        assert_eq!((exchanged.scopes, exchanged.expires_in), (scopes("read"), Some(3_600)));
        assert_eq!(exchanged.members["note"], "x");
        let fixture = ruled(fixture, |_| Ok(Ruling { access_token_lifetime: Some(Lifetime::Seconds(9)), ..Ruling::default() }));
        assert_eq!(fixture.exchanged(&api, &tokens.access_token).await.unwrap().expires_in, Some(9));
    }

    async fn what_hangs_on_the_family_stays_as_it_was(fixture: Fixture) {
        let mut fixture = fixture;
        fixture.server = fixture.server.with_policy(|request: &PolicyRequest<'_>| {
            let data = Some(json!(request.client.client_id));
            Ok(Ruling { data, ..Ruling::default() })
        });
        let api = fixture.an_api(api("api")).await;
        let (tokens, exchanged) = fixture.exchanged_anew(&api).await;
        for token in [&exchanged, &tokens.access_token] {
            assert_eq!(fixture.guarded(token).await.unwrap().data.unwrap().as_str(), "\"confidential\"");
        }
    }

    async fn no_member_takes_the_place_of_what_the_rfc_has(fixture: Fixture) {
        let fixture = ruled(fixture, |_| {
            let members = Map::from_iter([("issued_token_type".to_owned(), json!("x"))]);
            Ok(Ruling { members, ..Ruling::default() })
        });
        let api = fixture.an_api(api("api")).await;
        let tokens = fixture.tokens().await;
        assert_refused(fixture.exchanged(&api, &tokens.access_token).await, "temporarily_unavailable", "");
    }

    /// What happens between the look at the token and the write: as long as the policy takes.
    async fn a_token_that_ends_meanwhile_is_exchanged_for_nothing(fixture: Fixture) {
        let url = fixture.database.url.clone();
        let ends = Arc::new(Mutex::new(""));
        let meanwhile = Arc::clone(&ends);
        let fixture = ruled(fixture, move |_| {
            Database::at(url.clone()).execute(&meanwhile.lock().unwrap());
            Ok(Ruling::default())
        });
        let api = fixture.an_api(api("api")).await;
        for end in [
            "UPDATE oauth_access_tokens SET revoked_at = 1",
            "UPDATE oauth_access_tokens SET expires_at = 1",
            "UPDATE oauth_grants SET revoked_at = 1",
            "UPDATE oauth_grants SET expires_at = 1",
            "UPDATE oauth_clients SET disabled_at = 1 WHERE client_id = 'confidential'",
        ] {
            let tokens = fixture.tokens().await;
            let before = fixture.count("oauth_access_tokens");
            *ends.lock().unwrap() = end;
            fixture.events();
            assert_refused(fixture.exchanged(&api, &tokens.access_token).await, "invalid_request", "over");
            assert_eq!(fixture.count("oauth_access_tokens"), before, "{end}");
            assert_eq!(fixture.events().len(), 1, "the refusal alone is told");
        }
    }
}
