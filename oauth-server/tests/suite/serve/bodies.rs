//! The bodies of requests: how long they may take, and what becomes of those that nobody reads (RFC 9112 §9.6).

use std::time::Duration;

use tokio::{io::AsyncWriteExt, time::sleep};

use super::{Caller, Served};

const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_body_has_no_deadline_but_what_the_application_sets() {
    let served = Served::with(|serve| serve.idle_timeout(SHORT)).await;
    let mut caller = Caller::to(served.address).await;
    caller.ask("POST /count", "Content-Length: 2\r\n").await;
    sleep(SHORT * 3).await;
    caller.send("ab").await;
    assert!(caller.hear("2").await.starts_with("HTTP/1.1 2"));
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_answered_408() {
    let served = Served::with(|serve| serve.body_timeout(SHORT)).await;
    let mut caller = Caller::to(served.address).await;
    caller.ask("POST /count", "Content-Length: 2\r\n").await;
    caller.send("a").await;
    assert!(caller.hear("\r\n\r\n").await.starts_with("HTTP/1.1 408 "));
}

#[tokio::test]
async fn an_answer_that_takes_longer_than_its_body_is_waited_for() {
    let served = Served::with(|serve| serve.body_timeout(SHORT)).await;
    let mut caller = Caller::to(served.address).await;
    caller.ask("GET /slow", "Content-Length: 2\r\n").await;
    caller.send("ab").await;
    assert!(caller.hear("\r\n\r\n").await.starts_with("HTTP/1.1 "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_to_a_large_body_that_nobody_reads_arrives() {
    let served = Served::with(|serve| serve).await;
    let body = vec![b'x'; 2 * 1024 * 1024];
    for lines in [format!("Content-Length: {}\r\n", body.len()), "Connection: close\r\n".into()] {
        let is_chunked = !lines.starts_with("Content-Length");
        let callers = (0..12).map(|_| {
            let (address, lines, body) = (served.address, lines.clone(), body.clone());
            tokio::spawn(async move {
                let mut caller = Caller::to(address).await;
                let encoding = if is_chunked { "Transfer-Encoding: chunked\r\n" } else { "" };
                caller.ask("POST /unread", &format!("{lines}{encoding}")).await;
                if is_chunked {
                    caller.send(format!("{:x}\r\n", body.len())).await;
                }
                caller.send(body).await;
                caller.send(if is_chunked { "\r\n0\r\n\r\n" } else { "" }).await;
                caller.hear("no, thanks").await;
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap();
        }
    }
}

#[tokio::test]
async fn after_a_body_that_nobody_reads_the_connection_goes_on() {
    let long = SHORT * 10;
    let served = Served::with(|serve| serve.idle_timeout(long).header_timeout(long)).await;
    let mut caller = Caller::to(served.address).await;
    caller.ask("POST /unread", "Content-Length: 200000\r\n").await;
    caller.hear("no, thanks").await;
    // Longer than a connection may be idle: it is not, while its caller sends.
    for _ in 0..10 {
        caller.send([b'x'; 20_000]).await;
        sleep(SHORT * 3 / 2).await;
    }
    caller.is_served().await;
}

#[tokio::test]
async fn who_sends_without_end_is_cut_off() {
    let served = Served::with(|serve| serve).await;
    let mut caller = Caller::to(served.address).await;
    caller.ask("POST /unread", "Content-Length: 10000000000\r\n").await;
    let piece = vec![b'x'; 1024 * 1024];
    let mut sent = 0;
    while caller.connection.write_all(&piece).await.is_ok() {
        sent += 1;
        assert!(sent < 1000, "a gigabyte was taken that nobody reads");
    }
}

#[tokio::test]
async fn who_waits_to_be_asked_for_a_body_is_not_asked_for_one_that_nobody_reads() {
    let served = Served::with(|serve| serve).await;
    let lines = "Content-Length: 2000000\r\nExpect: 100-continue\r\nConnection: close\r\n";
    let mut caller = Caller::to(served.address).await;
    caller.ask("POST /unread", lines).await;
    let answer = String::from_utf8(caller.is_cut_off().await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}
