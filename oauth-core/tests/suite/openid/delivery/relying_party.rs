//! A client's own server, where it is told of logouts.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU16, Ordering},
    },
    thread::{self, JoinHandle},
};

pub(super) struct RelyingParty {
    address: SocketAddr,
    heard: Arc<Heard>,
    listens: Option<JoinHandle<()>>,
}

struct Heard {
    status: AtomicU16,
    is_killed: AtomicBool,
    tokens: Mutex<Vec<String>>,
}

impl RelyingParty {
    pub(super) fn new() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (status, is_killed) = (AtomicU16::new(200), AtomicBool::new(false));
        let heard = Arc::new(Heard { status, is_killed, tokens: Mutex::default() });
        let address = listener.local_addr().unwrap();
        let listens = Some(listen(listener, Arc::clone(&heard)));
        Self { address, heard, listens }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/logout", self.address)
    }

    /// What it answers from now on; 0 is nothing at all.
    pub(super) fn answer(&self, status: u16) {
        self.heard.status.store(status, Ordering::SeqCst);
    }

    /// The logout tokens that came.
    pub(super) fn tokens(&self) -> Vec<String> {
        self.heard.tokens.lock().unwrap().clone()
    }

    pub(super) fn kill(&mut self) {
        self.heard.is_killed.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address).unwrap()); // it notices
        self.listens.take().unwrap().join().unwrap();
    }

    pub(super) fn restart(&mut self) {
        self.heard.is_killed.store(false, Ordering::SeqCst);
        let listener = TcpListener::bind(self.address).unwrap();
        self.listens = Some(listen(listener, Arc::clone(&self.heard)));
    }
}

fn listen(listener: TcpListener, heard: Arc<Heard>) -> JoinHandle<()> {
    thread::spawn(move || {
        for stream in listener.incoming() {
            if heard.is_killed.load(Ordering::SeqCst) {
                return;
            }
            let (stream, heard) = (stream.unwrap(), Arc::clone(&heard));
            thread::spawn(move || hear(stream, &heard));
        }
    })
}

fn hear(mut stream: TcpStream, heard: &Heard) {
    let (mut request, mut buffer) = (String::new(), [0; 8192]);
    while !is_whole(&request) {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(length) => request += std::str::from_utf8(&buffer[..length]).unwrap(),
        }
    }
    assert!(request.starts_with("POST /logout HTTP/1.1\r\n"), "{request}");
    let status = heard.status.load(Ordering::SeqCst);
    if status == 0 {
        drop(stream.read(&mut buffer)); // until the other one goes
        return;
    }
    let token = request.split("\r\n\r\nlogout_token=").nth(1).expect("a logout token");
    heard.tokens.lock().unwrap().push(token.to_owned());
    write!(stream, "HTTP/1.1 {status} Said\r\nContent-Length: 0\r\n\r\n").ok();
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.is_some_and(|(_, length)| body.len() >= length.parse().unwrap())
}
