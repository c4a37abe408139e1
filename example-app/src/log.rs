//! The log: lines on standard error, for which nobody waits.
//!
//! A reader that is gone, a disk that is full, a pipe that nobody reads: each costs lines, and no request. A thread of
//! its own writes; what does not fit into its queue, or cannot be written, is counted, and the count is a line once
//! lines go through again.

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
    panic,
    sync::{Arc, OnceLock, mpsc},
    thread,
    time::{Duration, Instant},
};

use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{
    EnvFilter,
    fmt::{
        format,
        time::{FormatTime, SystemTime},
    },
};

/// Where the lines go.
pub(crate) struct Log {
    queue: NonBlocking,
    worker: WorkerGuard,
}

impl Log {
    pub(crate) fn to_stderr() -> Self {
        let dropped = Arc::new(OnceLock::new());
        let sink = Sink::new(io::stderr(), Arc::clone(&dropped));
        let queue = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(QUEUE);
        let (queue, worker) = queue.thread_name("log").finish(sink);
        let _ = dropped.set(queue.error_counter());
        Self { queue, worker }
    }

    /// Lets whatever the program logs go there. A panic does, too: by itself it would wait for standard error.
    pub(crate) fn begin(&self, filter: EnvFilter) {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(self.queue.clone())
            .with_ansi(io::stderr().is_terminal() && !no_color)
            .log_internal_errors(false)
            .init();
        panic::set_hook(Box::new(|panic| {
            tracing::error!(panic = panic.to_string(), "a panic");
        }));
    }

    /// Says it as it is, whatever is filtered.
    pub(crate) fn say(&mut self, line: impl Display) {
        let _ = self.queue.write_all(format!("{line}\n").as_bytes());
    }

    /// Waits until everything is written, but for a pipe that nobody reads not long.
    pub(crate) fn finish(self) {
        let (done, ended) = mpsc::channel();
        thread::spawn(move || {
            drop(self.worker);
            let _ = done.send(());
        });
        let _ = ended.recv_timeout(PATIENCE);
    }
}

/// Lines; each has some hundred bytes.
const QUEUE: usize = 8192;

const PATIENCE: Duration = Duration::from_secs(2);

/// The other end of the queue, on a thread of its own.
struct Sink<W> {
    inner: W,
    /// How many lines the queue had no place for.
    dropped: Arc<OnceLock<ErrorCounter>>,
    /// How many could not be written.
    failed: usize,
    /// How many of both have been told.
    told: usize,
    told_at: Option<Instant>,
    /// Whether the last line broke off.
    is_torn: bool,
}

impl<W: Write> Sink<W> {
    fn new(inner: W, dropped: Arc<OnceLock<ErrorCounter>>) -> Self {
        Self { inner, dropped, failed: 0, told: 0, told_at: None, is_torn: false }
    }

    fn put(&mut self, line: &[u8]) -> bool {
        let is_whole = (!self.is_torn || self.inner.write_all(b"\n").is_ok())
            && self.inner.write_all(line).is_ok();
        self.is_torn = !is_whole;
        is_whole
    }

    fn tell(&mut self) {
        let dropped = self.dropped.get().map_or(0, ErrorCounter::dropped_lines);
        let lost = dropped + self.failed;
        if lost == self.told {
            return;
        }
        let mut time = String::new();
        let _ = SystemTime.format_time(&mut format::Writer::new(&mut time));
        let count = lost - self.told;
        if self.put(
            format!("{time}  WARN log: lost {count} lines, which nobody took in time\n").as_bytes(),
        ) {
            (self.told, self.told_at) = (lost, Some(Instant::now()));
        }
    }
}

impl<W: Write> Write for Sink<W> {
    /// Never fails: that would be told on standard error, too.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if !self.put(line) {
            self.failed += 1;
        } else if self.told_at.is_none_or(|at| at.elapsed() > Duration::from_secs(1)) {
            self.tell(); // the queue may not be empty for long
        }
        Ok(line.len())
    }

    /// The queue is empty.
    fn flush(&mut self) -> io::Result<()> {
        self.tell();
        let _ = self.inner.flush();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk that is full for so many writes, of which each first takes a few bytes.
    #[derive(Default)]
    struct Disk {
        full_for: usize,
        written: Vec<u8>,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.full_for > 0 {
                self.full_for -= 1;
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.written.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_could_not_be_written_is_counted_and_said_once_when_lines_go_through_again() {
        let mut sink = Sink::new(Disk { full_for: 6, ..Disk::default() }, Arc::default());
        for line in ["one\n", "two\n", "three\n", "four\n", "five\n"] {
            sink.write_all(line.as_bytes()).unwrap();
            sink.flush().unwrap();
        }
        let said = String::from_utf8(sink.inner.written).unwrap();
        let lines: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
        assert!(
            matches!(lines.as_slice(), ["four", count, "five"] if count.contains("lost 3 lines")),
            "{said}"
        );
    }
}
