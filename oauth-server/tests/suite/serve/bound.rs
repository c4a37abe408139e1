//! How many connections there may be, and on which sockets.

use poem::listener::{Acceptor, Listener, TcpListener, UnixListener};
use tokio::net::UnixStream;

use super::{
    Caller, Served,
    application::{application, rest},
};
use crate::support::{TemporaryDirectory, log};

#[tokio::test]
async fn a_connection_above_the_bound_is_closed_at_once_and_told_in_the_log() {
    log::keep();
    let served = Served::with(|serve| serve.max_connections(3)).await;
    let mut three = Vec::new();
    for _ in 0..3 {
        let mut caller = Caller::to(served.address).await;
        caller.is_served().await;
        three.push(caller);
    }
    for _ in 0..20 {
        assert_eq!(Caller::to(served.address).await.is_cut_off().await, b"");
    }
    for caller in &mut three {
        caller.is_served().await;
    }
    let lines = log::lines();
    let told =
        |line: &&String| line.contains("connections were refused") && line.contains("bound=3");
    let lines: Vec<_> = lines.iter().filter(told).collect();
    assert!((1..10).contains(&lines.len()), "{lines:?}");
}

#[tokio::test]
async fn a_connection_that_ends_makes_room_for_another() {
    let served = Served::with(|serve| serve.max_connections(1)).await;
    for upgrade in [false, true, false] {
        let mut caller = Caller::to(served.address).await;
        if upgrade {
            caller.ask("GET /echo", "Connection: upgrade\r\nUpgrade: echo\r\n").await;
            caller.hear("\r\n\r\n").await;
        } else {
            caller.is_served().await;
        }
        assert_eq!(Caller::to(served.address).await.is_cut_off().await, b"", "{upgrade}");
        drop(caller);
        while !is_room(&served).await {}
    }
}

async fn is_room(served: &Served) -> bool {
    let mut caller = Caller::to(served.address).await;
    drop(caller.connection.try_write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    !rest(&mut caller.connection).await.is_empty()
}

#[tokio::test]
async fn any_acceptor_can_be_served() {
    let directory = TemporaryDirectory::new("oauth-server");
    let path = directory.path().join("socket");
    let listener = TcpListener::bind("127.0.0.1:0").combine(UnixListener::bind(&path));
    let acceptor = listener.into_acceptor().await.unwrap();
    let addresses = acceptor.local_addr();
    let address = addresses.iter().find_map(|address| address.as_socket_addr()).unwrap();
    let serving = tokio::spawn(oauth_server::serve(acceptor, application()).run());

    Caller::to(*address).await.is_served().await;
    let mut connection = UnixStream::connect(&path).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut connection, request).await.unwrap();
    assert!(rest(&mut connection).await.starts_with(b"HTTP/1.1 200 "));
    serving.abort();
}

#[tokio::test]
async fn a_bound_or_a_deadline_of_nothing_is_refused() {
    for setting in ["header", "idle", "connections"] {
        let mut served = Served::with(|serve| match setting {
            "header" => serve.header_timeout(std::time::Duration::ZERO),
            "idle" => serve.idle_timeout(std::time::Duration::ZERO),
            _ => serve.max_connections(0),
        })
        .await;
        let error = served.failure().await;
        assert!(error.to_string().contains("above 0"), "{setting}: {error}");
    }
}
