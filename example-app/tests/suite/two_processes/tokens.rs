//! Access tokens and refresh tokens.

use reqwest::Method;

use super::assert_invalid_grant;
use crate::support::{EXAMPLE_CLIENT, Pair};

both_databases! {
    async fn a_token_of_one_process_is_admitted_by_the_other(pair: Pair) {
        let tokens = pair.one.signed_in().await.tokens().await;
        let agent = pair.other.agent();
        let profile = agent.user_info(Method::GET, &tokens.field("access_token")).await;
        assert_eq!(profile.field("username"), "exampleuser");
    }

    async fn a_token_whose_user_disconnects_the_client_at_one_process_is_refused_by_the_other(
        pair: Pair,
    ) {
        let user = pair.one.signed_in().await;
        let token = pair.access_token(&user).await;
        let apps = user.get("/accounts/apps/").await;
        assert_eq!(user.submit(&apps, &[("revoke", EXAMPLE_CLIENT.0)]).await.status, 303);
        pair.both_refuse(&token).await;
    }

    async fn a_refresh_token_of_one_process_is_redeemed_at_the_other(pair: Pair) {
        let tokens = pair.one.signed_in().await.tokens().await;
        let refreshed = pair.other.agent().refresh(&tokens).await;
        assert_eq!(refreshed.status, 200, "{refreshed:?}");
    }

    async fn a_refresh_at_one_process_ends_the_old_token_at_the_other(pair: Pair) {
        let user = pair.one.signed_in().await;
        let tokens = user.tokens().await;
        let token = tokens.field("access_token");
        pair.both_admit(&token).await;
        assert_eq!(user.refresh(&tokens).await.status, 200);
        pair.both_refuse(&token).await;
    }

    async fn a_refresh_that_is_repeated_at_the_other_process_gets_the_same_answer(pair: Pair) {
        let user = pair.one.signed_in().await;
        let tokens = user.tokens().await;
        let first = user.refresh(&tokens).await;
        let again = user.at(&pair.other).refresh(&tokens).await;
        assert_eq!(first.status, 200, "{first:?}");
        assert_eq!(again.field("refresh_token"), first.field("refresh_token"), "{again:?}");
    }

    async fn refreshes_at_both_processes_at_once_get_the_same_answer(pair: Pair) {
        let (one, other) = (pair.one.signed_in().await, pair.other.agent());
        let mut tokens = one.tokens().await;
        for round in 0..ROUNDS {
            let (first, second) = tokio::join!(one.refresh(&tokens), other.refresh(&tokens));
            let statuses = (first.status, second.status);
            assert_eq!(statuses, (200, 200), "{round}: {first:?}, {second:?}");
            assert_eq!(first.field("refresh_token"), second.field("refresh_token"), "{round}");
            tokens = first;
        }
    }

    /// Not within the grace: that ends with the first use of the successor.
    async fn a_replay_at_one_process_ends_the_family_at_the_other(pair: Pair) {
        let user = pair.one.signed_in().await;
        let first = user.tokens().await;
        let second = user.refresh(&first).await;
        let third = user.at(&pair.other).refresh(&second).await;
        let token = third.field("access_token");
        pair.both_admit(&token).await;
        assert_invalid_grant(&user.refresh(&first).await);
        pair.both_refuse(&token).await;
    }

    async fn a_refresh_token_whose_family_a_replay_at_one_process_ended_is_refused_by_the_other(
        pair: Pair,
    ) {
        let (user, other) = (pair.one.signed_in().await, pair.other.agent());
        let first = user.tokens().await;
        let second = user.refresh(&first).await;
        let third = other.refresh(&second).await;
        assert_eq!(third.status, 200, "{third:?}");
        assert_invalid_grant(&user.refresh(&first).await);
        assert_invalid_grant(&other.refresh(&third).await);
    }
}

const ROUNDS: usize = 5;
