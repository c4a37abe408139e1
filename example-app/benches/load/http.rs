//! A client that costs little: one keep-alive connection, one request at a time.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// What came back.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    /// As it came, with its header fields.
    pub(crate) head: &'a str,
    pub(crate) body: &'a str,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection to the server");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        Self { stream, received: Vec::with_capacity(4096) }
    }

    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Answer<'_> {
        self.received.clear();
        self.stream.write_all(request).await.expect("to send a request");
        loop {
            let read = self.stream.read_buf(&mut self.received).await.expect("to read an answer");
            assert_ne!(read, 0, "the server closed a keep-alive connection");
            if let Some((status, head, end)) = complete(&self.received) {
                let text = std::str::from_utf8(&self.received[..end]).expect("an answer in UTF-8");
                return Answer { status, head: &text[..head], body: &text[head..] };
            }
        }
    }
}

/// The status, the length of the head and that of the whole, once all of it is here.
fn complete(received: &[u8]) -> Option<(u16, usize, usize)> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(received).expect("HTTP") else {
        return None;
    };
    let status = response.code.expect("a status");
    let length =
        response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.map_or(0, |header| {
        std::str::from_utf8(header.value).expect("digits").parse::<usize>().expect("a length")
    });
    (received.len() >= head + length).then_some((status, head, head + length))
}

/// A GET, as it goes over the wire.
pub(crate) fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n").into_bytes()
}

/// A POST of a form, as it goes over the wire.
pub(crate) fn post(path: &str, headers: &str, form: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\n{headers}content-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{form}",
        form.len()
    )
    .into_bytes()
}
