//! How long the database is waited for: all that one request asks of it shares one deadline.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

tokio::task_local! {
    /// How many milliseconds this request has waited.
    static WAITED: Arc<AtomicU64>;
}

/// Runs `work`, all of whose pieces share one deadline. Outside of it each has its own.
pub(crate) fn shared<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    WAITED.scope(Arc::default(), work)
}

/// The same work with the same deadline on another task.
pub(crate) fn carried<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    WAITED.scope(WAITED.try_with(Arc::clone).unwrap_or_default(), work)
}

/// A piece of work that is waited for. What is answered within a moment counts for nothing, lest a request of many pieces
/// run out of time although the database is well.
pub(super) struct Wait {
    /// What was left of the deadline.
    pub(super) left: Duration,
    began: Instant,
    moment: Duration,
}

impl Wait {
    pub(super) fn begin(deadline: Duration) -> Self {
        Self { left: left(deadline), began: Instant::now(), moment: a_moment(deadline) }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        if took >= self.moment {
            let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            let _ = WAITED.try_with(|waited| waited.fetch_add(took, Relaxed));
        }
    }
}

/// What this request may still wait.
pub(super) fn left(deadline: Duration) -> Duration {
    let waited = WAITED.try_with(|waited| waited.load(Relaxed)).unwrap_or_default();
    deadline.saturating_sub(Duration::from_millis(waited))
}

/// Who has waited for so long wonders whether the database is there.
pub(super) fn a_moment(deadline: Duration) -> Duration {
    Duration::from_secs(1).min(deadline / 4)
}
