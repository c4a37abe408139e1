//! Whoever should read the log is gone, asleep or full: requests are answered all the same.

use std::{
    fs::{self, OpenOptions},
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{self, Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use crate::support::{EXAMPLE_REQUEST, Server, Site, until};

/// The program, its standard error in hands that do not read it.
struct Deaf {
    child: Child,
    address: SocketAddr,
}

impl Deaf {
    fn start(site: &Site, stderr: Stdio) -> Self {
        let mut command = site.program(&[]);
        let mut child = command.stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let line = said.find(|line| line.starts_with("listening on ")).expect("where it listens");
        let address = line.split([' ', ';']).nth(2).unwrap().parse().unwrap();
        thread::spawn(move || said.for_each(drop));
        Self { child, address }
    }

    /// Asks it to stop; it must, and in time.
    fn stops(mut self) {
        let kill = format!("kill -s TERM {}", self.child.id());
        Command::new("sh").args(["-c", &kill]).status().unwrap();
        let asked = Instant::now();
        until("it ends", || self.child.try_wait().unwrap().is_some());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        assert!(asked.elapsed() < Duration::from_secs(25), "{:?}", asked.elapsed());
    }
}

impl Drop for Deaf {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends so many requests, and counts the answers.
fn answers(address: SocketAddr, requests: usize, path: &str) -> usize {
    const AT_ONCE: usize = 100;
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut answers = 0;
    while answers < requests {
        let batch = AT_ONCE.min(requests - answers);
        stream.write_all(request.repeat(batch).as_bytes()).unwrap();
        let (mut seen, mut buffer) = (String::new(), [0; 65536]);
        while seen.matches("HTTP/1.1 ").count() < batch {
            match stream.read(&mut buffer) {
                Ok(count @ 1..) => seen.push_str(&String::from_utf8_lossy(&buffer[..count])),
                other => panic!("{other:?} after {answers} answers and {seen}"),
            }
        }
        answers += batch;
    }
    answers
}

/// A log line for each, and little else: 303 to the login page.
const PATH: &str = "/admin/";

#[test]
fn where_the_reader_of_standard_error_is_gone_every_request_is_answered() {
    let site = Site::new();
    let mut deaf = Deaf::start(&site, Stdio::piped());
    drop(deaf.child.stderr.take());
    assert_eq!(answers(deaf.address, 1000, PATH), 1000);
    deaf.stops();
}

#[test]
fn where_the_disk_of_the_log_is_full_every_request_is_answered() {
    let site = Site::new();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let deaf = Deaf::start(&site, full.into());
    assert_eq!(answers(deaf.address, 1000, PATH), 1000);
    deaf.stops();
}

#[test]
fn where_nobody_reads_the_log_every_request_is_answered_and_sigterm_ends_the_program() {
    let site = Site::new();
    let mut deaf = Deaf::start(&site, Stdio::piped());
    let _unread = deaf.child.stderr.take();
    assert_eq!(answers(deaf.address, 1000, PATH), 1000);
    let mut health = TcpStream::connect(deaf.address).unwrap();
    health.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    health
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    health.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    deaf.stops();
}

/// More lines than a pipe and the queue hold.
const FLOOD: usize = 12_000;

#[test]
fn what_was_lost_is_counted_and_said_once_the_log_is_read_again() {
    let site = Site::new();
    let mut deaf = Deaf::start(&site, Stdio::piped());
    let mut unread = deaf.child.stderr.take().unwrap();
    assert_eq!(answers(deaf.address, FLOOD, PATH), FLOOD);

    let log = Arc::<Mutex<String>>::default();
    let read = Arc::clone(&log);
    thread::spawn(move || {
        let mut buffer = [0; 65536];
        while let Ok(count @ 1..) = unread.read(&mut buffer) {
            read.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
    });
    let lost = |log: &str| {
        let counts = log.lines().filter_map(|line| line.split_once(" WARN log: lost "));
        counts
            .map(|(_, rest)| rest.split(' ').next().unwrap().parse::<usize>().unwrap())
            .sum::<usize>()
    };
    let written = |log: &str| log.lines().filter(|line| line.contains("answered")).count();
    until("each line is there or counted", || {
        let log = log.lock().unwrap();
        written(&log) + lost(&log) == FLOOD
    });
    assert!(lost(&log.lock().unwrap()) > 0, "the pipe and the queue held everything");
    deaf.stops();
}

/// Waits until all of them are told: by a line of their own with all of this in it, or in the count of this kind. No more
/// than 20 lines a second are their own.
fn told_in_few_lines(server: &Server, began: Instant, all: usize, said: &[&str], kind: &str) {
    let seconds = began.elapsed().as_secs() as usize + 1;
    let kind = format!("kind=\"{kind}\" more=");
    let more = |line: &str| line.split_once(&kind).map(|(_, count)| count.trim().parse::<usize>());
    let mut written = 0;
    until(&format!("all are told: {said:?}"), || {
        let log = server.process.stderr();
        written = log.lines().filter(|line| said.iter().all(|it| line.contains(it))).count();
        written + log.lines().filter_map(more).map(Result::unwrap).sum::<usize>() == all
    });
    assert!(written <= 20 * seconds, "{written} in {seconds} s: {said:?}");
}

#[test]
fn a_flood_of_refusals_writes_a_few_lines_and_the_count_of_the_rest() {
    let site = Site::new();
    let server = Server::start(&mut site.program(&[]));
    let began = Instant::now();
    assert_eq!(answers(([127, 0, 0, 1], server.port).into(), 2000, "/nothing"), 2000);
    told_in_few_lines(&server, began, 2000, &["answered status=404"], "Not Found");
}

#[tokio::test]
async fn so_does_a_flood_of_refusals_that_are_redirects() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.signed_in().await;
    let request = format!("/oauth2/authorization/?{EXAMPLE_REQUEST}").replace("user_info", "none");
    let began = Instant::now();
    for _ in 0..600 {
        let refused = agent.get(&request).await;
        assert!(refused.header("location").contains("error=invalid_scope"), "{refused:?}");
    }
    let said = ["refused at the client error=\"invalid_scope\""];
    told_in_few_lines(&server, began, 600, &said, "authorization request");
    let said = ["path=\"/oauth2/authorization/\"", "answered status=303"];
    told_in_few_lines(&server, began, 600, &said, "See Other");
}

#[tokio::test]
async fn so_does_an_outage_for_as_long_as_it_lasts() {
    let site = Site::new();
    let server = site.serve();
    let agent = server.signed_in().await;
    let tokens = agent.tokens().await;
    fs::remove_file(site.path().join("example-app.sqlite3")).unwrap();
    let began = Instant::now();
    for _ in 0..600 {
        assert_eq!(agent.refresh(&tokens).await.status, 503);
    }
    told_in_few_lines(&server, began, 600, &["answered status=503"], "Service Unavailable");
    told_in_few_lines(&server, began, 600, &["at the moment cause="], "cause of a 503");
}

#[test]
fn a_failure_to_start_with_nobody_to_hear_of_it_still_has_its_status() {
    let site = Site::new();
    let mut command = site.program(&["migrate", "--database-url", "mysql://db"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[tokio::test]
async fn who_stopped_reading_standard_output_does_not_end_the_server() {
    let site = Site::new();
    // Nobody hears where it listens. So it does at an address which this process has for itself.
    let address = Ipv4Addr::from_bits(0x7f80_0000 | process::id());
    let free = TcpListener::bind((address, 0)).unwrap().local_addr().unwrap();
    let mut command = site.program(&["--listen", &free.to_string()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    until("it listens", || TcpStream::connect(free).is_ok());
    let deaf = Deaf { child, address: free };
    assert_eq!(answers(deaf.address, 1, PATH), 1);
    deaf.stops();
}
