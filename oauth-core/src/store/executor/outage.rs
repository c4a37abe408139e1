//! What is known of the database while PostgreSQL is out: everybody is told at once.

use std::{sync::Arc, time::Instant};

/// What is known of the database's absence.
#[derive(Default)]
pub(super) struct Outage {
    known: Option<(Arc<str>, Instant)>,
    /// When the prober last tried, while there is one.
    pub(super) tried: Option<Instant>,
    /// Who that is: one that was stuck for so long that another took its place ends with its try.
    pub(super) prober: u64,
}

impl Outage {
    pub(super) fn cause(&self) -> Option<Arc<str>> {
        self.known.as_ref().map(|(cause, _)| Arc::clone(cause))
    }

    pub(super) fn begins(&mut self, cause: &str) {
        if self.known.is_none() {
            tracing::error!(
                cause,
                "the database is out: requests are answered 503 until it is back"
            );
            self.known = Some((cause.into(), Instant::now()));
        }
    }

    pub(super) fn tries(&mut self, prober: u64) {
        if self.prober == prober {
            self.tried = Some(Instant::now());
        }
    }

    pub(super) fn ends(&mut self) {
        if let Some((_, began)) = self.known.take() {
            tracing::warn!(seconds = began.elapsed().as_secs_f32(), "the database is back");
        }
    }
}
