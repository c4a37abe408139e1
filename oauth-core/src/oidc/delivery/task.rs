//! Delivering in the background.

use std::time::Duration;

use tokio::{task::JoinHandle, time::timeout};

use crate::AuthorizationServer;

/// Deliveries that go on until this is dropped.
#[derive(Debug)]
#[must_use = "it stops when this is dropped: keep it in a variable, such as `let _delivering`; `let _` drops it at once"]
pub struct DeliveryTask(JoinHandle<()>);

impl AuthorizationServer {
    /// Tells clients of logouts (OpenID Connect Back-Channel Logout), on a task of its own: at once of what ends here, and
    /// within ten seconds of what another process has left. A failure is logged, and the next run tries again. Several
    /// servers on one database may all do this. Where OpenID Connect is off, it does nothing.
    ///
    /// ```no_run
    /// # async fn example(server: oauth_core::AuthorizationServer) {
    /// let _delivering = server.deliver_logouts_always();
    /// // and now serve
    /// # }
    /// ```
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn deliver_logouts_always(&self) -> DeliveryTask {
        let server = self.clone();
        DeliveryTask(tokio::spawn(async move {
            if !server.settings.openid {
                return;
            }
            loop {
                if let Err(error) = server.deliver_logouts().await {
                    tracing::warn!(%error, "clients were not told of logouts");
                }
                // Woken or not: what is due is looked for.
                drop(timeout(INTERVAL, server.deliveries.0.woken.notified()).await);
            }
        }))
    }
}

impl Drop for DeliveryTask {
    fn drop(&mut self) {
        self.0.abort();
    }
}

const INTERVAL: Duration = Duration::from_secs(10);
