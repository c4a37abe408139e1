//! The end of serving.

use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use super::{Caller, Served};

#[tokio::test]
async fn what_is_in_flight_is_finished() {
    let mut served = Served::with(|serve| serve).await;
    let mut caller = Caller::to(served.address).await;
    caller.ask("GET /slow", "").await;
    let mut idle = Caller::to(served.address).await;
    idle.is_served().await;
    served.stop();
    caller.hear("at last").await;
    assert_eq!(idle.is_cut_off().await, b"");
    served.ended().await;
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_cut_off() {
    let mut served = Served::with(|serve| serve.shutdown_timeout(Duration::from_millis(300))).await;
    let mut caller = Caller::to(served.address).await;
    caller.ask("POST /count", "Content-Length: 2\r\n").await;
    caller.send("a").await;
    // Until it is being served.
    Caller::to(served.address).await.is_served().await;
    served.stop();
    served.ended().await;
    assert_eq!(caller.is_cut_off().await, b"");
}

#[tokio::test]
async fn for_the_drain_delay_it_goes_on_as_before() {
    let delay = Duration::from_secs(2);
    let mut served = Served::with(|serve| serve.drain_delay(delay)).await;
    let begin = Instant::now();
    served.stop();
    Caller::to(served.address).await.is_served().await;
    served.ended().await;
    assert!(begin.elapsed() >= delay, "{:?}", begin.elapsed());
    assert!(TcpStream::connect(served.address).await.is_err());
}
