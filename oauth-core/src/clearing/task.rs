//! Clearing in the background.

use std::time::Duration;

use tokio::{task::JoinHandle, time::MissedTickBehavior};

use super::Cleared;
use crate::AuthorizationServer;

/// A clean-up that runs again and again, until this is dropped.
#[derive(Debug)]
#[must_use = "it stops when this is dropped: keep it in a variable, such as `let _clearing`; `let _` drops it at once"]
pub struct ClearingTask(JoinHandle<()>);

impl AuthorizationServer {
    /// Deletes what has ended, now and then every `interval`, on a task of its own. A failure is logged, and the next
    /// run tries again. Several servers on one database may all do this.
    ///
    /// # Panics
    /// Outside of a tokio runtime, and when `interval` is zero.
    pub fn clear_expired_every(&self, interval: Duration) -> ClearingTask {
        let server = self.clone();
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ClearingTask(tokio::spawn(async move {
            loop {
                ticks.tick().await;
                match server.clear_expired().await {
                    Ok(cleared) if cleared == Cleared::default() => {}
                    Ok(cleared) => tracing::info!(?cleared, "deleted what had ended"),
                    Err(error) => tracing::warn!(%error, "what has ended was not deleted"),
                }
            }
        }))
    }
}

impl Drop for ClearingTask {
    fn drop(&mut self) {
        self.0.abort();
    }
}
