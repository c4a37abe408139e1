//! What was refused: a line each second, however many there were.

use std::{future::pending, io, time::Duration};

use tokio::time::{Instant, sleep_until};

/// Counted since the last line.
pub(super) struct Refusals {
    bound: usize,
    over_the_bound: u64,
    failed: u64,
    error: Option<io::Error>,
    next_line: Instant,
}

impl Refusals {
    pub(super) fn new(bound: usize) -> Self {
        Self { bound, over_the_bound: 0, failed: 0, error: None, next_line: Instant::now() }
    }

    /// A connection was closed because there are as many as there may be.
    pub(super) fn over_the_bound(&mut self) {
        self.over_the_bound += 1;
    }

    /// A connection could not be accepted.
    pub(super) fn failed(&mut self, error: io::Error) {
        self.failed += 1;
        self.error = Some(error);
    }

    /// Comes when there is something to tell, and a second has passed.
    pub(super) async fn due(&self) {
        if self.over_the_bound == 0 && self.failed == 0 {
            return pending().await;
        }
        sleep_until(self.next_line).await;
    }

    pub(super) fn tell(&mut self) {
        let Self { bound, over_the_bound, failed, .. } = *self;
        if over_the_bound > 0 {
            let refused = over_the_bound;
            tracing::warn!(refused, bound, "connections were refused: there are as many as may be");
        }
        if let Some(error) = self.error.take() {
            tracing::error!(failed, %error, "connections could not be accepted");
        }
        (self.over_the_bound, self.failed) = (0, 0);
        self.next_line = Instant::now() + Duration::from_secs(1);
    }
}
