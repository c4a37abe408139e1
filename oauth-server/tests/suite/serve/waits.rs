//! Who takes an answer, and who waits for one.

use std::time::Duration;

use tokio::{io::AsyncReadExt, time::sleep};

use super::{Caller, LARGE, Served, application::rest};

const SHORT: Duration = Duration::from_millis(500);

#[tokio::test]
async fn who_takes_no_byte_of_an_answer_is_cut_off() {
    let served = Served::with(|serve| serve.idle_timeout(SHORT)).await;
    let mut caller = Caller::to(served.address).await;
    caller.ask("GET /large", "").await;
    sleep(SHORT * 6).await;
    let taken = rest(&mut caller.connection).await.len();
    assert!(taken < LARGE, "{taken} bytes were kept for somebody who did not read");
}

#[tokio::test]
async fn who_takes_an_answer_slowly_gets_all_of_it() {
    let served = Served::with(|serve| serve.idle_timeout(SHORT * 6)).await;
    let mut caller = Caller::to(served.address).await;
    caller.ask("GET /large", "Connection: close\r\n").await;
    let (mut taken, mut buffer) = (0, vec![0; 1024 * 1024]);
    while let Ok(length @ 1..) = caller.connection.read(&mut buffer).await {
        taken += length;
        sleep(SHORT * 2 / 5).await;
    }
    assert!(taken > LARGE, "{taken}");
}

#[tokio::test]
async fn what_streams_is_not_idle_while_its_source_is_silent() {
    let served = Served::with(|serve| serve.idle_timeout(SHORT)).await;
    let mut caller = Caller::to(served.address).await;
    caller.ask("GET /stream", "").await;
    caller.hear("last").await;
}

#[tokio::test]
async fn an_application_that_takes_its_time_is_waited_for() {
    let served = Served::with(|serve| serve.idle_timeout(SHORT / 2)).await;
    let mut caller = Caller::to(served.address).await;
    caller.ask("GET /slow", "").await;
    caller.hear("at last").await;
}

#[tokio::test]
async fn what_was_upgraded_is_the_applications_own() {
    let served = Served::with(|serve| serve.idle_timeout(SHORT)).await;
    let mut caller = Caller::to(served.address).await;
    caller.ask("GET /echo", "Connection: upgrade\r\nUpgrade: echo\r\n").await;
    assert!(caller.hear("\r\n\r\n").await.starts_with("HTTP/1.1 101 "));
    sleep(SHORT * 4).await;
    caller.send("still there?").await;
    caller.hear("still there?").await;
}
