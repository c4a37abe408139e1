//! A backend of PostgreSQL is killed with the writes of 64 callers in it, before, during and after its commit: everybody
//! is answered, nobody by a failure, and each write is done once.

use std::time::Duration;

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection,
};
use oauth_core::{StoreOptions, Tokens};

use crate::support::{
    Database, Fixture, assert_live, code_request, in_query, own_postgres::OwnPostgres,
    refresh_token,
};

const CALLERS: usize = 64;

/// Where a backend stands still, until it is let go.
struct Halt {
    /// What makes them stand still, by the connection that lives as long as the halt.
    begin: &'static str,
    /// What `pg_stat_activity` says of one that does.
    stands_still: &'static str,
    end: &'static str,
}

/// In the statement: nothing of it is left.
const BEFORE: Halt = Halt {
    begin: "BEGIN; LOCK oauth_grants, oauth_refresh_tokens IN EXCLUSIVE MODE",
    stands_still: "wait_event_type = 'Lock'",
    end: "COMMIT",
};

/// In the commit, which has begun and rolls back.
const DURING: Halt = Halt {
    begin: "CREATE FUNCTION stand_still() RETURNS trigger LANGUAGE plpgsql AS \
        $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$; \
        CREATE CONSTRAINT TRIGGER stand_still AFTER INSERT ON oauth_refresh_tokens \
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stand_still(); \
        CREATE CONSTRAINT TRIGGER stand_still AFTER INSERT ON oauth_authorization_codes \
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stand_still(); \
        SELECT pg_advisory_lock(1)",
    stands_still: "wait_event = 'advisory'",
    end: "SELECT pg_advisory_unlock(1)",
};

/// It is committed, and waits for a standby that does not exist: its answer is never sent.
const AFTER: Halt = Halt {
    begin: "ALTER SYSTEM SET synchronous_standby_names = 'nobody'",
    stands_still: "wait_event = 'SyncRep'",
    end: "ALTER SYSTEM RESET synchronous_standby_names",
};

#[derive(QueryableByName)]
struct Killed {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    killed: i64,
}

impl Halt {
    /// Has them stand still, kills those that do, and lets the others go.
    async fn kill(self, url: &str, callers: impl Future<Output = ()>) {
        let mut database = PgConnection::establish(url).expect("PostgreSQL");
        let mut execute = |sql: &str| database.batch_execute(sql).expect("a halt");
        execute(self.begin);
        execute("SELECT pg_reload_conf()");
        let kill = format!(
            "SELECT count(pg_terminate_backend(pid, 5000)) AS killed FROM pg_stat_activity WHERE {}",
            self.stands_still
        );
        let killing = async {
            tokio::time::sleep(Duration::from_millis(100)).await; // so that many wait behind the first
            let mut killer = PgConnection::establish(url).expect("PostgreSQL");
            while diesel::sql_query(&kill).get_result::<Killed>(&mut killer).unwrap().killed == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            execute(self.end);
            execute("SELECT pg_reload_conf()");
        };
        tokio::join!(callers, killing);
    }
}

async fn fixture(postgres: &OwnPostgres) -> Fixture {
    let deadline = Duration::from_secs(30);
    Fixture::with_options(
        Database::at(postgres.url()),
        StoreOptions::default().with_deadline(deadline),
    )
    .await
}

/// 64 clients refresh at once while this befalls them.
async fn refresh_while(halt: Halt) {
    let Some(postgres) = OwnPostgres::start() else { return };
    let fixture = fixture(&postgres).await;
    let mut first = Vec::new();
    for _ in 0..CALLERS {
        first.push(fixture.tokens().await);
    }
    let mut answers: Vec<Tokens> = Vec::new();
    let callers = async {
        let all = first.iter().map(|tokens| {
            let (server, form) =
                (fixture.server.clone(), fixture.refresh_form(refresh_token(tokens)));
            tokio::spawn(async move { server.token(None, &form.params()).await })
        });
        for answer in all.collect::<Vec<_>>() {
            answers.push(answer.await.expect("no panic").expect("an answer"));
        }
    };
    halt.kill(&postgres.url(), callers).await;
    for tokens in &answers {
        assert_live(&fixture, tokens).await;
    }
    let rows = |table| fixture.count(table);
    assert_eq!(rows("oauth_refresh_tokens"), (2 * CALLERS).to_string(), "each rotated once");
    assert_eq!(rows("oauth_access_tokens"), (2 * CALLERS).to_string(), "each rotated once");
}

/// 64 users say yes at once while this befalls them.
async fn issue_while(halt: Halt) {
    let Some(postgres) = OwnPostgres::start() else { return };
    let fixture = fixture(&postgres).await;
    let mut codes = Vec::new();
    let callers = async {
        let all = (0..CALLERS).map(|_| {
            let (server, request) = (fixture.server.clone(), code_request());
            tokio::spawn(async move {
                let request = server.authorization_request(&request.params()).await.unwrap();
                server.accept(request, "alice").await
            })
        });
        for answer in all.collect::<Vec<_>>() {
            let location = answer.await.expect("no panic").expect("an answer");
            codes.push(in_query(&location, "code").expect("a code"));
        }
    };
    halt.kill(&postgres.url(), callers).await;
    assert_eq!(fixture.count("oauth_grants"), CALLERS.to_string(), "each issued once");
    for code in &codes {
        assert_live(&fixture, &fixture.exchange(code).await.unwrap()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_the_commit_each_refresh_is_answered_and_done_once() {
    refresh_while(BEFORE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_during_the_commit_each_refresh_is_answered_and_done_once() {
    refresh_while(DURING).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_the_commit_each_refresh_is_answered_and_done_once() {
    refresh_while(AFTER).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_the_commit_each_issue_is_answered_and_done_once() {
    issue_while(BEFORE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_during_the_commit_each_issue_is_answered_and_done_once() {
    issue_while(DURING).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_the_commit_each_issue_is_answered_and_done_once() {
    issue_while(AFTER).await;
}
