//! How many requests HTTP/2 connections have at once, all together.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use poem::{
    Response,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use super::connection::refusal;

pub(super) struct Streams {
    free: Arc<Semaphore>,
    /// How many were refused since the last line of the log, and when the next one may be written.
    refused: Mutex<(u64, Instant)>,
}

impl Streams {
    pub(super) fn new(most: usize) -> Self {
        let free = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        Self { free, refused: Mutex::new((0, Instant::now())) }
    }

    /// A place for one more request, or the answer to it where there is none.
    pub(super) fn take(&self) -> Result<OwnedSemaphorePermit, Response> {
        Arc::clone(&self.free).try_acquire_owned().map_err(|_| {
            self.tell();
            let fault = "There are too many requests at once. Try again later.";
            let mut full = refusal(StatusCode::SERVICE_UNAVAILABLE, fault);
            full.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            full
        })
    }

    fn tell(&self) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, next_line) = &mut *refused;
        *count += 1;
        if *next_line <= Instant::now() {
            tracing::warn!(refused = *count, "requests were refused: there are as many as may be");
            (*count, *next_line) = (0, Instant::now() + Duration::from_secs(1));
        }
    }
}
