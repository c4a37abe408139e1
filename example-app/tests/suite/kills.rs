//! A process that is killed in the middle of its work: whatever it had answered is there when the next one starts.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use tokio::task::JoinSet;

use crate::support::{Agent, Answer, Database, Server, Site, until};

both_databases! {
    /// Each client goes from refresh to refresh until its server is gone. Then the last pair that it was given is good:
    /// neither the new tokens nor the redemption of those before was lost.
    async fn nothing_that_was_answered_is_lost_in_15_kills(program: Program) {
        let mut server = program.start();
        let mut clients = Vec::new();
        for _ in 0..CLIENTS {
            clients.push(server.signed_in().await.tokens().await);
        }
        for kill in 0..KILLS {
            let (mut working, answers) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
            for tokens in clients.drain(..) {
                let (agent, answers) = (server.agent(), Arc::clone(&answers));
                working.spawn(async move { refreshed_until_the_end(&agent, tokens, &answers).await });
            }
            // Not always at the same point of its work.
            let enough = CLIENTS + kill;
            tokio::task::block_in_place(|| {
                until("the clients are at work", || answers.load(SeqCst) >= enough);
            });
            drop(server);
            let worked = working.join_all().await;

            server = program.start();
            for tokens in worked {
                let next = server.agent().refresh(&tokens).await;
                assert_eq!(next.status, 200, "kill {kill}: {next:?}");
                clients.push(next);
            }
        }
    }
}

struct Program {
    site: Site,
    /// Dropped last, when nobody uses it any more.
    database: Database,
}

impl Program {
    async fn on(database: Database) -> Self {
        Self { site: Site::new(), database }
    }

    /// On the same port or another; what was redeemed in the last moment may be asked for again however long it takes.
    fn start(&self) -> Server {
        let mut program = self.site.program(&[]);
        program.env("DATABASE_URL", &self.database.url);
        program.env("OAUTH_REFRESH_TOKEN_GRACE", "3600").env("OAUTH_REMEMBER_CONSENT", "false");
        Server::start(&mut program)
    }
}

/// The last answer that came whole.
async fn refreshed_until_the_end(
    agent: &Agent,
    mut tokens: Answer,
    answers: &AtomicUsize,
) -> Answer {
    while let Some(answer) = agent.try_refresh(&tokens).await {
        assert_eq!(answer.status, 200, "{answer:?}");
        answers.fetch_add(1, SeqCst);
        tokens = answer;
    }
    tokens
}

const KILLS: usize = 15;
const CLIENTS: usize = 6;
