//! Whether the database can be read and written: asked by many, looked at once a second.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::{sync::Mutex, time::timeout};

use super::{
    Affected, MigratedBy, NotReady, StoreError,
    connection::{is_read_only, take_room, touch},
    executor::Executor,
    migrations,
};

#[derive(Clone, Default)]
pub(super) struct Readiness(Arc<Known>);

#[derive(Default)]
struct Known {
    /// Who finds somebody looking waits for what that one finds.
    last: Mutex<Option<(Instant, Result<(), NotReady>)>>,
    write_failed: AtomicBool,
    /// It failed because the disk is full: then what takes no room can still be written, and says nothing.
    is_full: AtomicBool,
}

impl Readiness {
    /// Takes note of what became of a write.
    pub(super) fn wrote<T>(&self, done: &Result<T, StoreError>) {
        match done {
            Ok(_) if self.0.write_failed.load(Relaxed) => {
                self.0.write_failed.store(self.0.is_full.load(Relaxed), Relaxed);
            }
            Err(error) if error.is_unavailable() => {
                self.0.write_failed.store(true, Relaxed);
                self.0.is_full.fetch_or(NotReady::of(error) == Some(NotReady::Full), Relaxed);
            }
            _ => {}
        }
    }

    pub(super) async fn of(&self, executor: &Executor, by: MigratedBy) -> Result<(), NotReady> {
        let mut last = self.0.last.lock().await;
        let before = *last;
        if let Some((when, found)) = before
            && when.elapsed() < FRESH
        {
            return found;
        }
        let found =
            timeout(PATIENCE, self.look(executor, by)).await.unwrap_or(Err(NotReady::Silent));
        *last = Some((Instant::now(), found));
        match found {
            _ if before.is_some_and(|(_, before)| before == found) => {}
            Err(reason) => tracing::error!(%reason, "not ready: the database cannot be used"),
            Ok(()) if before.is_some() => tracing::warn!("ready again"),
            Ok(()) => {}
        }
        found
    }

    async fn look(&self, executor: &Executor, by: MigratedBy) -> Result<(), NotReady> {
        let why = |error: StoreError| NotReady::of(&error).unwrap_or(NotReady::Failing);
        executor.ready()?;
        if self.0.write_failed.load(Relaxed) {
            if self.0.is_full.load(Relaxed) {
                executor.write(Affected::Nothing, take_room).await.map_err(why)?;
                self.0.is_full.store(false, Relaxed);
            }
            let tried = executor.write(Affected::Nothing, touch).await;
            self.wrote(&tried);
            tried.map_err(why)?;
        }
        let look = executor.list(move |db| Ok((is_read_only(db)?, migrations::standing(db, by)?)));
        match look.await.map_err(why)? {
            (true, _) => Err(NotReady::ReadOnly),
            (false, standing) => standing,
        }
    }
}

/// How long what was found counts.
const FRESH: Duration = Duration::from_secs(1);
/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(1);
