//! The floor of SQLite: the statements of a request from a plain loop without HTTP, 32 pieces of work to a commit.

use std::time::{Duration, Instant};

use diesel::{
    backend::Backend,
    connection::SimpleConnection,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
};
use sha2::{Digest, Sha256};

use crate::{
    database::{Bench, Seeded},
    options::Options,
    schema::{
        oauth_access_tokens as access_tokens, oauth_clients as clients, oauth_grants as grants,
        oauth_refresh_tokens as refresh_tokens,
    },
    token::family,
};

/// What so many of the kind of work are done in a second.
pub(crate) fn measure(
    bench: &Bench,
    seeded: &Seeded,
    options: &Options,
) -> Vec<(&'static str, f64)> {
    let path = bench.file();
    let mut connection =
        SqliteConnection::establish(path.to_str().expect("a path")).expect("the file");
    connection
        .batch_execute(
            "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
        )
        .expect("pragmas");
    let mut chains: Vec<Chain> = (0..32)
        .map(|chain| {
            let number = seeded.next_chain() + chain;
            let value = digest(&seeded.tokens.refresh_token(number));
            Chain { family: family(number).cast_signed(), value }
        })
        .collect();
    seeded.used_chains(32);
    let client_id = seeded.client_id.clone();
    let refresh = per_second(&mut connection, options.seconds, |connection, piece| {
        let chain = &mut chains[piece % 32];
        chain.refresh(connection, &client_id)
    });
    let client = clients::table.filter(clients::client_id.eq(&client_id)).select(clients::id);
    let client: i64 = client.get_result(&mut connection).expect("the client");
    let issue = per_second(&mut connection, options.seconds, |connection, piece| {
        let family = family(1 << 30).cast_signed() + piece.cast_signed() as i64 * 1_000;
        insert_grant(connection, family, client)?;
        insert_access_token(connection, family, &digest(&format!("issued by the floor {piece}")))
    });
    vec![("refresh", refresh), ("issue", issue)]
}

fn per_second(
    connection: &mut SqliteConnection,
    seconds: u64,
    mut work: impl FnMut(&mut SqliteConnection, usize) -> QueryResult<()>,
) -> f64 {
    let (started, mut done) = (Instant::now(), 0);
    while started.elapsed() < Duration::from_secs(seconds) {
        connection
            .immediate_transaction(|connection| {
                (0..32).try_for_each(|piece| work(connection, done + piece))
            })
            .expect("a commit");
        done += 32;
    }
    done as f64 / started.elapsed().as_secs_f64()
}

/// A chain of rotations.
struct Chain {
    family: i64,
    value: Vec<u8>,
}

impl Chain {
    /// What one refresh reads and writes.
    fn refresh(&mut self, connection: &mut SqliteConnection, client_id: &str) -> QueryResult<()> {
        clients::table
            .filter(clients::client_id.eq(client_id))
            .select(clients::all_columns)
            .execute(connection)?;
        let family = self.family;
        let (access, predecessor): (Vec<u8>, Option<Vec<u8>>) = refresh_tokens::table
            .inner_join(grants::table)
            .filter(refresh_tokens::grant_id.eq(family))
            .filter(refresh_tokens::digest.eq(&self.value))
            .select((refresh_tokens::access_token, refresh_tokens::predecessor))
            .get_result(connection)?;
        let unredeemed = refresh_tokens::table
            .find((family, &self.value))
            .filter(refresh_tokens::redeemed_at.is_null());
        let redeemed = (refresh_tokens::redeemed_at.eq(NOW), refresh_tokens::salt.eq(&self.value));
        Kept(diesel::update(unredeemed).set(redeemed).returning(refresh_tokens::grant_id))
            .get_result::<i64>(connection)?;
        let live =
            access_tokens::table.find((family, access)).filter(access_tokens::revoked_at.is_null());
        let revoked = access_tokens::revoked_at.eq(NOW);
        Kept(diesel::update(live).set(revoked).returning(access_tokens::grant_id))
            .get_result::<i64>(connection)?;
        let used = grants::last_used_at.eq(NOW);
        Kept(diesel::update(grants::table.find(family)).set(used).returning(grants::id))
            .get_result::<i64>(connection)?;
        let access = Sha256::digest([&self.value[..], b"access"].concat()).to_vec();
        insert_access_token(connection, family, &access)?;
        let redeemed = self.value.clone();
        self.value = Sha256::digest(&self.value).to_vec();
        diesel::insert_into(refresh_tokens::table)
            .values((
                refresh_tokens::grant_id.eq(family),
                refresh_tokens::digest.eq(&self.value),
                refresh_tokens::prefix.eq("prefix"),
                refresh_tokens::access_token.eq(access),
                refresh_tokens::created_at.eq(NOW),
                refresh_tokens::expires_at.eq(Some(NOW)),
                refresh_tokens::predecessor.eq(Some(redeemed)),
            ))
            .execute(connection)?;
        if let Some(predecessor) = predecessor {
            let forgotten = refresh_tokens::salt.eq(None::<Vec<u8>>);
            let redeemed = diesel::update(refresh_tokens::table.find((family, predecessor)));
            Kept(redeemed.set(forgotten).returning(refresh_tokens::grant_id))
                .get_result::<i64>(connection)?;
        }
        Ok(())
    }
}

fn insert_grant(connection: &mut SqliteConnection, family: i64, client: i64) -> QueryResult<()> {
    diesel::insert_into(grants::table)
        .values((
            grants::id.eq(family),
            grants::client_id.eq(client),
            grants::scopes.eq("my_polls:my_stats"),
            grants::created_at.eq(NOW),
            grants::expires_at.eq(Some(NOW)),
            grants::last_used_at.eq(Some(NOW)),
        ))
        .execute(connection)
        .map(drop)
}

fn insert_access_token(
    connection: &mut SqliteConnection,
    family: i64,
    digest: &[u8],
) -> QueryResult<()> {
    diesel::insert_into(access_tokens::table)
        .values((
            access_tokens::grant_id.eq(family),
            access_tokens::digest.eq(digest),
            access_tokens::prefix.eq("prefix"),
            access_tokens::scopes.eq("my_polls:my_stats"),
            access_tokens::created_at.eq(NOW),
            access_tokens::expires_at.eq(NOW),
        ))
        .execute(connection)
        .map(drop)
}

/// A statement that the connection prepares once, as the server's are.
struct Kept<S>(S);

impl<S: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Kept<S> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<S> QueryId for Kept<S> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S: Query> Query for Kept<S> {
    type SqlType = S::SqlType;
}

impl<S> RunQueryDsl<SqliteConnection> for Kept<S> {}

fn digest(value: &str) -> Vec<u8> {
    Sha256::digest(value.as_bytes()).to_vec()
}

/// Some time that is far away: nothing here looks at it.
const NOW: i64 = 4_000_000_000;
