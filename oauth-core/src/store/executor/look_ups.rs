//! The look-ups that PostgreSQL is asked for by every request: those that come while one is under way share the next.
//!
//! Nothing is remembered, every request has its answer from the database. But a statement for twenty keys costs little
//! more than one for a single one: the way there and back, and waking three threads, is what a look-up by key costs. An
//! idle server asks at once; the busier it is, the more of them share.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use super::{
    super::{DbConnection, PgConnection, Query, StoreError},
    threads::Threads,
};

/// Finds what there is under these keys.
type Statement<K, V> = fn(&mut PgConnection, &[K]) -> Query<HashMap<K, V>>;

/// The look-ups of one kind.
pub(crate) struct LookUps<K, V> {
    statement: Statement<K, V>,
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    waiting: Vec<LookUp<K, V>>,
    askers: usize,
}

struct LookUp<K, V> {
    key: K,
    reply: oneshot::Sender<Result<Option<V>, StoreError>>,
}

impl<K, V> LookUps<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    pub(super) fn new(statement: Statement<K, V>) -> Arc<Self> {
        Arc::new(Self { statement, state: Mutex::new(State { waiting: Vec::new(), askers: 0 }) })
    }

    /// What there is under this key, now.
    pub(super) async fn find(
        self: &Arc<Self>,
        key: K,
        threads: &Arc<Threads>,
    ) -> Result<Option<V>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let answers = threads.answers();
        if self.wants_asker(LookUp { key, reply }) {
            self.spawn_asker(threads);
        }
        threads.in_time(answer, answers, || ()).await
    }

    /// It has been counted.
    fn spawn_asker(self: &Arc<Self>, threads: &Arc<Threads>) {
        let asker = Asker { look_ups: Arc::clone(self), is_counted: true };
        tokio::spawn(asker.ask(Arc::clone(threads)));
    }

    /// Whether so many wait that this one brings another asker.
    fn wants_asker(&self, look_up: LookUp<K, V>) -> bool {
        let mut state = self.lock();
        state.waiting.push(look_up);
        let wanted = state.askers < ASKERS && state.waiting.len() > state.askers * BATCH;
        state.askers += usize::from(wanted);
        wanted
    }
}

impl<K, V> LookUps<K, V> {
    fn lock(&self) -> MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task that asks until nobody waits.
struct Asker<K, V> {
    look_ups: Arc<LookUps<K, V>>,
    is_counted: bool,
}

impl<K, V> Asker<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    async fn ask(mut self, threads: Arc<Threads>) {
        let statement = self.look_ups.statement;
        while let Some(look_ups) = self.next() {
            let keys: HashSet<K> = look_ups.iter().map(|look_up| look_up.key.clone()).collect();
            let keys: Vec<K> = keys.into_iter().collect();
            let work = move |db: &mut DbConnection| match db {
                DbConnection::Postgres(db) => statement(db, &keys),
                DbConnection::Sqlite(_) => Ok(HashMap::new()), // none is asked here
            };
            let found = threads.read_else(work, || self.steps_aside(&threads)).await;
            answer(look_ups, &found);
            if !self.is_counted {
                return;
            }
        }
    }

    /// Nobody else has to wait because this statement is stuck.
    fn steps_aside(&mut self, threads: &Arc<Threads>) {
        self.is_counted = false;
        let mut state = self.look_ups.lock();
        if state.waiting.is_empty() {
            state.askers -= 1;
        } else {
            self.look_ups.spawn_asker(threads); // in this one's place
        }
    }

    /// Those that wait, as many as share a statement. Where nobody does, the asker is not counted from then on: who
    /// comes next brings another.
    fn next(&mut self) -> Option<Vec<LookUp<K, V>>> {
        let mut state = self.look_ups.lock();
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
impl<K, V> Drop for Asker<K, V> {
    fn drop(&mut self) {
        self.look_ups.lock().askers -= usize::from(self.is_counted);
    }
}

fn answer<K: Eq + Hash, V: Clone>(
    look_ups: Vec<LookUp<K, V>>,
    found: &Result<HashMap<K, V>, StoreError>,
) {
    for LookUp { key, reply } in look_ups {
        let answer = match found {
            Ok(found) => Ok(found.get(&key).cloned()),
            Err(error) => Err(error.shared()),
        };
        drop(reply.send(answer)); // who no longer waits is not an error
    }
}

/// At most so many statements of a kind at a time. The next begins where more wait than one takes: to begin it earlier
/// would only have fewer look-ups share each (measured with 32 callers: with two, half as many bearer checks a second).
const ASKERS: usize = 4;
/// Look-ups to a statement: with more, the first of them waits for the last.
const BATCH: usize = 64;
