//! Whether SQLite can be written to, as far as the last attempt tells.

use std::sync::{
    PoisonError, RwLock,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use super::super::{NotReady, StoreError};

#[derive(Default)]
pub(super) struct Health {
    /// What the last write said, if the database was at fault.
    failure: RwLock<Option<String>>,
    is_failing: AtomicBool,
    is_corrupt: AtomicBool,
}

impl Health {
    /// Takes note of a write that failed. Until one succeeds, no other is tried but by the writer itself.
    pub(super) fn write_failed(&self, error: &StoreError) {
        match NotReady::of(error) {
            // Other pages may be whole: they are still written to.
            None | Some(NotReady::Corrupt) => self.failed(error),
            Some(reason) => {
                let mut failure = self.failure.write().unwrap_or_else(PoisonError::into_inner);
                *failure = Some(cause(error));
                if !self.is_failing.swap(true, Relaxed) {
                    let advice = advice(reason);
                    tracing::error!(%reason, %error, "nothing can be written for now: {advice}");
                }
            }
        }
    }

    /// Takes note of a failure that tells of damage.
    pub(super) fn failed(&self, error: &StoreError) {
        let is_corrupt = NotReady::of(error) == Some(NotReady::Corrupt);
        if is_corrupt && !self.is_corrupt.swap(true, Relaxed) {
            let advice = advice(NotReady::Corrupt);
            tracing::error!(%error, "the database file is damaged: {advice}");
        }
    }

    pub(super) fn wrote(&self) {
        if self.is_failing.swap(false, Relaxed) {
            *self.failure.write().unwrap_or_else(PoisonError::into_inner) = None;
            tracing::warn!("the database is written to again");
        }
    }

    /// What a write is answered at once.
    pub(super) fn refusal(&self) -> Option<StoreError> {
        if !self.is_failing.load(Relaxed) {
            return None;
        }
        let failure = self.failure.read().unwrap_or_else(PoisonError::into_inner);
        failure.as_ref().map(|text| StoreError::unavailable(text.as_str()))
    }

    pub(super) fn ready(&self) -> Result<(), NotReady> {
        if self.is_corrupt.load(Relaxed) {
            return Err(NotReady::Corrupt);
        }
        self.refusal().as_ref().and_then(NotReady::of).map_or(Ok(()), Err)
    }
}

fn cause(error: &StoreError) -> String {
    match error {
        StoreError::Unavailable(cause) => cause.to_string(),
        other => other.to_string(),
    }
}

/// What an operator does about it.
fn advice(reason: NotReady) -> &'static str {
    match reason {
        NotReady::Locked => {
            "another program keeps the write lock; find it (fuser DATABASE) and end its transaction"
        }
        NotReady::Full => "make room on its disk",
        NotReady::ReadOnly => "let the server write the file and the directory that it is in",
        NotReady::Corrupt => {
            "stop the server and bring back a backup, or what sqlite3's .recover saves of it"
        }
        NotReady::Gone => "see the line about the file",
        _ => "see what the error says, and the system's log",
    }
}
