//! Writes that share a statement have nothing else in common, and what becomes of a connection is told by the rows.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection,
    sql_query, sql_types::BigInt,
};

use super::*;
use crate::{
    Resources,
    secret::{Digest, Key},
    store::{
        access_token::NewAccessToken,
        family::{NewFamily, NewTokens},
        grant::NewGrant,
        refresh_token::{self, NewRefreshToken},
        rotation::Rotation,
    },
};

pub(in crate::store) const CLIENT: &str = "INSERT INTO oauth_clients (client_id, metadata, description, is_public, \
    require_pkce, version, created_at) VALUES ('app', '{\"client_name\":\"app\"}', '', FALSE, FALSE, 1, 0)";
const TOGETHER: i64 = 64;

async fn with_a_client(database: &Database) -> Store {
    let store = migrated(database);
    store.write(|db| db.batch_execute(CLIENT)).await.unwrap();
    store
}

fn pair(value: &str) -> NewTokens {
    let (digest, prefix) = (Digest::of(value), String::new());
    let (scopes, created_at, expires_at) = (Scopes::default(), 0, 9);
    let refresh = NewRefreshToken {
        digest,
        prefix: prefix.clone(),
        created_at,
        expires_at: None,
        predecessor: None,
    };
    let access = NewAccessToken { digest, prefix, scopes, audience: None, created_at, expires_at };
    NewTokens { access, refresh: Some(refresh) }
}

