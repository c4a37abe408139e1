//! Which of PostgreSQL's threads there are, and which of them can be counted on.

use std::{
    collections::VecDeque,
    sync::mpsc::Sender,
    time::{Duration, Instant},
};

use super::{super::StoreOptions, outage::Outage, piece::Job};

#[derive(Default)]
pub(super) struct State {
    pub(super) waiting: VecDeque<Box<dyn Job>>,
    /// The last used last: it is the first to get work, and what is left over ends.
    pub(super) idle: Vec<Seat>,
    pub(super) busy: Vec<Busy>,
    pub(super) next: u64,
    /// No connection was to be had: until then, work waits for those that there are.
    pub(super) full_until: Option<Instant>,
    pub(super) outage: Outage,
}

/// A thread that has nothing to do. Its end of the channel is here, so that it ends with the last handle to the store.
pub(super) struct Seat {
    pub(super) id: u64,
    pub(super) work: Sender<Work>,
}

pub(super) struct Busy {
    pub(super) id: u64,
    pub(super) since: Instant,
    stuck: bool,
}

impl Busy {
    pub(super) fn new(id: u64, since: Instant) -> Self {
        Self { id, since, stuck: false }
    }
}

pub(super) type Work = (Box<dyn Job>, Seat);

impl State {
    pub(super) fn leave(&mut self, id: u64) {
        self.busy.retain(|busy| busy.id != id);
    }

    /// Those who have waited for so long are stuck, and those who wait for work would be with the next: they end.
    pub(super) fn distrust(&mut self, waited: Duration) {
        let silent = self.busy.iter_mut().filter(|busy| busy.since.elapsed() >= waited);
        silent.for_each(|busy| busy.stuck = true);
        self.idle.clear();
    }

    /// Threads that are not stuck.
    pub(super) fn at_work(&self, now: Instant, deadline: Duration) -> usize {
        let stuck = |busy: &&Busy| busy.stuck || now.duration_since(busy.since) > deadline;
        self.idle.len() + self.busy.len() - self.busy.iter().filter(stuck).count()
    }

    pub(super) fn may_grow(&self, now: Instant, options: &StoreOptions) -> bool {
        self.at_work(now, options.deadline) < options.connections
            && self.busy.len() < options.connections + STUCK
            && self.full_until.is_none_or(|until| now > until)
    }
}

/// So many more are opened in place of those that never answered.
const STUCK: usize = 32;
