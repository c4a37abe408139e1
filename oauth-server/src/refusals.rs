//! A flood of refusals does not write a line each.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::runtime::Handle;

/// Of each kind so many lines are written; what else comes in that second is counted, and the count is one line.
#[derive(Clone, Default)]
pub(crate) struct Refusals(Arc<Mutex<HashMap<&'static str, Second>>>);

tokio::task_local! {
    /// Those of the provider whose request this is.
    static HERE: Refusals;
}

/// Whether one of this kind is written. Outside of the middleware each is.
pub(crate) fn admits(kind: &'static str) -> bool {
    HERE.try_with(|here| here.admits(kind)).unwrap_or(true)
}

/// What has come of one kind since the first of it.
#[derive(Default)]
struct Second {
    written: u32,
    more: u64,
}

impl Refusals {
    /// Of one kind, in a second.
    const WRITTEN: u32 = 20;

    /// Runs `work`, whose lines are counted here.
    pub(crate) fn around<T>(&self, work: impl Future<Output = T>) -> impl Future<Output = T> {
        HERE.scope(self.clone(), work)
    }

    /// Whether this one is written. Kinds are names in our code, and so are few.
    pub(crate) fn admits(&self, kind: &'static str) -> bool {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !kinds.contains_key(kind) {
            let Ok(runtime) = Handle::try_current() else { return true };
            let ending = Arc::clone(&self.0);
            runtime.spawn(async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                let ended = ending.lock().unwrap_or_else(PoisonError::into_inner).remove(kind);
                if let Some(Second { more: more @ 1.., .. }) = ended {
                    tracing::warn!(kind, more, "so many more were refused in this second");
                }
            });
        }
        let second = kinds.entry(kind).or_default();
        let is_written = second.written < Self::WRITTEN;
        if is_written {
            second.written += 1;
        } else {
            second.more += 1;
        }
        is_written
    }
}
