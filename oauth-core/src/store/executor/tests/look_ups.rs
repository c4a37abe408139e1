//! Look-ups that share a statement have nothing else in common.

use diesel::connection::SimpleConnection;

use super::{
    standings::{token, with_tokens},
    *,
};

#[tokio::test]
async fn each_of_very_many_checks_gets_its_own_answer() {
    for database in databases() {
        let store = migrated(&database);
        with_tokens(&store, 40).await;
        let checks = (0..400).map(|number| {
            let (store, known) = (store.clone(), number % 50);
            tokio::spawn(async move { (known, store.standing(token(known)).await.unwrap()) })
        });
        for check in checks.collect::<Vec<_>>() {
            let (number, standing) = check.await.unwrap();
            let grant_id = standing.map(|standing| standing.grant_id);
            assert_eq!(grant_id, (number < 40).then_some(number), "the token {number}");
        }
    }
}

#[tokio::test]
async fn a_check_whose_caller_has_gone_keeps_no_other_waiting() {
    for database in databases() {
        let store = migrated(&database);
        with_tokens(&store, 2).await;
        for _ in 0..50 {
            let gone = store.standing(token(0));
            let polled_once = tokio::time::timeout(std::time::Duration::ZERO, gone);
            drop(polled_once.await);
            assert!(store.standing(token(1)).await.unwrap().is_some());
        }
    }
}

#[tokio::test]
async fn a_failure_is_told_to_all_who_share_it_and_the_next_check_asks_again() {
    for database in databases() {
        let store = migrated(&database);
        with_tokens(&store, 2).await;
        let rename = |to: &'static str| move |db: &mut DbConnection| db.batch_execute(to);
        store.write(rename("ALTER TABLE oauth_clients RENAME TO hidden")).await.unwrap();
        let (one, other) = tokio::join!(store.standing(token(0)), store.standing(token(1)));
        for failed in [one, other] {
            assert!(failed.unwrap_err().to_string().contains("oauth_clients"));
        }
        store.write(rename("ALTER TABLE hidden RENAME TO oauth_clients")).await.unwrap();
        assert!(store.standing(token(0)).await.unwrap().is_some());
    }
}
