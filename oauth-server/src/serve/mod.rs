//! An application on the network, served so that no caller can hold what others need: every wait for a caller has an
//! end, and what callers can have open is bounded.

mod activity;
mod answer;
mod bound;
mod connection;
mod host;
mod refusals;
mod streams;
mod unread;
mod watched;

use std::{future::pending, io, sync::Arc, time::Duration};

use poem::{Endpoint, EndpointExt, IntoEndpoint, Response, listener::Acceptor};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use self::{
    connection::{Accepted, Server},
    refusals::Refusals,
};

/// Serves an application, with the [defaults](Serve) of everything that can be set.
///
/// It takes any [`Acceptor`] of poem (TCP, Unix sockets, TLS, several at once) and any endpoint.
///
/// ```
/// use poem::{Route, get, handler, listener::{Listener, TcpListener}};
///
/// #[handler]
/// fn hello() -> &'static str {
///     "hello"
/// }
///
/// # #[tokio::main]
/// # async fn main() -> std::io::Result<()> {
/// # let stop = async {};
/// let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await?;
/// oauth_server::serve(acceptor, Route::new().at("/", get(hello))).run_until(stop).await
/// # }
/// ```
pub fn serve<A: Acceptor, E: IntoEndpoint>(acceptor: A, application: E) -> Serve<A, E> {
    Serve {
        acceptor,
        application,
        limits: Limits {
            header: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            body: None,
            streams: 8192,
        },
        connections: bound::below_the_descriptor_limit(),
        drain_delay: Duration::ZERO,
        shutdown: Duration::from_secs(10),
    }
}

/// What [`serve`] does, to be changed and then run.
///
/// Of a connection:
///
/// - A request's head comes within [10 seconds](Self::header_timeout), a TLS handshake included.
/// - An answer is taken: who takes no byte of it for [75 seconds](Self::idle_timeout) is cut off, and a connection
///   without a request ends after that time, too. What streams is never idle while its source is silent, and what was
///   upgraded is the application's own.
/// - HTTP/1.1 and HTTP/2 are spoken, the latter without TLS to who begins with it; 128 streams and a head of 16 KiB
///   there, a head of 64 KiB and 100 headers here. A peer that is gone is noticed by HTTP/2's own pings.
/// - A request that HTTP/1.1 forbids for its `Host` is answered 400 (RFC 9112 §3.2).
/// - What a caller still sends of a body that nobody reads is read and thrown away, 16 MiB and 30 seconds of it, so that
///   the answer arrives (RFC 9112 §9.6).
///
/// Of all together: no more than [as many connections](Self::max_connections) as the process has descriptors for. What
/// comes on top is closed at once, so that callers and their balancers hear of it. On HTTP/2 [8192
/// requests](Self::max_streams) at once, beside one a connection; others are answered 503. Both are counted in the log.
#[must_use = "it serves once it is run"]
pub struct Serve<A, E> {
    acceptor: A,
    application: E,
    limits: Limits,
    connections: usize,
    drain_delay: Duration,
    shutdown: Duration,
}

/// How long a caller is waited for, and how many requests all may have on HTTP/2.
#[derive(Clone, Copy)]
struct Limits {
    header: Duration,
    idle: Duration,
    body: Option<Duration>,
    streams: usize,
}

impl<A, E> Serve<A, E> {
    /// How long a request's head may take, from its first byte on; that of a connection's first request from the
    /// connection's begin on. Default: 10 seconds.
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.limits.header = timeout;
        self
    }

    /// How long a connection is kept whose peer takes no byte of an answer, or has nothing asked. Longer than a proxy
    /// in front keeps its own idle connections, so that it does not send a request on one that is just being closed.
    /// Default: 75 seconds.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.limits.idle = timeout;
        self
    }

    /// How long any request's body may take; who is slower is answered 408. Default: no such deadline, as only an
    /// application knows how large its uploads are. The provider's own endpoints have one of
    /// [their own](crate::OAuthBuilder::body_timeout).
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.limits.body = Some(timeout);
        self
    }

    /// How many connections may be open at once. Default: all but 256 of the descriptors that the process may have
    /// (`ulimit -n`), or half of them where they are few.
    pub fn max_connections(self, most: usize) -> Self {
        Self { connections: most, ..self }
    }

    /// How many requests there may be at once over all HTTP/2 connections, beside one of each. Default: 8192.
    pub fn max_streams(mut self, most: usize) -> Self {
        self.limits.streams = most;
        self
    }

    /// How long new connections are still accepted after the signal to stop: as long as a load balancer may take to
    /// notice that this server goes. Default: 0.
    pub fn drain_delay(self, delay: Duration) -> Self {
        Self { drain_delay: delay, ..self }
    }

    /// How long requests in flight may take to finish before they are cut off at the end. Default: 10 seconds.
    pub fn shutdown_timeout(self, timeout: Duration) -> Self {
        Self { shutdown: timeout, ..self }
    }
}

