//! What the whole test program logs, at every level.

use std::{
    io,
    sync::{Mutex, OnceLock},
};

use tracing::Level;

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Writes to the log, for all tests alike.
struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins to keep the log, of every thread.
pub(crate) fn keep() {
    static KEPT: OnceLock<()> = OnceLock::new();
    KEPT.get_or_init(|| {
        let log = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_ansi(false);
        log.with_writer(|| Writer).init();
    });
}

/// The lines that were written so far.
pub(crate) fn lines() -> Vec<String> {
    String::from_utf8_lossy(&LOG.lock().unwrap()).lines().map(str::to_owned).collect()
}
