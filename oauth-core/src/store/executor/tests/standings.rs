//! What is remembered of an access token is what the database would answer.

use std::sync::Arc;

use diesel::{SqliteConnection, connection::SimpleConnection, prelude::*};

use super::{
    super::{standings::Standings, wal_index::WalIndex},
    *,
};
use crate::{
    Resources,
    secret::{Digest, Key},
    store::{
        Affected,
        access_token::{self, NewAccessToken, Standing},
        client::ClientVersion,
        connection::Database as Kind,
        grant::{self, NewGrant},
    },
};

const CLIENT: &str = "INSERT INTO oauth_clients (client_id, metadata, description, is_public, require_pkce, version, \
    created_at) VALUES ('app', '{\"client_name\":\"app\"}', '', FALSE, FALSE, 1, 0)";

/// Tokens 0, 1, ..., each of a grant of this number.
pub(super) async fn with_tokens(store: &Store, count: i64) {
    let write = move |db: &mut DbConnection| {
        db.batch_execute(CLIENT)?;
        (0..count).try_for_each(|number| insert_token(db, number))
    };
    store.write(write).await.unwrap();
}

/// The key of the token of this number.
pub(super) fn token(number: i64) -> Key {
    Key { family: number, digest: Digest::of(&number.to_string()) }
}

/// A store with the token 0, and the key of its grant.
async fn with_a_token(database: &Database) -> (Store, i64) {
    let store = migrated(database);
    with_tokens(&store, 1).await;
    (store, 0)
}

fn insert_token(db: &mut DbConnection, number: i64) -> Query<()> {
    let new = NewGrant {
        openid: None,
        sid: None,
        id: number,
        client_id: 1,
        subject: None,
        scopes: Scopes::default(),
        resources: Resources::default(),
        created_at: 0,
        expires_at: None,
        data: None,
    };
    grant::insert(db, &new)?;
    let token = NewAccessToken {
        digest: token(number).digest,
        prefix: String::new(),
        scopes: Scopes::default(),
        audience: None,
        created_at: 0,
        expires_at: 9,
    };
    access_token::insert(db, number, &token).map(drop)
}

async fn standing(store: &Store) -> Arc<Standing> {
    store.standing(token(0)).await.unwrap().expect("the token")
}

/// Whether a write that says that it affects this leaves what is remembered.
async fn outlives(store: &Store, affected: Affected) -> bool {
    let before = standing(store).await;
    store.write_affecting(affected, |_| Ok(())).await.unwrap();
    Arc::ptr_eq(&before, &standing(store).await)
}

fn another_program(database: &Database, does: &str) {
    let path = database.url.strip_prefix("sqlite://").unwrap();
    SqliteConnection::establish(path).unwrap().batch_execute(does).unwrap();
}

#[tokio::test]
async fn a_token_that_was_found_is_not_asked_for_again() {
    let database = Database::sqlite();
    let (store, _) = with_a_token(&database).await;
    assert!(Arc::ptr_eq(&standing(&store).await, &standing(&store).await));
}

#[tokio::test]
async fn a_write_has_forgotten_what_it_affects_and_nothing_else() {
    let database = Database::sqlite();
    let (store, grant_id) = with_a_token(&database).await;
    assert!(outlives(&store, Affected::Nothing).await);
    assert!(outlives(&store, Affected::Grant(grant_id + 1)).await);
    assert!(!outlives(&store, Affected::Grant(grant_id)).await);
    assert!(!outlives(&store, Affected::Anything).await);
    let before = standing(&store).await;
    store.write(|_| Ok(())).await.unwrap();
    assert!(!Arc::ptr_eq(&before, &standing(&store).await), "who says nothing affects anything");
}

#[tokio::test]
async fn what_really_changes_is_what_is_seen_next() {
    let database = Database::sqlite();
    let (store, grant_id) = with_a_token(&database).await;
    for round in 1..50 {
        assert_eq!(standing(&store).await.grant_last_used_at, Some(round - 1));
        let touch = move |db: &mut DbConnection| grant::touch(db, grant_id, round);
        store.write_affecting(Affected::Grant(grant_id), touch).await.unwrap();
    }
}

#[tokio::test]
async fn a_commit_of_another_program_is_seen_by_the_next_look() {
    let database = Database::sqlite();
    let (store, _) = with_a_token(&database).await;
    for round in 1..20 {
        assert_eq!(standing(&store).await.revoked_at, Some(round - 1).filter(|at| *at > 0));
        another_program(&database, &format!("UPDATE oauth_access_tokens SET revoked_at = {round}"));
    }
}

