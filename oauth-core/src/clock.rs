//! The one source of time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

/// Seconds since 1970-01-01T00:00:00Z. An alias, not a type of its own: SQL sees it as it is.
pub type Timestamp = i64;

/// Where a server reads the time.
///
/// ```
/// use oauth_core::Clock;
///
/// assert!(Clock::default().now() > 1_700_000_000); // the system's
/// ```
#[derive(Debug, Clone, Default)]
pub struct Clock(Source);

#[derive(Debug, Clone, Default)]
enum Source {
    #[default]
    System,
    Movable(MovableClock),
}

impl Clock {
    /// The time, in epoch seconds.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.milliseconds().div_euclid(1000)
    }

    /// The same, in thousandths of a second.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the system's clock"
    )]
    pub(crate) fn milliseconds(&self) -> i64 {
        match &self.0 {
            Source::Movable(clock) => clock.0.load(Ordering::Relaxed).saturating_mul(1000),
            Source::System => {
                let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
            }
        }
    }
}

/// A clock that stands still until a test moves it.
///
/// ```
/// use oauth_core::{Clock, MovableClock};
///
/// let hand = MovableClock::at(1_000);
/// let clock = Clock::from(hand.clone());
/// hand.advance(60);
/// assert_eq!(clock.now(), 1_060);
/// ```
#[derive(Debug, Clone)]
pub struct MovableClock(Arc<AtomicI64>);

impl MovableClock {
    /// A clock that shows this time, in epoch seconds.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(time)))
    }

    /// Moves the clock forward, or back when `seconds` is negative.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl From<MovableClock> for Clock {
    fn from(clock: MovableClock) -> Self {
        Self(Source::Movable(clock))
    }
}
