//! Authorization codes, and the consents that they come from.

use super::assert_invalid_grant;
use crate::support::{EXAMPLE_CLIENT, EXAMPLE_REQUEST, Pair, agent::query};

both_databases! {
    async fn a_code_of_one_process_is_exchanged_at_the_other(pair: Pair) {
        let code = pair.one.signed_in().await.code(EXAMPLE_REQUEST).await;
        let tokens = pair.other.agent().exchange(&code).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
    }

    async fn a_code_that_was_exchanged_at_one_process_is_refused_by_the_other(pair: Pair) {
        let (user, other) = (pair.one.signed_in().await, pair.other.agent());
        let code = user.code(EXAMPLE_REQUEST).await;
        assert_eq!(other.exchange(&code).await.status, 200);
        assert_invalid_grant(&user.exchange(&code).await);
    }

    async fn a_second_exchange_at_one_process_ends_what_the_first_brought_at_the_other(pair: Pair) {
        let (user, other) = (pair.one.signed_in().await, pair.other.agent());
        let code = user.code(EXAMPLE_REQUEST).await;
        let tokens = other.exchange(&code).await;
        let token = tokens.field("access_token");
        pair.both_admit(&token).await;
        user.exchange(&code).await;
        pair.both_refuse(&token).await;
        assert_invalid_grant(&other.refresh(&tokens).await);
    }

    async fn a_code_that_both_processes_are_sent_at_once_brings_tokens_once_and_those_are_dead(
        pair: Pair,
    ) {
        let (user, other) = (pair.one.signed_in().await, pair.other.agent());
        for round in 0..ROUNDS {
            let code = user.code(&format!("{EXAMPLE_REQUEST}&prompt=consent")).await;
            let (first, second) = tokio::join!(user.exchange(&code), other.exchange(&code));
            let (won, lost) = if first.status == 200 { (first, second) } else { (second, first) };
            assert_eq!((won.status, lost.status), (200, 400), "{round}: {won:?}, {lost:?}");
            pair.both_refuse(&won.field("access_token")).await;
        }
    }

    async fn a_consent_that_was_given_at_one_process_is_not_asked_for_again_at_the_other(
        pair: Pair,
    ) {
        let user = pair.one.signed_in().await;
        user.code(EXAMPLE_REQUEST).await;
        let answer = user.at(&pair.other).get(AUTHORIZATION).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        assert!(query(&answer.location(), "code").is_some(), "{answer:?}");
    }

    async fn a_consent_that_was_taken_back_at_one_process_is_asked_for_again_at_the_other(
        pair: Pair,
    ) {
        let user = pair.one.signed_in().await;
        user.code(EXAMPLE_REQUEST).await;
        for server in [&pair.one, &pair.other] {
            assert_eq!(user.at(server).get(AUTHORIZATION).await.status, 303, "not asked for again");
        }
        let apps = user.get("/accounts/apps/").await;
        assert_eq!(user.submit(&apps, &[("revoke", EXAMPLE_CLIENT.0)]).await.status, 303);
        user.at(&pair.other).consent(EXAMPLE_REQUEST).await;
    }
}

/// [`EXAMPLE_REQUEST`], where it goes.
const AUTHORIZATION: &str = "/oauth2/authorization/?response_type=code&client_id=be6f31235c6118273918c4c70f6768&scope=user_info";
const ROUNDS: usize = 5;
