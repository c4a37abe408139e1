//! A program that runs, and what it says.

use std::{
    io::{Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// A running program. It is killed when the value goes.
pub(crate) struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Pipe,
    stderr: Pipe,
}

/// A program that has ended: its status (`None` when a signal killed it), and all that it said.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stdout = Pipe::of(child.stdout.take().unwrap());
        let stderr = Pipe::of(child.stderr.take().unwrap());
        Self { stdin: child.stdin.take(), child, stdout, stderr }
    }

    /// Types on its standard input.
    pub(crate) fn write(&mut self, text: &str) {
        self.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// What it has said so far, on standard output.
    pub(crate) fn stdout(&self) -> String {
        self.stdout.text()
    }

    pub(crate) fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Waits for what `find` makes of its standard output.
    pub(crate) fn wait_for<T>(&mut self, what: &str, find: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let ended = self.child.try_wait().unwrap();
            if ended.is_some() {
                self.stdout.join();
                self.stderr.join();
            }
            if let Some(found) = find(&self.stdout()) {
                return found;
            }
            let (stdout, stderr) = (self.stdout(), self.stderr());
            let waits = ended.is_none() && Instant::now() < deadline;
            assert!(waits, "no {what} ({ended:?}):\n{stdout}\n{stderr}");
            thread::sleep(INTERVAL);
        }
    }

    /// Waits until this stands on its standard output.
    pub(crate) fn says(&mut self, text: &str) {
        self.wait_for(&format!("{text:?} on standard output"), |stdout| {
            stdout.contains(text).then_some(())
        });
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, by its name without `SIG`.
    pub(crate) fn signal(&self, name: &str) {
        let mut kill = Command::new("sh");
        kill.args(["-c", "kill -s \"$1\" \"$2\"", "kill", name]).arg(self.child.id().to_string());
        assert!(kill.status().unwrap().success(), "{kill:?}");
    }

    /// Closes its standard input, and waits for its end.
    pub(crate) fn finish(self) -> Finished {
        self.finish_within(PATIENCE)
    }

    pub(crate) fn finish_within(mut self, patience: Duration) -> Finished {
        drop(self.stdin.take());
        let deadline = Instant::now() + patience;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.code();
            }
            let (stdout, stderr) = (self.stdout(), self.stderr());
            assert!(Instant::now() < deadline, "it does not end:\n{stdout}\n{stderr}");
            thread::sleep(INTERVAL);
        };
        self.stdout.join();
        self.stderr.join();
        Finished { status, stdout: self.stdout(), stderr: self.stderr() }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Finished {
    /// The one line that says why it refused, with this exit status and nothing on standard output.
    #[track_caller]
    pub(crate) fn refusal(&self, status: i32) -> &str {
        assert_eq!((self.status, self.stdout.as_str()), (Some(status), ""), "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        self.stderr.trim_end()
    }

    /// What it said, when it succeeded.
    #[track_caller]
    pub(crate) fn success(&self) -> &str {
        assert_eq!(self.status, Some(0), "{self:?}");
        &self.stdout
    }
}

/// What has come out of a pipe, which is read to its end lest the program wait.
struct Pipe {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Pipe {
    fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::<Mutex<Vec<u8>>>::default();
        let sink = Arc::clone(&bytes);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                sink.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        Self { bytes, reader: Some(reader) }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap()).into_owned()
    }

    fn join(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
    }
}

/// Asks again and again until it is true, for a while.
#[track_caller]
pub(crate) fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_true() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(INTERVAL);
    }
}

const PATIENCE: Duration = Duration::from_secs(60);
const INTERVAL: Duration = Duration::from_millis(10);
