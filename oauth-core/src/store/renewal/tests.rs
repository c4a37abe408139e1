//! What is issued without redeeming, on both databases.

use diesel::connection::SimpleConnection;

use super::{
    super::{
        Store,
        executor::tests::{CLIENT, databases, migrated},
        family::{NewFamily, NewTokens},
        grant::{self, NewGrant},
        refresh_token::NewRefreshToken,
    },
    *,
};
use crate::{Resources, Scopes, secret::Digest};

const FAMILY: i64 = 7;

fn access(value: &str, expires_at: Timestamp) -> NewAccessToken {
    let (digest, prefix, scopes) = (Digest::of(value), String::new(), Scopes::default());
    NewAccessToken { digest, prefix, scopes, audience: None, created_at: 0, expires_at }
}

fn key(value: &str) -> Key {
    Key { family: FAMILY, digest: Digest::of(value) }
}

/// A store with one family that ends at 90, whose refresh token ends at 50.
async fn with_a_family(store: Store) -> Store {
    store.write(|db| db.batch_execute(CLIENT)).await.unwrap();
    let (subject, scopes) = (None, Scopes::default());
    let grant = NewGrant {
        openid: None,
        sid: None,
        id: FAMILY,
        client_id: 1,
        subject,
        scopes,
        resources: Resources::default(),
        created_at: 0,
        expires_at: Some(90),
        data: None,
    };
    let refresh = NewRefreshToken {
        digest: Digest::of("refresh"),
        prefix: String::new(),
        created_at: 0,
        expires_at: Some(50),
        predecessor: None,
    };
    let first = NewTokens { access: access("first", 9), refresh: Some(refresh) };
    assert!(store.compare_and_set(NewFamily { grant, first }).await.unwrap());
    store
}

async fn renews(store: &Store, value: &str, now: Timestamp) -> bool {
    let renewal = Renewal { key: key("refresh"), now, access: access(value, now + 9) };
    store.compare_and_set(renewal).await.unwrap()
}

async fn is_live(store: &Store, value: &str, now: Timestamp) -> bool {
    store.standing(key(value)).await.unwrap().is_some_and(|token| token.is_live(now))
}

#[tokio::test]
async fn a_renewal_issues_in_the_family_and_its_refresh_token_stays_as_often_as_it_comes() {
    for database in databases() {
        let store = with_a_family(migrated(&database)).await;
        for value in ["second", "third"] {
            assert!(renews(&store, value, 5).await, "{value}");
        }
        for value in ["first", "second", "third"] {
            assert!(is_live(&store, value, 8).await, "{value}");
        }
        let (token, _) = store.refresh_token(key("refresh")).await.unwrap().unwrap();
        assert!(token.redeemed_at.is_none() && token.salt.is_none(), "{token:?}");
        let used = store.standing(key("first")).await.unwrap().unwrap().grant_last_used_at;
        assert_eq!(used, Some(5));
    }
}

#[tokio::test]
async fn of_many_renewals_of_one_refresh_token_at_once_each_is_issued() {
    for database in databases() {
        let store = with_a_family(migrated(&database)).await;
        let begun: Vec<_> = (0..40)
            .map(|number| {
                let store = store.clone();
                tokio::spawn(async move { renews(&store, &number.to_string(), 5).await })
            })
            .collect();
        for (number, one) in begun.into_iter().enumerate() {
            assert!(one.await.unwrap(), "{number}");
            assert!(is_live(&store, &number.to_string(), 8).await, "{number}");
        }
    }
}

#[tokio::test]
async fn after_the_end_of_the_refresh_token_or_of_its_family_nothing_is_issued() {
    for database in databases() {
        let store = with_a_family(migrated(&database)).await;
        assert!(renews(&store, "before", 49).await);
        assert!(!renews(&store, "after", 50).await);
        assert!(!is_live(&store, "after", 50).await);

        let forever = "UPDATE oauth_refresh_tokens SET expires_at = NULL";
        store.write(move |db| db.batch_execute(forever)).await.unwrap();
        assert!(renews(&store, "with the family", 89).await);
        assert!(is_live(&store, "with the family", 89).await);
        assert!(!is_live(&store, "with the family", 90).await, "its own end is 98");
        assert!(!renews(&store, "after the family", 90).await);
    }
}

#[tokio::test]
async fn a_revoked_family_and_a_redeemed_refresh_token_are_refused() {
    for database in databases() {
        let store = with_a_family(migrated(&database)).await;
        let redeemed =
            |db: &mut DbConnection| refresh_token::redeem(db, key("refresh"), 5, &[0; 32]);
        assert!(store.write(redeemed).await.unwrap());
        assert!(!renews(&store, "of a redeemed one", 5).await);
        let again = "UPDATE oauth_refresh_tokens SET redeemed_at = NULL";
        store.write(move |db| db.batch_execute(again)).await.unwrap();
        assert!(renews(&store, "of a live one", 5).await);
        assert!(store.write(|db| grant::revoke(db, FAMILY, 5)).await.unwrap());
        assert!(!renews(&store, "of a revoked family", 5).await);
    }
}
