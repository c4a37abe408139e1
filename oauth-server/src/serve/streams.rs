//! How many requests HTTP/2 connections have at once, all together.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use poem::{
    Response,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};

use super::connection::refusal;

pub(super) struct Streams {
    free: Arc<Semaphore>,
    /// How many were refused since the last line of the log.
    refused: Arc<AtomicU64>,
}

/// No place is free.
pub(super) struct Full;

impl Streams {
    pub(super) fn new(most: usize) -> Self {
        let free = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        Self { free, refused: Arc::default() }
    }

    /// A place for one more request.
    pub(super) fn take(&self) -> Result<OwnedSemaphorePermit, Full> {
        Arc::clone(&self.free).try_acquire_owned().map_err(|_| {
            self.tell();
            Full
        })
    }

    /// The answer to who found no place.
    pub(super) fn full() -> Response {
        let fault = "There are too many requests at once. Try again later.";
        let mut full = refusal(StatusCode::SERVICE_UNAVAILABLE, fault);
        full.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        full
    }

    /// The first that is refused has all told that are within a second of it.
    fn tell(&self) {
        if self.refused.fetch_add(1, Ordering::Relaxed) > 0 {
            return;
        }
        let refused = Arc::clone(&self.refused);
        tokio::spawn(async move {
            sleep(Duration::from_secs(1)).await;
            let refused = refused.swap(0, Ordering::Relaxed);
            tracing::warn!(refused, "requests were refused: there are as many as may be");
        });
    }
}
