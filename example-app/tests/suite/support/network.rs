//! A network that can fail.

use std::{
    io,
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use reqwest::Url;

use super::agent::query;

/// The way to PostgreSQL, over a port that can be closed.
pub(crate) struct Network {
    pub(crate) url: String,
    is_down: Arc<AtomicBool>,
    connections: Arc<Mutex<Vec<TcpStream>>>,
}

impl Network {
    /// The same database, its socket behind a port of this machine.
    pub(crate) fn to_socket_of(url: &str) -> Self {
        let parsed = Url::parse(url).unwrap();
        let option = |name: &str| query(&parsed, name).unwrap();
        let socket = format!("{}/.s.PGSQL.{}", option("host"), option("port"));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (_, options) = url.split_once("&options=").unwrap();
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres?options={options}");

        let network = Self { url, is_down: Arc::default(), connections: Arc::default() };
        let (is_down, connections) =
            (Arc::clone(&network.is_down), Arc::clone(&network.connections));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if !is_down.load(Ordering::SeqCst) {
                    connections.lock().unwrap().push(stream.try_clone().unwrap());
                    join(stream, UnixStream::connect(&socket).unwrap());
                }
            }
        });
        network
    }

    pub(crate) fn set_down(&self, down: bool) {
        self.is_down.store(down, Ordering::SeqCst);
        for connection in self.connections.lock().unwrap().drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

/// Lets two connections be one.
fn join(one: TcpStream, other: UnixStream) {
    let (mut from_one, mut to_one) = (one.try_clone().unwrap(), one);
    let (mut from_other, mut to_other) = (other.try_clone().unwrap(), other);
    thread::spawn(move || {
        let _ = io::copy(&mut from_one, &mut to_other);
        let _ = to_other.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        let _ = io::copy(&mut from_other, &mut to_one);
        let _ = to_one.shutdown(Shutdown::Both);
    });
}
