//! Whether the files that SQLite has open are still those that bear their names.
//!
//! A file that was removed or replaced can be written to for as long as it is open, and what is written is lost.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    time::Instant,
};

/// The database, its `-wal` and its `-shm`, which all stay the same while a connection is open.
pub(super) struct Watch {
    files: Vec<(PathBuf, Identity)>,
    since: Instant,
    /// In milliseconds since then.
    looked_at: AtomicU64,
    is_gone: AtomicBool,
}

impl Watch {
    pub(super) fn of(path: &Path) -> Self {
        // What SQLite puts beside the file, it puts where a symbolic link leads.
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let beside = |suffix: &str| {
            let mut path = real.clone();
            path.as_mut_os_string().push(suffix);
            path
        };
        let paths = [path.to_owned(), beside("-wal"), beside("-shm")];
        let files = paths.into_iter().filter_map(|path| {
            let identity = identity(&path).ok()?;
            Some((path, identity))
        });
        Self {
            files: files.collect(),
            since: Instant::now(),
            looked_at: AtomicU64::new(0),
            is_gone: AtomicBool::new(false),
        }
    }

    /// Asks the file system now, which takes microseconds.
    pub(super) fn check(&self) -> bool {
        let missing = self.files.iter().find(|(path, then)| identity(path).ok() != Some(*then));
        let is_gone = missing.is_some();
        if self.is_gone.swap(is_gone, Relaxed) != is_gone {
            if let Some((path, _)) = missing {
                tracing::error!(file = %path.display(), "{FILE_IS_GONE}: {ADVICE}");
            } else {
                tracing::warn!("the database file is back");
            }
        }
        !is_gone
    }

    /// Asks it at most every tenth of a second.
    pub(super) fn check_lately(&self) -> bool {
        let now = self.since.elapsed().as_millis() as u64;
        if self.is_gone.load(Relaxed) || now >= self.looked_at.load(Relaxed) + LATELY {
            self.looked_at.store(now, Relaxed);
            return self.check();
        }
        true
    }
}

type Identity = (u64, u64);

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(|_| (0, 0))
}

pub(super) const FILE_IS_GONE: &str =
    "the database file was removed or replaced while it was in use";
const ADVICE: &str = "nothing is written any more. Move the very same file back, with its -wal and -shm, or stop the \
    server, put a backup in its place and start it again";
/// In milliseconds.
const LATELY: u64 = 100;
