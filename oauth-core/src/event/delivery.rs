//! How events reach those who want to hear of them: over a bounded channel, so that no request waits for a listener.

use std::{fmt, sync::Arc};

use tokio::sync::broadcast::{
    self,
    error::{RecvError, TryRecvError},
};

use super::{Event, EventKind};
use crate::{
    AuthorizationServer, Origin, StoreError,
    store::{Affected, DbConnection, Query, write::Write},
};

/// The events of a server, for any number of subscribers. Cloning is cheap.
///
/// Who subscribes hears what happens from then on. Whoever falls more than [`Events::HELD`] events behind misses the
/// oldest, and is told how many.
///
/// ```
/// # use oauth_core::{AuthorizationServer, EventKind};
/// # async fn page(_: &str) {}
/// fn watch(server: &AuthorizationServer) {
///     let mut events = server.events().subscribe();
///     tokio::spawn(async move {
///         while let Some(heard) = events.next().await {
///             let Ok(event) = heard else { continue }; // some were missed
///             if let EventKind::RefreshTokenUsedAfterInvalidation { client_id, .. } = &event.kind {
///                 page(client_id).await;
///             }
///         }
///     });
/// }
/// ```
#[derive(Clone)]
pub struct Events(broadcast::Sender<Arc<Event>>);

impl Events {
    /// How many events wait for the slowest subscriber.
    pub const HELD: usize = 1024;

    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(Self::HELD))
    }

    /// Hears everything from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        Subscription(self.0.subscribe())
    }

    /// Calls `listener` with every event from now on, on a task of its own, and logs how many it missed. It should not
    /// block; what waits belongs behind [`Events::subscribe`].
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn on_event(&self, mut listener: impl FnMut(&Event) + Send + 'static) {
        let mut events = self.subscribe();
        tokio::spawn(async move {
            while let Some(heard) = events.next().await {
                match heard {
                    Ok(event) => listener(&event),
                    Err(Missed(count)) => {
                        tracing::warn!(count, "a listener was too slow and missed events");
                    }
                }
            }
        });
    }

    fn is_heard(&self) -> bool {
        self.0.receiver_count() > 0
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Events(..)")
    }
}

/// One subscriber's view of the events.
#[derive(Debug)]
pub struct Subscription(broadcast::Receiver<Arc<Event>>);

/// How many events a subscriber missed, because it was too slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} events were missed")]
pub struct Missed(pub u64);

impl Subscription {
    /// Waits for the next event. `None` once the server is gone, with all its clones.
    pub async fn next(&mut self) -> Option<Result<Arc<Event>, Missed>> {
        match self.0.recv().await {
            Ok(event) => Some(Ok(event)),
            Err(RecvError::Lagged(count)) => Some(Err(Missed(count))),
            Err(RecvError::Closed) => None,
        }
    }

    /// The next event, where one has been raised already.
    pub fn try_next(&mut self) -> Option<Result<Arc<Event>, Missed>> {
        match self.0.try_recv() {
            Ok(event) => Some(Ok(event)),
            Err(TryRecvError::Lagged(count)) => Some(Err(Missed(count))),
            Err(TryRecvError::Empty | TryRecvError::Closed) => None,
        }
    }
}

/// What an outcome is told as.
pub(crate) type LedTo<T> = Box<dyn FnOnce(&T) -> Vec<EventKind> + Send>;

impl AuthorizationServer {
    /// What happens here, for who wants to hear of it.
    #[must_use]
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// Tells every subscriber; without one, `kind` is not even made. For what happens in an application's own pages,
    /// such as the sign-ins of its own users.
    pub fn raise(&self, kind: impl FnOnce() -> EventKind) {
        if self.events.is_heard() {
            let event = Event { at: self.now(), origin: Origin::current(), kind: kind() };
            drop(self.events.0.send(Arc::new(event))); // the last subscriber may just have gone
        }
    }

    /// Writes, and once that is committed raises what it led to: also where nobody waits for the answer any more, so
    /// that who hangs up in time hides nothing. Without a subscriber, `prepare` is not called.
    pub(crate) async fn write_and_raise<T: Send + 'static>(
        &self,
        affected: Affected,
        work: impl Fn(&mut DbConnection) -> Query<T> + Send + 'static,
        prepare: impl FnOnce() -> LedTo<T>,
    ) -> Result<T, StoreError> {
        let store = self.store.clone();
        self.raise_after(async move { store.write_affecting(affected, work).await }, prepare).await
    }

    /// The same of a write that requests wait for: whether it won its compare-and-set.
    pub(crate) async fn compare_and_raise(
        &self,
        write: impl Write,
        prepare: impl FnOnce() -> LedTo<bool>,
    ) -> Result<bool, StoreError> {
        let store = self.store.clone();
        self.raise_after(async move { store.compare_and_set(write).await }, prepare).await
    }

    async fn raise_after<T: Send + 'static>(
        &self,
        write: impl Future<Output = Result<T, StoreError>> + Send + 'static,
        prepare: impl FnOnce() -> LedTo<T>,
    ) -> Result<T, StoreError> {
        if !self.events.is_heard() {
            return write.await;
        }
        let (server, led_to) = (self.clone(), prepare());
        let write = async move {
            let written = write.await?;
            led_to(&written).into_iter().for_each(|kind| server.raise(|| kind));
            Ok(written)
        };
        tokio::spawn(Origin::carried(write)).await.map_err(StoreError::internal)?
    }
}
