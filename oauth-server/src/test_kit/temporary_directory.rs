//! A directory that one test has for itself.

use std::{
    env, fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

/// An empty directory, which goes with the value and all that is in it.
#[derive(Debug)]
pub(crate) struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    /// Its name begins with the name of who asks.
    pub(crate) fn new(owner: &str) -> Self {
        static DIRECTORIES: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = DIRECTORIES.fetch_add(1, Ordering::Relaxed);
            let directory =
                env::temp_dir().join(format!("{owner}-test-{}-{number}", process::id()));
            match fs::create_dir(&directory) {
                // A killed test run left it, and had the same process id.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                made => {
                    made.expect("a temporary directory");
                    return Self(directory);
                }
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        for _ in 0..100 {
            match fs::remove_dir_all(&self.0) {
                // A pool that was just dropped may still be opening a connection, and put its file back.
                Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {
                    thread::sleep(Duration::from_millis(10));
                }
                _ => break, // a leftover is no reason to fail
            }
        }
    }
}
