//! Pages of other origins: which of them may read an answer, by the origins that clients registered (CORS, as the Fetch
//! standard has it).
//!
//! Before a client is known, or where nobody proves to be one, an origin counts that any enabled client registered: that
//! set is kept in memory, and looked up once a second at most. Once a client is proven, only its own origins count:
//! those that were registered for it, and those of its redirect URIs where it registered itself.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{AuthorizationServer, Client, StoreError, Timestamp, store};

tokio::task_local! {
    static PAGE: Arc<Page>;
}

/// A page that waits for an answer.
struct Page {
    origin: String,
    /// Whether its origin is one of the client's that was proven meanwhile.
    registered: AtomicBool,
}

/// What all enabled clients registered, as far as it was looked up.
#[derive(Clone, Default)]
pub(crate) struct CorsOrigins(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    looked_up_at: Option<Timestamp>,
    origins: Option<Arc<HashSet<String>>>,
}

impl AuthorizationServer {
    /// Whether any client that is enabled registered this origin: what a preflight is answered by, and an error. It may be
    /// a second late.
    ///
    /// # Errors
    /// When the store fails, and nothing is known from before.
    pub async fn is_cors_origin(&self, origin: &str) -> Result<bool, StoreError> {
        Ok(self.cors_origins().await?.contains(origin))
    }

    /// Does what a page of this origin asks for, and says whether the page may read an answer that is no error: whether the
    /// origin is one of the client's that proved itself meanwhile, or whose access token was admitted.
    pub async fn asked_by_page<T>(
        origin: String,
        work: impl Future<Output = T> + Send,
    ) -> (T, bool) {
        let page = Arc::new(Page { origin, registered: AtomicBool::new(false) });
        let answer = PAGE.scope(Arc::clone(&page), work).await;
        (answer, page.registered.load(Ordering::Relaxed))
    }

    /// The set as it is now: one request a second looks, and the others go on with what is known.
    async fn cors_origins(&self) -> Result<Arc<HashSet<String>>, StoreError> {
        let known = match self.cors_origins.of(self.now()) {
            Look::Known(origins) => return Ok(origins),
            Look::Stale(origins) => origins,
        };
        match self.store.read(store::client::cors_origins).await {
            Ok(lists) => Ok(self.cors_origins.keep(&lists)),
            // A page can read that the database is away, too.
            Err(error) => known.ok_or(error),
        }
    }

    /// The client of an admitted token is a proven one. It is looked up for a page alone, and apart, because every guarded
    /// request carries the future of its guard.
    pub(crate) async fn admitted(&self, client_id: &str) -> Result<(), StoreError> {
        if PAGE.try_with(|_| ()).is_ok() {
            let client = Box::pin(self.store.client(client_id.to_owned())).await?;
            client.iter().for_each(|client| proven(client));
        }
        Ok(())
    }
}

/// The client is who it says; where a page waits for the answer, that is what counts.
pub(crate) fn proven(client: &Client) {
    let _ = PAGE.try_with(|page| {
        let registered = client.has_pages_at(&page.origin);
        page.registered.store(registered, Ordering::Relaxed);
    });
}

enum Look {
    Known(Arc<HashSet<String>>),
    /// Who gets this looks; with what was known before.
    Stale(Option<Arc<HashSet<String>>>),
}

impl CorsOrigins {
    fn of(&self, now: Timestamp) -> Look {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let origins = kept.origins.clone();
        match origins {
            Some(origins) if kept.looked_up_at == Some(now) => Look::Known(origins),
            origins => {
                kept.looked_up_at = Some(now);
                Look::Stale(origins)
            }
        }
    }

    fn keep(&self, lists: &[String]) -> Arc<HashSet<String>> {
        let origins = lists.iter().flat_map(|list| list.split(' ')).map(str::to_owned);
        let origins = Arc::new(origins.collect());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.origins = Some(Arc::clone(&origins));
        origins
    }
}
