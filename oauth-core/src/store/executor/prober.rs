//! While PostgreSQL is known to be out, one thread looks whether it is back.

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use super::{seats::State, session::connect, threads::Threads};

impl Threads {
    /// Has somebody look, unless somebody does. One that is stuck itself counts as nobody.
    pub(super) fn probe(self: &Arc<Self>, state: &mut State) {
        let patience = self.options.deadline.max(LONGEST_TRY);
        if state.outage.tried.is_some_and(|tried| tried.elapsed() < patience) {
            return;
        }
        state.outage.prober += 1;
        let (threads, prober) = (Arc::downgrade(self), state.outage.prober);
        let thread = std::thread::Builder::new().name("oauth-prober".to_owned());
        let spawned = thread.spawn(move || until_back(&threads, prober));
        state.outage.tried = spawned.is_ok().then(Instant::now);
    }

    /// Tries once; `false` where there is nothing to wait for any more.
    fn try_again(self: &Arc<Self>, prober: u64) -> bool {
        let answers = self.answers();
        self.lock().outage.tries(prober);
        let outcome = connect(&self.database, self.options.deadline);
        let mut state = self.lock();
        match outcome {
            Err(_) if state.outage.prober != prober => return false,
            Err(cause) if self.answers() == answers => {
                self.out(state, &cause);
                return true;
            }
            _ => state.outage.tried = None,
        }
        drop(state);
        self.back();
        false
    }
}

fn until_back(threads: &Weak<Threads>, prober: u64) {
    while threads.upgrade().is_some_and(|threads| threads.try_again(prober)) {
        std::thread::sleep(PAUSE);
    }
}

/// Between two tries: with the database, service is back.
const PAUSE: Duration = Duration::from_millis(250);
/// A try ends by itself in about this time: libpq's `connect_timeout` is 2 s, for each address of the host.
const LONGEST_TRY: Duration = Duration::from_secs(5);
