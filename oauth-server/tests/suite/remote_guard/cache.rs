//! What is remembered, and for how long.

use std::sync::Arc;

use super::{Api, UNKNOWN};
use crate::support::Site;

both_databases! {
    async fn a_revoked_token_passes_for_five_seconds_and_no_longer(site: Site) {
        let api = Api::of(&site, |_| {}).await;
        let token = site.access_token("read").await;
        assert_eq!(api.call("/read", &token).await.status, 200);
        let alice = site.alice().await.id.to_string();
        site.server.disconnect(&alice, None).await.unwrap();
        api.clock.advance(4);
        assert_eq!(api.call("/read", &token).await.status, 200);
        assert_eq!(api.front.asked(), 1);
        api.clock.advance(1);
        assert_eq!(api.call("/read", &token).await.status, 401);
        assert_eq!(api.front.asked(), 2);
    }

    async fn with_none_remembered_a_revoked_token_is_refused_at_once(site: Site) {
        let api = Api::of(&site, |settings| settings.cached_for = 0).await;
        let token = site.access_token("read").await;
        assert_eq!(api.call("/read", &token).await.status, 200);
        let alice = site.alice().await.id.to_string();
        site.server.disconnect(&alice, None).await.unwrap();
        assert_eq!(api.call("/read", &token).await.status, 401);
        assert_eq!(api.front.asked(), 2);
    }

    async fn a_token_passes_never_beyond_its_end(site: Site) {
        let site = site.with(|config| config.settings.access_token_lifetime = 3).await;
        let api = Api::of(&site, |_| {}).await;
        let token = site.access_token("read").await;
        assert_eq!(api.call("/read", &token).await.status, 200);
        api.clock.advance(3);
        assert_eq!(api.call("/read", &token).await.status, 401);
        assert_eq!(api.front.asked(), 1, "nobody has to be asked for that");
    }

    async fn what_is_not_active_is_remembered_as_well(site: Site) {
        let api = Api::of(&site, |_| {}).await;
        for _ in 0..3 {
            assert_eq!(api.call("/read", UNKNOWN).await.status, 401);
        }
        assert_eq!(api.front.asked(), 1);
    }

    async fn where_the_clock_is_set_back_nothing_is_remembered(site: Site) {
        let api = Api::of(&site, |_| {}).await;
        let token = site.access_token("read").await;
        assert_eq!(api.call("/read", &token).await.status, 200);
        api.clock.advance(-1);
        assert_eq!(api.call("/read", &token).await.status, 200);
        assert_eq!(api.front.asked(), 2);
    }

    async fn while_the_provider_is_out_a_known_answer_holds_and_then_it_is_503(site: Site) {
        let api = Api::of(&site, |_| {}).await;
        let token = site.access_token("read").await;
        assert_eq!(api.call("/read", &token).await.status, 200);
        api.front.answers(503, "");
        api.clock.advance(4);
        assert_eq!(api.call("/read", &token).await.status, 200);
        api.clock.advance(1);
        assert_eq!(api.call("/read", &token).await.status, 503, "never the old answer");
    }

    async fn who_asks_at_the_same_time_shares_one_question(site: Site) {
        let api = Arc::new(Api::of(&site, |_| {}).await);
        let token = site.access_token("read").await;
        let closed = api.front.open.acquire_many(1000).await.unwrap();
        let calls: Vec<_> = (0..20).map(|_| {
            let (api, token) = (Arc::clone(&api), token.clone());
            tokio::spawn(async move { api.call("/read", &token).await.status })
        }).collect();
        while api.front.asked() == 0 {
            tokio::task::yield_now().await;
        }
        drop(closed);
        for call in calls {
            assert_eq!(call.await.unwrap(), 200);
        }
        assert_eq!(api.front.asked(), 1);
    }

    async fn it_remembers_no_more_tokens_than_it_may(site: Site) {
        let api = Api::of(&site, |settings| settings.cached = 2).await;
        let mut tokens = Vec::new();
        for _ in 0..3 {
            tokens.push(site.access_token("read").await);
        }
        for (asked, token) in [(1, 0), (2, 1), (2, 0), (3, 2), (4, 0)] {
            assert_eq!(api.call("/read", &tokens[token]).await.status, 200);
            assert_eq!(api.front.asked(), asked, "{token}");
        }
    }
}
