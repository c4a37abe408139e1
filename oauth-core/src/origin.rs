//! Where something came from: the request that led to it, as who speaks HTTP knows it.

use std::{net::IpAddr, sync::Arc};

use tracing::Span;

use crate::store::deadline;

tokio::task_local! {
    static ORIGIN: Option<Arc<Origin>>;
}

/// The request that leads to events and to changes: they name it.
///
/// ```
/// use std::sync::Arc;
///
/// use oauth_core::Origin;
///
/// # #[tokio::main]
/// # async fn main() {
/// let origin = Origin { request_id: "7f3a".to_owned(), address: None };
/// let named = Arc::new(origin).around(async { Origin::current().expect("this one").request_id.clone() });
/// assert_eq!(named.await, "7f3a");
/// assert!(Origin::current().is_none());
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// What the request is called, so that its lines in the log are found. What came from outside is bounded in length
    /// and characters before it stands here.
    pub request_id: String,
    /// Who sent it.
    pub address: Option<IpAddr>,
}

impl Origin {
    /// Runs `work`: what it leads to names this origin, and all that it asks of the database has one deadline together
    /// ([`StoreOptions::deadline`](crate::StoreOptions::deadline)). `oauth-server` does it around each request.
    pub fn around<T>(self: Arc<Self>, work: impl Future<Output = T>) -> impl Future<Output = T> {
        // No `async fn`: that would keep room for `work` twice, and so would each around it.
        ORIGIN.scope(Some(self), deadline::shared(work))
    }

    /// That of this task; none outside of a request.
    #[must_use]
    pub fn current() -> Option<Arc<Self>> {
        ORIGIN.try_with(Clone::clone).ok().flatten()
    }

    /// The same work for the same request on another task.
    pub(crate) fn carried<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
        ORIGIN.scope(Self::current(), deadline::carried(work))
    }
}

/// Says on the request's own line of the log why it was refused. Fields that the span around it lacks are left out.
pub(crate) fn note(field: &'static str, value: &str) {
    Span::current().record(field, value);
}
