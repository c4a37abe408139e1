//! The end: a signal, what is in flight, and status 0.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use reqwest::Method;

use crate::support::{EXAMPLE_REQUEST, OwnPostgres, Server, Site, UNKNOWN_TOKEN, until};

#[tokio::test]
async fn sigterm_finishes_the_request_in_flight_and_exits_0() {
    finishes_the_request_in_flight("TERM").await;
}

#[tokio::test]
async fn sigint_finishes_the_request_in_flight_and_exits_0() {
    finishes_the_request_in_flight("INT").await;
}

#[test]
fn a_signal_right_after_the_start_is_not_missed() {
    for signal in ["TERM", "INT"] {
        let site = Site::new();
        let server = site.serve();
        server.process.signal(signal);
        let finished = server.process.finish();
        assert_eq!(finished.status, Some(0), "SIG{signal}: {finished:?}");
    }
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_up_the_end() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.agent(); // keeps its connection
    assert_eq!(agent.get("/healthz").await.status, 200);
    server.process.signal("TERM");
    let finished = server.process.finish_within(Duration::from_secs(15));
    assert_eq!(finished.status, Some(0), "{finished:?}");
}

#[tokio::test]
async fn a_database_that_stands_still_does_not_hold_up_the_end() {
    let Some(postgres) = OwnPostgres::start() else { return };
    let site = Site::new();
    let server = Server::start(site.program(&[]).env("DATABASE_URL", postgres.url()));
    let agent = server.agent();
    assert_eq!(agent.user_info(Method::GET, UNKNOWN_TOKEN).await.status, 401);
    postgres.pause();
    let in_flight =
        tokio::spawn(async move { agent.user_info(Method::GET, UNKNOWN_TOKEN).await.status });
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.process.signal("TERM");
    let ends = move || server.process.finish_within(Duration::from_secs(15));
    let finished = tokio::task::spawn_blocking(ends).await.unwrap();
    assert_eq!(finished.status, Some(0), "{finished:?}");
    assert_eq!(in_flight.await.unwrap(), 503);
}

async fn finishes_the_request_in_flight(signal: &str) {
    let site = Site::new();
    let server = site.serve();
    let code = server.signed_in().await.code(EXAMPLE_REQUEST).await;

    let mut request = HalfSent::new(&server, &format!("grant_type=authorization_code&code={code}"));
    server.process.signal(signal);
    until("the server takes no more connections", || {
        TcpStream::connect(("127.0.0.1", server.port)).is_err()
    });
    let answer = request.finish();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("access_token"), "{answer}");
    let finished = server.process.finish();
    assert_eq!(finished.status, Some(0), "{finished:?}");
}

/// A token request of Example Client, of whose body the server has yet to see the second half.
struct HalfSent {
    stream: TcpStream,
    rest: String,
}

impl HalfSent {
    fn new(server: &Server, body: &str) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let (first, rest) = body.split_at(body.len() / 2);
        let length = body.len();
        let head = format!(
            "POST /oauth2/token/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {BASIC}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\
             Expect: 100-continue\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        // The server says so when the endpoint begins to read the body: from now on the request is in flight.
        let mut interim = [0; 25];
        stream.read_exact(&mut interim).unwrap();
        assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(first.as_bytes()).unwrap();
        Self { stream, rest: rest.to_owned() }
    }

    /// Sends the rest, and reads up to the end of the connection.
    fn finish(&mut self) -> String {
        self.stream.write_all(self.rest.as_bytes()).unwrap();
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

/// Example Client's identifier and secret.
const BASIC: &str =
    "YmU2ZjMxMjM1YzYxMTgyNzM5MThjNGM3MGY2NzY4Ojg5ZGNlZTRlNmZlNjU1Mzc3YTE5OTQ0YzJiZWU5Yg==";
