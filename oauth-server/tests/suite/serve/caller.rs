//! Somebody who speaks HTTP/1.1 by hand.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::application::rest;

pub(crate) struct Caller {
    pub(crate) connection: TcpStream,
}

impl Caller {
    pub(crate) async fn to(address: SocketAddr) -> Self {
        Self { connection: TcpStream::connect(address).await.expect("a connection") }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.connection.write_all(bytes.as_ref()).await.expect("to send");
    }

    /// Sends the head of a request with these further lines, each of which ends in CRLF.
    pub(crate) async fn ask(&mut self, request: &str, lines: &str) {
        self.send(format!("{request} HTTP/1.1\r\nHost: a\r\n{lines}\r\n")).await;
    }

    /// Reads until this has come.
    pub(crate) async fn hear(&mut self, end: &str) -> String {
        let (mut heard, mut byte) = (Vec::new(), [0; 1]);
        while !heard.ends_with(end.as_bytes()) {
            let read = timeout(PATIENCE, self.connection.read(&mut byte)).await;
            let shown = String::from_utf8_lossy(&heard);
            let read = read.unwrap_or_else(|_| panic!("no {end:?}: {shown}"));
            assert_eq!(read.ok(), Some(1), "the connection ended before {end:?}: {shown}");
            heard.push(byte[0]);
        }
        String::from_utf8(heard).unwrap()
    }

    /// Waits until the connection is closed, and says what has come on it until then.
    pub(crate) async fn is_cut_off(&mut self) -> Vec<u8> {
        timeout(PATIENCE, rest(&mut self.connection)).await.expect("the connection to be closed")
    }

    pub(crate) async fn is_served(&mut self) {
        self.ask("GET /", "").await;
        assert!(self.hear("hello").await.starts_with("HTTP/1.1 200 "));
    }
}

/// The machine may be busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