impl<A, E> Serve<A, E>
where
    A: Acceptor,
    E: IntoEndpoint,
    E::Endpoint: 'static,
{
    /// Serves for ever.
    ///
    /// # Errors
    /// When a setting is 0 that cannot be.
    pub async fn run(self) -> io::Result<()> {
        self.run_until(pending()).await
    }

    /// Serves until the signal, and then until what is in flight is finished, or its time is over.
    ///
    /// What has to know that the end is near, such as a check for a load balancer, is told in the signal itself:
    /// `async { asked_to_stop.await; ready.store(false, Ordering::Relaxed) }`.
    ///
    /// # Errors
    /// When a setting is 0 that cannot be.
    pub async fn run_until(self, signal: impl Future<Output = ()>) -> io::Result<()> {
        if self.limits.header.is_zero() || self.limits.idle.is_zero() || self.connections == 0 {
            let problem = "header_timeout, idle_timeout and max_connections must be above 0";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
        let Self { acceptor, application, limits, connections, drain_delay, shutdown } = self;
        let server = Server::new(application.into_endpoint().map_to_response(), limits);
        let (stop, stopped) = watch::channel(());
        let mut served = Served { server: Arc::new(server), stopped, tasks: JoinSet::new() };
        let until = async {
            signal.await;
            sleep(drain_delay).await;
        };
        served.accept(acceptor, connections, until).await;
        let _ = stop.send(());
        served.finish(shutdown).await;
        Ok(())
    }
}

/// The connections that are open.
struct Served<E> {
    server: Arc<Server<E>>,
    stopped: watch::Receiver<()>,
    tasks: JoinSet<()>,
}

impl<E: Endpoint<Output = Response> + 'static> Served<E> {
    async fn accept(
        &mut self,
        mut acceptor: impl Acceptor,
        most: usize,
        until: impl Future<Output = ()>,
    ) {
        let places = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        let mut refusals = Refusals::new(most);
        tokio::pin!(until);
        loop {
            tokio::select! {
                () = &mut until => return,
                Some(_) = self.tasks.join_next() => {}
                () = refusals.due() => refusals.tell(),
                accepted = acceptor.accept() => match accepted {
                    Ok(accepted) => match Arc::clone(&places).try_acquire_owned() {
                        Ok(place) => self.begin(Accepted::new(accepted, place)),
                        Err(_) => refusals.over_the_bound(),
                    },
                    Err(error) if is_the_callers(&error) => {}
                    Err(error) => {
                        refusals.failed(error);
                        sleep(AFTER_A_FAILURE).await;
                    }
                }
            }
        }
    }

    fn begin<Io>(&mut self, accepted: Accepted<Io>)
    where
        Io: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
    {
        let (server, stopped) = (Arc::clone(&self.server), self.stopped.clone());
        self.tasks.spawn(connection::serve(server, accepted, stopped));
    }

    async fn finish(mut self, within: Duration) {
        let finished = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(within, finished).await.is_err() {
            let connections = self.tasks.len();
            tracing::warn!(connections, "cut off: they did not finish in time");
            self.tasks.shutdown().await;
        }
    }
}

/// It gave up before it was accepted: nothing is wrong here.
fn is_the_callers(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Where there is no descriptor left, the next moment has none either.
const AFTER_A_FAILURE: Duration = Duration::from_millis(100);
