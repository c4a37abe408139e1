//! Who waits for a hash, and in which order it is made.
//!
//! Hashes have their own threads, one fewer than there are processors, so that a flood of them leaves room for all
//! other requests. Who has had fewer guesses of late comes first, of two alike who came first: a flood at one account or
//! from one address waits behind everybody else. Strangers wait in a bounded number; who does not fit is told so at once
//! instead of waiting in vain. Who hangs up leaves the queue.

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use tokio::sync::oneshot;

use crate::StoreError;

/// Whose turn comes when: the lesser one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Turn {
    /// Who is known: somebody in a browser of an earlier sign-in, or who sets a password. Never refused.
    Known(u32),
    /// Anybody else, with the number of guesses before.
    Stranger(u32),
}

/// Why a hash is not made.
#[derive(Debug)]
pub(crate) enum Unhashed {
    /// As many wait as may.
    Full {
        /// Whether this is the first one that did not fit since the queue was last empty.
        begun: bool,
    },
    Failed(StoreError),
}

/// The queue and its threads. Cloning is cheap, and shares them.
#[derive(Clone)]
pub(super) struct Queue(Arc<Shared>);

struct Shared {
    waiting: Mutex<Waiting>,
    threads: usize,
}

#[derive(Default)]
struct Waiting {
    jobs: BTreeMap<Place, Job>,
    next: u64,
    running: usize,
    /// Whether somebody did not fit since it was last empty.
    is_full: bool,
}

type Place = (Turn, u64);
/// Does its work, or where it is told `false` says that it will not.
type Job = Box<dyn FnOnce(bool) + Send>;

impl Queue {
    pub(super) fn new() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Self::of(processors.saturating_sub(1).max(1))
    }

    fn of(threads: usize) -> Self {
        Self(Arc::new(Shared { waiting: Mutex::default(), threads }))
    }

    /// Does this when its turn comes.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        turn: Turn,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unhashed> {
        let (answer, answered) = oneshot::channel();
        let job = move |comes: bool| drop(answer.send(comes.then(work)));
        let _place = self.enter(turn, Box::new(job))?;
        match answered.await {
            Ok(Some(done)) => Ok(done),
            Ok(None) => Err(self.0.full()),
            Err(_) => Err(Unhashed::Failed(StoreError::internal("a hash panicked"))),
        }
    }

    fn enter(&self, turn: Turn, job: Job) -> Result<Held, Unhashed> {
        let mut waiting = self.0.lock();
        let place = (turn, waiting.next);
        waiting.next += 1;
        if waiting.jobs.len() >= self.0.threads * WAITING_FOR_A_THREAD {
            match waiting.jobs.last_entry() {
                Some(last) if place < *last.key() && matches!(last.key().0, Turn::Stranger(_)) => {
                    last.remove()(false);
                }
                _ if matches!(turn, Turn::Known(_)) => {}
                _ => {
                    drop(waiting);
                    return Err(self.0.full());
                }
            }
        }
        waiting.jobs.insert(place, job);
        if waiting.running < self.0.threads {
            let shared = Arc::clone(&self.0);
            let thread = thread::Builder::new().name("oauth-hash".to_owned());
            thread.spawn(move || shared.work()).map_err(|error| {
                waiting.jobs.remove(&place);
                Unhashed::Failed(StoreError::internal(error))
            })?;
            waiting.running += 1;
        }
        drop(waiting);
        Ok(Held { queue: Arc::clone(&self.0), place })
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn full(&self) -> Unhashed {
        let was_full = mem::replace(&mut self.lock().is_full, true);
        Unhashed::Full { begun: !was_full }
    }

    /// Until nobody waits.
    fn work(&self) {
        loop {
            let mut waiting = self.lock();
            let Some((_, job)) = waiting.jobs.pop_first() else {
                waiting.running -= 1;
                waiting.is_full = false;
                return;
            };
            drop(waiting);
            // What panics is the caller's failure, and not that of those behind.
            drop(catch_unwind(AssertUnwindSafe(|| job(true))));
        }
    }
}

/// Who drops this does not wait any more.
struct Held {
    queue: Arc<Shared>,
    place: Place,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.queue.lock().jobs.remove(&self.place);
    }
}

/// Some 20 ms each: who is let in waits for less than a second.
const WAITING_FOR_A_THREAD: usize = 32;
