//! The heads of requests: when they have come, and their `Host` (RFC 9112 §3.2).

use std::time::Duration;

use tokio::{io::AsyncWriteExt, time::sleep};

use super::{Caller, Served};

const SHORT: Duration = Duration::from_millis(400);

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let served = Served::with(|serve| serve.header_timeout(SHORT)).await;
    assert_eq!(Caller::to(served.address).await.is_cut_off().await, b"");
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_cut_off_all_the_same() {
    let served = Served::with(|serve| serve.header_timeout(SHORT)).await;
    for begin in ["GET / HTTP/1.1\r\nHost: a\r\n", "PRI * HTTP/2.0\r\n", "PRI"] {
        let mut caller = Caller::to(served.address).await;
        caller.send(begin).await;
        let (from, mut to) = caller.connection.into_split();
        let dribble = tokio::spawn(async move {
            while to.write_all(b"x").await.is_ok() {
                sleep(SHORT / 8).await;
            }
        });
        let heard = super::application::rest(&mut { from }).await;
        assert!(!heard.starts_with(b"HTTP/1.1 200 "), "{begin:?}");
        dribble.await.unwrap();
    }
}

#[tokio::test]
async fn the_next_request_has_its_time_from_its_first_byte_on() {
    let served = Served::with(|serve| serve.header_timeout(SHORT * 8)).await;
    let mut caller = Caller::to(served.address).await;
    caller.is_served().await;
    sleep(SHORT * 10).await;
    caller.is_served().await;
    caller.send("GET / HTTP/1.1\r\n").await;
    assert_eq!(caller.is_cut_off().await, b"");
}

#[tokio::test]
async fn a_connection_on_which_nothing_is_asked_ends_after_its_time() {
    let served = Served::with(|serve| serve.idle_timeout(SHORT)).await;
    let mut caller = Caller::to(served.address).await;
    caller.is_served().await;
    assert_eq!(caller.is_cut_off().await, b"");
}

#[tokio::test]
async fn a_request_without_one_right_host_is_refused() {
    let served = Served::with(|serve| serve).await;
    for (lines, status) in [
        ("HTTP/1.1\r\n", 400),
        ("HTTP/1.1\r\nHost: a\r\nHost: a\r\n", 400),
        ("HTTP/1.0\r\nHost: a\r\nHost: b\r\n", 400),
        ("HTTP/1.1\r\nHost: a b\r\n", 400),
        ("HTTP/1.1\r\nHost: a/b\r\n", 400),
        ("HTTP/1.1\r\nHost: a@b\r\n", 400),
        ("HTTP/1.1\r\nHost: a, b\r\n", 400),
        ("HTTP/1.1\r\nHost:\r\n", 200),
        ("HTTP/1.1\r\nHost: id.example:8080\r\n", 200),
        ("HTTP/1.1\r\nHost: [::1]:8080\r\n", 200),
        ("HTTP/1.0\r\n", 200),
    ] {
        let mut caller = Caller::to(served.address).await;
        caller.send(format!("GET / {lines}Connection: close\r\n\r\n")).await;
        let answer = String::from_utf8(caller.is_cut_off().await).unwrap();
        assert_eq!(answer.get(9..12), Some(&*status.to_string()), "{lines:?}: {answer}");
    }
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let served = Served::with(|serve| serve).await;
    let many = "X-Header: x\r\n".repeat(200);
    for lines in [format!("X-Header: {}\r\n", "x".repeat(100_000)), many] {
        let mut caller = Caller::to(served.address).await;
        caller.ask("GET /", &lines).await;
        let answer = String::from_utf8(caller.is_cut_off().await).unwrap();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }
}
