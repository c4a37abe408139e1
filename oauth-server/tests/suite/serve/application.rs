//! An application of a few views, and its server.

use std::{io, net::SocketAddr, sync::LazyLock, time::Duration};

use hyper::body::Bytes;
use oauth_server::Serve;
use poem::{
    Body, Request, Response, Route, get, handler,
    http::{StatusCode, header::UPGRADE},
    listener::{Acceptor, Listener, TcpAcceptor, TcpListener},
    post,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy, duplex, split},
    sync::oneshot,
    task::JoinHandle,
    time::sleep,
};

/// More than the buffers of a connection hold.
pub(crate) const LARGE: usize = 32 * 1024 * 1024;

#[handler]
fn hello() -> &'static str {
    "hello"
}

#[handler]
fn large() -> Body {
    static BYTES: LazyLock<Bytes> = LazyLock::new(|| vec![b'x'; LARGE].into());
    Body::from_bytes(BYTES.clone())
}

/// A piece, silence, and the rest.
#[handler]
fn stream() -> Body {
    let (mut source, body) = duplex(64);
    tokio::spawn(async move {
        source.write_all(b"first ").await?;
        sleep(Duration::from_secs(2)).await;
        source.write_all(b"last").await
    });
    Body::from_async_read(body)
}

#[handler]
async fn count(body: Body) -> poem::Result<String> {
    Ok(body.into_bytes().await?.len().to_string())
}

/// Has no use for the body.
#[handler]
fn unread() -> &'static str {
    "no, thanks"
}

#[handler]
async fn slow() -> &'static str {
    sleep(Duration::from_secs(1)).await;
    "at last"
}

/// Says what it hears.
#[handler]
fn echo(request: &Request) -> poem::Result<Response> {
    let upgrade = request.take_upgrade()?;
    tokio::spawn(async move {
        let connection = upgrade.await.map_err(io::Error::other)?;
        let (mut from, mut to) = split(connection);
        copy(&mut from, &mut to).await
    });
    let answer = Response::builder().status(StatusCode::SWITCHING_PROTOCOLS);
    Ok(answer.header(UPGRADE, "echo").finish())
}

pub(crate) fn application() -> Route {
    Route::new()
        .at("/", get(hello))
        .at("/large", get(large))
        .at("/stream", get(stream))
        .at("/count", post(count))
        .at("/unread", post(unread))
        .at("/slow", get(slow))
        .at("/echo", get(echo))
}

/// The application on a free port, until the value goes.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<io::Result<()>>,
}

impl Served {
    pub(crate) async fn with(
        change: impl FnOnce(Serve<TcpAcceptor, Route>) -> Serve<TcpAcceptor, Route>,
    ) -> Self {
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serve = change(oauth_server::serve(acceptor, application()));
        let serving = tokio::spawn(serve.run_until(async { drop(stopped.await) }));
        Self { address, stop: Some(stop), serving }
    }

    /// Gives the signal to stop.
    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) {
        (&mut self.serving).await.unwrap().unwrap();
    }

    /// Why it did not begin.
    pub(crate) async fn failure(&mut self) -> io::Error {
        (&mut self.serving).await.unwrap().unwrap_err()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// All that a connection still says.
pub(super) async fn rest(connection: &mut (impl AsyncReadExt + Unpin)) -> Vec<u8> {
    let (mut all, mut buffer) = (Vec::new(), vec![0; 1024 * 1024]);
    while let Ok(length @ 1..) = connection.read(&mut buffer).await {
        all.extend_from_slice(&buffer[..length]);
    }
    all
}
