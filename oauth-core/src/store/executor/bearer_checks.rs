//! The bearer checks of PostgreSQL: those that come while others are under way share the next statement.
//!
//! Nothing is remembered, every request has its answer from the database. But a statement for twenty tokens costs little
//! more than one for a single one: the way there and back, and waking three threads, is what a look-up by key costs. An
//! idle server asks at once; the busier it is, the more of them share.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use super::{
    super::{
        StoreError,
        access_token::{self, Standing},
    },
    postgres::Postgres,
};
use crate::secret::Digest;

#[derive(Default)]
pub(super) struct BearerChecks(Mutex<State>);

#[derive(Default)]
struct State {
    waiting: Vec<Check>,
    askers: usize,
}

struct Check {
    digest: Digest,
    reply: oneshot::Sender<Result<Option<Arc<Standing>>, StoreError>>,
}

impl BearerChecks {
    /// How the access token of this digest stands, now.
    pub(super) async fn standing(
        self: &Arc<Self>,
        digest: Digest,
        postgres: &Postgres,
    ) -> Result<Option<Arc<Standing>>, StoreError> {
        let (reply, answer) = oneshot::channel();
        if self.wants_asker(Check { digest, reply }) {
            let asker = Asker { checks: Arc::clone(self), is_counted: true };
            tokio::spawn(asker.ask(postgres.clone()));
        }
        answer.await.map_err(|_| StoreError::internal("a bearer check ended without an answer"))?
    }

    /// Whether so many wait that this one brings another asker.
    fn wants_asker(&self, check: Check) -> bool {
        let mut state = self.lock();
        state.waiting.push(check);
        let wanted = state.askers < ASKERS && state.waiting.len() > state.askers * BATCH;
        state.askers += usize::from(wanted);
        wanted
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task that asks until nobody waits.
struct Asker {
    checks: Arc<BearerChecks>,
    is_counted: bool,
}

impl Asker {
    async fn ask(mut self, postgres: Postgres) {
        while let Some(checks) = self.next() {
            let digests: Vec<Digest> = checks.iter().map(|check| check.digest).collect();
            let found = postgres.read(move |db| access_token::standings(db, &digests)).await;
            answer(checks, found);
        }
    }

    /// Those that wait, as many as share a statement. Where nobody does, the asker is not counted from then on: who
    /// comes next brings another.
    fn next(&mut self) -> Option<Vec<Check>> {
        let mut state = self.checks.lock();
        let first = state.waiting.len().min(BATCH);
        if first == 0 {
            state.askers -= 1;
            self.is_counted = false;
            return None;
        }
        Some(state.waiting.drain(..first).collect())
    }
}

/// Also where it is given up.
impl Drop for Asker {
    fn drop(&mut self) {
        self.checks.lock().askers -= usize::from(self.is_counted);
    }
}

fn answer(checks: Vec<Check>, found: Result<Vec<(Vec<u8>, Standing)>, StoreError>) {
    let found = found.map_err(Arc::new).map(|found| {
        let shared = found.into_iter().map(|(digest, standing)| (digest, Arc::new(standing)));
        shared.collect::<HashMap<_, _>>()
    });
    for Check { digest, reply } in checks {
        let answer = match &found {
            Ok(found) => Ok(found.get(digest.as_bytes()).map(Arc::clone)),
            Err(error) => Err(StoreError::internal(Arc::clone(error))),
        };
        drop(reply.send(answer)); // who no longer waits is not an error
    }
}

/// At most so many statements at a time. The next begins where more wait than one takes: to begin it earlier would only
/// have fewer checks share each (measured with 32 callers: half as many checks a second with two, a third with four).
const ASKERS: usize = 4;
/// Checks to a statement: with more, the first of them waits for the last.
const BATCH: usize = 64;