#[tokio::test]
async fn a_commit_of_another_program_before_one_of_our_own_is_seen_too() {
    let database = Database::sqlite();
    let (store, _) = with_a_token(&database).await;
    assert_eq!(standing(&store).await.revoked_at, None);
    another_program(&database, "UPDATE oauth_access_tokens SET revoked_at = 1");
    let adds = |db: &mut DbConnection| {
        scope::insert(db, &NewScope { name: "one".to_owned(), ..NewScope::default() })
    };
    store.write_affecting(Affected::Nothing, adds).await.unwrap();
    assert_eq!(standing(&store).await.revoked_at, Some(1));
}

#[tokio::test]
async fn a_token_that_is_unknown_is_asked_for_each_time() {
    let database = Database::sqlite();
    let (store, _) = with_a_token(&database).await;
    assert!(store.standing(token(1)).await.unwrap().is_none());
    let adds = |db: &mut DbConnection| insert_token(db, 1);
    store.write_affecting(Affected::Nothing, adds).await.unwrap();
    assert!(store.standing(token(1)).await.unwrap().is_some());
}

/// Standings of a database, and what a look-up found just now.
async fn found() -> (Database, Standings, Arc<Standing>) {
    let database = Database::sqlite();
    let (store, _) = with_a_token(&database).await;
    let kind = Kind::parse(&database.url).unwrap();
    let path = database.url.strip_prefix("sqlite://").unwrap();
    let standings = Standings::new(WalIndex::open(&kind, path).unwrap());
    (database, standings, standing(&store).await)
}

#[tokio::test]
async fn what_a_look_up_found_before_a_write_affected_it_is_not_remembered_after() {
    let (_database, standings, standing) = found().await;
    let key = token(0);
    let moment = standings.find(&key).unwrap_err().expect("no write is under way");
    let before = standings.writing();
    standings.committed(before, [Affected::Grant(standing.grant_id)].into_iter());
    standings.remember(key, &standing, &moment);
    assert!(standings.find(&key).is_err());
}

#[tokio::test]
async fn until_a_commit_is_known_what_another_commit_says_is_not_trusted() {
    let (database, standings, standing) = found().await;
    let key = token(0);
    let moment = standings.find(&key).unwrap_err().unwrap();
    standings.remember(key, &standing, &moment);
    let before = standings.writing();
    assert!(standings.find(&key).is_ok(), "nothing is committed yet");
    another_program(&database, "UPDATE oauth_grants SET last_used_at = 1"); // in place of the writer's own commit
    assert!(standings.find(&key).is_err_and(|moment| moment.is_none()));
    standings.committed(before, [Affected::Nothing].into_iter());
    assert!(standings.find(&key).is_ok(), "it was our own");
}

#[tokio::test]
async fn after_a_failed_transaction_nothing_is_remembered() {
    let (_database, standings, standing) = found().await;
    let key = token(0);
    let moment = standings.find(&key).unwrap_err().unwrap();
    standings.remember(key, &standing, &moment);
    standings.writing();
    standings.failed();
    assert!(standings.find(&key).is_err());
}

#[tokio::test]
async fn a_client_is_remembered_until_anything_may_have_changed_it() {
    let (database, standings, _) = found().await;
    let version = ClientVersion { id: 1, version: 1 };
    let commits = |affected| {
        let before = standings.writing();
        another_program(&database, "UPDATE oauth_grants SET last_used_at = 1"); // in place of the writer's own commit
        standings.committed(before, [affected].into_iter());
    };
    let asks =
        |client_id| standings.find_client(client_id).unwrap_err().expect("no write is under way");
    for changes in [Affected::Anything, Affected::Nothing] {
        standings.remember_client("app".to_owned(), version, &asks("app"));
        commits(Affected::Nothing);
        commits(Affected::Grant(0));
        assert_eq!(standings.find_client("app").ok(), Some(version));
        let moment = asks("another");
        match changes {
            Affected::Anything => commits(changes),
            _ => another_program(&database, "UPDATE oauth_clients SET version = 2"),
        }
        assert!(standings.find_client("app").is_err());
        standings.remember_client("app".to_owned(), version, &moment);
        assert!(standings.find_client("app").is_err(), "it was found before the change");
    }
}
