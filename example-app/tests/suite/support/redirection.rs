//! Port 1111 of localhost, where Example Client is sent its answers: there is one for all tests of this machine.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use reqwest::Url;

/// Has the port for oneself until the value goes, or the process ends.
pub(crate) fn redirect_port() -> File {
    // The same for all, whatever `TMPDIR` is. Another user's file can at least be read, which is enough for a lock.
    let path = "/tmp/example-app-test-redirect-port.lock";
    let file = File::create(path).or_else(|_| File::open(path)).unwrap();
    file.lock().unwrap();
    file
}

/// Example Client, as far as it waits for one answer.
pub(crate) struct Redirection(JoinHandle<Url>);

impl Redirection {
    pub(crate) fn awaited() -> Self {
        let port = redirect_port();
        let listener = TcpListener::bind("127.0.0.1:1111").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(thread::spawn(move || {
            let received = first_answer(&listener);
            drop((listener, port));
            received
        }))
    }

    /// What the client was sent, once the browser was there.
    pub(crate) fn received(self) -> Url {
        self.0.join().unwrap()
    }
}

/// Takes every connection, for a browser opens some before it says anything on them.
fn first_answer(listener: &TcpListener) -> Url {
    let (sender, receiver) = mpsc::channel();
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Ok((browser, _)) = listener.accept() {
            let sender = sender.clone();
            thread::spawn(move || sender.send(thank(&browser)));
        }
        // It asks for a favicon as well.
        if let Some(url) = receiver.try_iter().flatten().find(|url: &Url| url.query().is_some()) {
            return url;
        }
        assert!(Instant::now() < deadline, "the browser never came to the client");
        thread::sleep(INTERVAL);
    }
}

/// What a connection asks for, if it asks.
fn thank(mut browser: &TcpStream) -> Option<Url> {
    browser.set_nonblocking(false).ok()?;
    let mut line = String::new();
    BufReader::new(browser).read_line(&mut line).ok()?;
    let page =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>Thanks</h1>";
    browser.write_all(page.as_bytes()).ok()?;
    Url::parse("http://localhost:1111").unwrap().join(line.split(' ').nth(1)?).ok()
}

const PATIENCE: Duration = Duration::from_secs(30);
const INTERVAL: Duration = Duration::from_millis(10);