fn family(id: i64, client_id: i64, value: &str) -> NewFamily<NewTokens> {
    let (subject, scopes) = (None, Scopes::default());
    let grant = NewGrant {
        openid: None,
        sid: None,
        id,
        client_id,
        subject,
        scopes,
        resources: Resources::default(),
        created_at: 0,
        expires_at: None,
        data: None,
    };
    NewFamily { grant, first: pair(value) }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

async fn count(store: &Store, table: &'static str) -> i64 {
    let query = format!("SELECT count(*) AS rows FROM {table}");
    let count = move |db: &mut DbConnection| match db {
        DbConnection::Postgres(db) => sql_query(&query).get_result::<Count>(db),
        DbConnection::Sqlite(db) => sql_query(&query).get_result::<Count>(db),
    };
    store.read(count).await.unwrap().rows
}

/// All at once, each on a task of its own.
async fn all<W: crate::store::write::Write>(
    store: &Store,
    writes: Vec<W>,
) -> Vec<Result<bool, StoreError>> {
    let begun: Vec<_> = writes
        .into_iter()
        .map(|write| {
            let store = store.clone();
            tokio::spawn(async move { store.compare_and_set(write).await })
        })
        .collect();
    let mut done = Vec::new();
    for write in begun {
        done.push(write.await.unwrap());
    }
    done
}

#[tokio::test]
async fn of_64_writes_one_that_fails_by_its_own_fault_takes_none_along() {
    for database in databases() {
        let store = with_a_client(&database).await;
        let client = |id| if id == 7 { 999 } else { 1 };
        let families = (1..=TOGETHER).map(|id| family(id, client(id), &id.to_string())).collect();
        for (id, done) in (1..).zip(all(&store, families).await) {
            assert_eq!(done.is_ok_and(|won| won), id != 7, "{id}");
        }
        assert_eq!(count(&store, "oauth_grants").await, TOGETHER - 1);
        assert_eq!(count(&store, "oauth_refresh_tokens").await, TOGETHER - 1);
    }
}

#[tokio::test]
async fn a_family_whose_key_is_taken_loses_and_writes_nothing() {
    for database in databases() {
        let store = with_a_client(&database).await;
        let families = (1..=TOGETHER).map(|id| family(id / 2, 1, &format!("first {id}"))).collect();
        let done = all(&store, families).await;
        let won = done.into_iter().filter(|done| *done.as_ref().unwrap()).count();
        let distinct = TOGETHER / 2 + 1;
        assert_eq!(i64::try_from(won).unwrap(), distinct);
        assert_eq!(count(&store, "oauth_access_tokens").await, distinct);
    }
}

#[tokio::test]
async fn of_64_that_redeem_one_token_at_once_one_wins_and_its_pair_is_inserted() {
    for database in databases() {
        let store = with_a_client(&database).await;
        assert!(store.compare_and_set(family(1, 1, "first")).await.unwrap());
        let key = Key { family: 1, digest: Digest::of("first") };
        let (redeemed, _) = store.refresh_token(key).await.unwrap().unwrap();
        let rotation = |number: i64| {
            let NewTokens { access, refresh } = pair(&format!("successor {number}"));
            let (redeemed, refresh) = (redeemed.clone(), refresh.unwrap());
            Rotation {
                key,
                redeemed,
                now: 1,
                salt: [0; 32],
                access,
                refresh,
                data: None,
                members: None,
            }
        };
        let done = all(&store, (0..TOGETHER).map(rotation).collect()).await;
        let won: Vec<i64> =
            (0..).zip(done).filter_map(|(number, done)| done.unwrap().then_some(number)).collect();
        assert_eq!(won.len(), 1, "{won:?}");
        let its = Key { family: 1, digest: Digest::of(&format!("successor {}", won[0])) };
        let found = store.read(move |db| refresh_token::find(db, its)).await.unwrap();
        assert!(found.is_some_and(|(token, _)| token.redeemed_at.is_none()));
        assert_eq!(count(&store, "oauth_refresh_tokens").await, 2);
        assert_eq!(count(&store, "oauth_access_tokens").await, 2);
    }
}

// Wherever the statement is when its connection goes: its rows say whether it was committed.
#[tokio::test(flavor = "multi_thread")]
async fn while_backends_are_killed_each_of_64_callers_is_answered_and_each_write_is_done_once() {
    let Some(database) = Database::postgres() else { return };
    drop(with_a_client(&database).await);
    let store = Store::open(&format!("{}&application_name=killed", database.url)).unwrap();
    let (url, stop) = (database.url.clone(), Arc::new(AtomicBool::new(false)));
    let killer = std::thread::spawn({
        let stop = Arc::clone(&stop);
        move || kill_until(&stop, &url)
    });
    for round in 0..ROUNDS {
        let ids = round * TOGETHER + 1..=(round + 1) * TOGETHER;
        let families = ids.clone().map(|id| family(id, 1, &id.to_string())).collect();
        for (id, done) in ids.zip(all(&store, families).await) {
            assert!(done.unwrap(), "{id} was told that its own row is another's");
        }
    }
    stop.store(true, Relaxed);
    assert!(killer.join().unwrap() > 0, "nothing was killed");
    for table in ["oauth_grants", "oauth_access_tokens", "oauth_refresh_tokens"] {
        assert_eq!(count(&store, table).await, ROUNDS * TOGETHER, "{table}");
    }
}

/// Kills twice each 41 ms, but not before a quarter of a round was written since: where to connect takes longer than
/// that, nothing would ever be.
fn kill_until(stop: &AtomicBool, url: &str) -> usize {
    let (mut db, mut kills, mut enough) = (PgConnection::establish(url).unwrap(), 0, 0);
    while !stop.load(Relaxed) {
        let written = sql_query(WRITTEN).get_result::<Count>(&mut db).unwrap().rows;
        if written >= enough {
            enough = written + TOGETHER / 4;
            kills += sql_query(KILL).execute(&mut db).unwrap();
            std::thread::sleep(Duration::from_millis(1));
            kills += sql_query(KILL).execute(&mut db).unwrap();
        }
        std::thread::sleep(Duration::from_millis(40));
    }
    kills
}

const ROUNDS: i64 = 30;
const WRITTEN: &str = "SELECT count(*) AS rows FROM oauth_grants";
/// While a statement runs, and where one ran last.
const KILL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE application_name = 'killed' AND query ~ 'INSERT INTO \"?oauth_|^COMMIT'";
