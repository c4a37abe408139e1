//! What each setting of serving does, and what happens at the limit of descriptors.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Command,
    time::Duration,
};

use crate::support::{Server, Site, until};

/// Its answer has no body to read.
const HEAD: &[u8] = b"HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

fn connected(server: &Server) -> TcpStream {
    let connection = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    connection
}

/// Asks, and says whether an answer came.
fn is_served(connection: &mut TcpStream) -> bool {
    let (mut answer, mut byte) = (Vec::new(), [0; 1]);
    let is_asked = connection.write_all(HEAD).is_ok();
    while is_asked && !answer.ends_with(b"\r\n\r\n") && connection.read_exact(&mut byte).is_ok() {
        answer.extend(byte);
    }
    answer.starts_with(b"HTTP/1.1 ") && answer.ends_with(b"\r\n\r\n")
}

/// Reads until the server closes the connection.
fn is_closed(connection: &mut TcpStream) {
    let mut buffer = [0; 4096];
    loop {
        match connection.read(&mut buffer) {
            Ok(1..) => {}
            Ok(0) => return,
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return,
            Err(error) => panic!("it is still open: {error}"),
        }
    }
}

#[test]
fn the_header_timeout_ends_a_connection_that_says_nothing() {
    let site = Site::new();
    let server = site.serve_with("OAUTH_HEADER_TIMEOUT", "1");
    is_closed(&mut connected(&server));
}

#[test]
fn the_idle_timeout_ends_a_connection_on_which_nothing_is_asked_any_more() {
    let site = Site::new();
    let server = site.serve_with("OAUTH_IDLE_TIMEOUT", "1");
    let mut connection = connected(&server);
    assert!(is_served(&mut connection));
    is_closed(&mut connection);
}

#[test]
fn more_than_the_most_connections_are_refused_and_counted_in_the_log() {
    let site = Site::new();
    let server = site.serve_with("OAUTH_MAX_CONNECTIONS", "2");
    let mut two = [connected(&server), connected(&server)];
    assert!(two.iter_mut().all(is_served));
    is_closed(&mut connected(&server));
    until("the log to tell of it", || server.process.stderr().contains("connections were refused"));
}

#[test]
fn for_the_drain_delay_the_server_goes_on_as_before() {
    let site = Site::new();
    let server = site.serve_with("OAUTH_DRAIN_DELAY", "3");
    server.process.signal("TERM");
    until("the log to tell of the end", || server.process.stderr().contains("stopping"));
    assert!(is_served(&mut connected(&server)));
    let finished = server.process.finish();
    assert_eq!(finished.status, Some(0), "{finished:?}");
}

/// The program, with so few descriptors that a test can use them up.
fn with_few_descriptors(site: &Site, variables: &[(&str, &str)]) -> Server {
    let program = site.program(&[]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -n 256 && exec \"$0\""]).arg(program.get_program());
    shell.current_dir(site.path()).envs(variables.iter().copied());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    Server::start(&mut shell)
}

#[test]
fn by_default_there_are_fewer_connections_than_descriptors() {
    let site = Site::new();
    let server = with_few_descriptors(&site, &[]);
    let mut first = connected(&server);
    assert!(is_served(&mut first));
    let others: Vec<_> = (0..300).map(|_| connected(&server)).collect();
    until("the log to tell of it", || server.process.stderr().contains("connections were refused"));
    assert!(is_served(&mut first));
    assert!(!server.process.stderr().contains("could not be accepted"));
    drop(others);
    until("room for another", || is_served(&mut connected(&server)));
}

#[test]
fn at_the_limit_of_descriptors_others_are_refused_and_it_recovers() {
    let site = Site::new();
    let server = with_few_descriptors(&site, &[("OAUTH_MAX_CONNECTIONS", "1000")]);
    let mut first = connected(&server);
    assert!(is_served(&mut first));
    let others: Vec<_> = (0..300).map(|_| connected(&server)).collect();
    until("the log to tell of it", || {
        server.process.stderr().contains("connections could not be accepted")
    });
    assert!(is_served(&mut first));
    drop(others);
    until("room for another", || is_served(&mut connected(&server)));
    let lines = server.process.stderr().matches("could not be accepted").count();
    assert!(lines < 30, "{lines} lines of the log");
}
