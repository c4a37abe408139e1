//! Somebody who listens.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Somebody on this machine, who counts who comes.
pub(super) struct Listener {
    pub(super) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Listener {
    pub(super) fn answering(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (connections, heads) = (Arc::new(AtomicUsize::new(0)), Arc::default());
        let (count, kept, answer) =
            (Arc::clone(&connections), Arc::clone(&heads), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                count.fetch_add(1, Ordering::SeqCst);
                let (mut stream, answer) = (stream.unwrap(), Arc::clone(&answer));
                let kept: Arc<Mutex<Vec<String>>> = Arc::clone(&kept);
                thread::spawn(move || {
                    kept.lock().unwrap().push(head(&mut stream));
                    answer(&mut stream);
                });
            }
        });
        Self { address, connections, heads }
    }

    pub(super) fn with(head: &'static str, body: &'static str) -> Self {
        Self::answering(move |stream| {
            let length = body.len();
            write!(stream, "HTTP/1.1 {head}Content-Length: {length}\r\n\r\n{body}").ok();
        })
    }

    pub(super) fn heard(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(super) fn url(&self, scheme: &str, host: &str) -> String {
        format!("{scheme}://{host}:{}/", self.address.port())
    }

    pub(super) fn head(&self) -> String {
        self.heads.lock().unwrap().concat()
    }
}

/// The head of a request, and a body that comes with it.
fn head(stream: &mut TcpStream) -> String {
    let (mut text, mut buffer) = (Vec::new(), [0; 4096]);
    while !text.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(length) => text.extend_from_slice(&buffer[..length]),
        }
    }
    String::from_utf8(text).unwrap()
}
