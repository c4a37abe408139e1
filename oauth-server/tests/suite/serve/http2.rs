//! HTTP/2: the same promises, on streams.

use std::{net::SocketAddr, time::Duration};

use h2::client::{Builder, SendRequest};
use hyper::{Request, body::Bytes};
use tokio::{
    net::TcpStream,
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::{Caller, LARGE, Served, caller::PATIENCE};
use crate::support::log;

const SHORT: Duration = Duration::from_millis(500);

const WINDOW: u32 = 4 * 1024 * 1024;

/// A connection, and what ends with it.
async fn connect(
    address: SocketAddr,
    builder: &mut Builder,
) -> (SendRequest<Bytes>, JoinHandle<Result<(), h2::Error>>) {
    let connection = TcpStream::connect(address).await.unwrap();
    let (requests, connection) = builder.handshake(connection).await.unwrap();
    (requests, tokio::spawn(connection))
}

fn get(path: &str) -> Request<()> {
    Request::get(format!("http://id.example{path}")).body(()).unwrap()
}

async fn taken(requests: &mut SendRequest<Bytes>, path: &str) -> Result<usize, h2::Error> {
    let mut body = requests.send_request(get(path), true)?.0.await?.into_body();
    let mut taken = 0;
    while let Some(piece) = body.data().await {
        let length = piece?.len();
        taken += length;
        body.flow_control().release_capacity(length)?;
    }
    Ok(taken)
}

#[tokio::test]
async fn a_connection_has_128_streams() {
    let served = Served::with(|serve| serve).await;
    let (mut requests, _connection) = connect(served.address, &mut Builder::new()).await;
    assert_eq!(taken(&mut requests, "/").await.unwrap(), 5);
    assert_eq!(requests.current_max_send_streams(), 128);
}

#[tokio::test]
async fn requests_above_the_bound_of_all_connections_are_answered_503() {
    let served = Served::with(|serve| serve.max_streams(3)).await;
    let (mut requests, _connection) = connect(served.address, &mut Builder::new()).await;
    let mut open = Vec::new();
    for _ in 0..4 {
        open.push(requests.send_request(get("/slow"), true).unwrap().0);
    }
    let refused = requests.send_request(get("/"), true).unwrap().0.await.unwrap();
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "1");
    let (mut others, _another) = connect(served.address, &mut Builder::new()).await;
    assert_eq!(taken(&mut others, "/").await.unwrap(), 5, "each connection may have one");
    for answer in open {
        assert_eq!(answer.await.unwrap().status(), 200);
    }
    assert_eq!(taken(&mut requests, "/").await.unwrap(), 5);
}

#[tokio::test]
async fn what_was_refused_above_the_bound_is_told_in_the_log() {
    log::keep();
    let served = Served::with(|serve| serve.max_streams(0)).await;
    let (mut requests, _connection) = connect(served.address, &mut Builder::new()).await;
    let _first = requests.send_request(get("/slow"), true).unwrap();
    for _ in 0..20 {
        let refused = requests.send_request(get("/"), true).unwrap().0.await.unwrap();
        assert_eq!(refused.status(), 503);
    }
    let told = || {
        let lines = log::lines().into_iter();
        let of = |line: String| {
            line.split_once("requests were refused")?
                .1
                .split_once("refused=")
                .map(|it| it.1.to_owned())
        };
        lines.filter_map(of).filter_map(|count| count.parse::<usize>().ok()).sum::<usize>()
    };
    let heard = async {
        while told() < 20 {
            sleep(SHORT / 10).await;
        }
    };
    timeout(PATIENCE, heard).await.expect("the count");
}

#[tokio::test]
async fn an_answer_arrives_whole() {
    let served = Served::with(|serve| serve).await;
    let mut builder = Builder::new();
    builder.initial_window_size(WINDOW).initial_connection_window_size(WINDOW);
    let (mut requests, _connection) = connect(served.address, &mut builder).await;
    assert_eq!(taken(&mut requests, "/large").await.unwrap(), LARGE);
}

#[tokio::test]
async fn a_stream_that_is_silent_is_not_idle() {
    let served = Served::with(|serve| serve.idle_timeout(SHORT)).await;
    let (mut requests, _connection) = connect(served.address, &mut Builder::new()).await;
    assert_eq!(taken(&mut requests, "/stream").await.unwrap(), 10);
}

/// RFC 9113 §8.1: the stream is ended without an error, and its connection goes on.
#[tokio::test]
async fn the_answer_to_a_large_body_that_nobody_reads_arrives() {
    let served = Served::with(|serve| serve).await;
    let (mut requests, _connection) = connect(served.address, &mut Builder::new()).await;
    let request = Request::post("http://id.example/unread").body(()).unwrap();
    let (answer, mut body) = requests.send_request(request, false).unwrap();
    body.send_data(vec![b'x'; 2 * 1024 * 1024].into(), true).unwrap();
    assert_eq!(answer.await.unwrap().status(), 200);
    assert_eq!(taken(&mut requests, "/").await.unwrap(), 5);
}

#[tokio::test]
async fn a_connection_without_a_stream_ends_after_its_time() {
    let served = Served::with(|serve| serve.idle_timeout(SHORT)).await;
    let (mut requests, connection) = connect(served.address, &mut Builder::new()).await;
    taken(&mut requests, "/").await.unwrap();
    timeout(PATIENCE, connection).await.expect("an end").unwrap().ok();
}

#[tokio::test]
async fn who_opens_no_window_for_an_answer_is_cut_off() {
    let served = Served::with(|serve| serve.idle_timeout(SHORT)).await;
    let mut builder = Builder::new();
    let (mut requests, connection) = connect(served.address, builder.initial_window_size(0)).await;
    let _answer = requests.send_request(get("/large"), true).unwrap();
    timeout(PATIENCE, connection).await.expect("an end").unwrap().ok();
}

#[tokio::test]
async fn a_stream_that_is_never_asked_is_cut_off_with_its_connection() {
    let served = Served::with(|serve| serve.header_timeout(SHORT)).await;
    let mut caller = Caller::to(served.address).await;
    // The preface, and settings without any: that is a connection, and no request.
    caller.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
    caller.is_cut_off().await;
}
