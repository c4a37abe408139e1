//! What staff see of a token that was exchanged.

use oauth_core::{
    Secret,
    admin::{IssuedFilter, IssuedKind, IssuedRecord, State},
};

use super::api;
use crate::support::{Fixture, assert_live};

impl Fixture {
    async fn shown(&self, token: &Secret) -> IssuedRecord {
        let filter = IssuedFilter::Value(token.clone());
        let page = self.admin().issued(IssuedKind::AccessToken, filter, None).await.unwrap();
        page.rows.into_iter().next().expect("it is listed")
    }
}

both_databases! {
    async fn they_see_who_acts_and_that_it_is_dead_with_that(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let (tokens, exchanged) = fixture.exchanged_anew(&api).await;
        let shown = fixture.shown(&exchanged).await;
        assert_eq!((shown.client.client_id.as_str(), shown.state), ("confidential", State::Live));
        assert_eq!(shown.act.unwrap().sub, "api");
        assert_eq!(fixture.shown(&tokens.access_token).await.act, None);

        fixture.server.set_client_disabled("api", true).await.unwrap();
        assert_eq!(fixture.shown(&exchanged).await.state, State::ClientDisabled);
        let one = fixture.admin().issued_one(IssuedKind::AccessToken, shown.id).await.unwrap();
        assert_eq!(one.unwrap().state, State::ClientDisabled);
        assert_eq!(fixture.shown(&tokens.access_token).await.state, State::Live);
        let of_client = fixture.admin().issued_to_client(fixture.key("confidential").await).await.unwrap();
        let actors: Vec<_> = of_client.access_tokens.iter().filter_map(|it| it.act.as_ref()).collect();
        assert_eq!(actors.len(), 1, "its own client's page shows it");
    }

    async fn they_end_it_alone(fixture: Fixture) {
        let api = fixture.an_api(api("api")).await;
        let (tokens, exchanged) = fixture.exchanged_anew(&api).await;
        let id = fixture.shown(&exchanged).await.id;
        fixture.admin().revoke_access_token(id).await.unwrap();
        assert!(fixture.guarded(&exchanged).await.is_none());
        assert_live(&fixture, &tokens).await;
    }
}
