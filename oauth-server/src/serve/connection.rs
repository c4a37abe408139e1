//! One connection, from its first byte to its last.

use std::{
    convert::Infallible,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http_body_util::combinators::BoxBody;
use hyper::{
    Request, Version,
    body::{Body as _, Bytes, Incoming},
    header::{CONNECTION, HeaderValue},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use poem::{
    Body, Endpoint, RequestParts, Response,
    http::{StatusCode, uri::Scheme},
    web::{LocalAddr, RemoteAddr},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{OwnedSemaphorePermit, watch},
    time::{sleep, timeout},
};

use super::{
    Limits,
    activity::{Activity, Over},
    answer::Answer,
    host,
    streams::{Full, Streams},
    unread::Unread,
    watched::Watched,
};

/// What all connections share.
pub(super) struct Server<E> {
    application: E,
    limits: Limits,
    protocol: auto::Builder<TokioExecutor>,
    streams: Streams,
}

/// A connection that has a place.
pub(super) struct Accepted<Io> {
    io: Watched<Io>,
    caller: Caller,
}

type Caller = (LocalAddr, RemoteAddr, Scheme);

impl<Io> Accepted<Io> {
    pub(super) fn new(
        (io, local, remote, scheme): (Io, LocalAddr, RemoteAddr, Scheme),
        place: OwnedSemaphorePermit,
    ) -> Self {
        let io = Watched { io, activity: Activity::begin(), _place: place };
        Self { io, caller: (local, remote, scheme) }
    }
}

/// Serves it until it ends, by its peer, by a deadline, or because the server is asked to stop.
pub(super) async fn serve<Io, E>(
    server: Arc<Server<E>>,
    Accepted { io, caller }: Accepted<Io>,
    mut stopped: watch::Receiver<()>,
) where
    Io: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    E: Endpoint<Output = Response> + 'static,
{
    let (limits, activity) = (server.limits, Arc::clone(&io.activity));
    let service = service_fn(|request| {
        Arc::clone(&server).answer(request, caller.clone(), Arc::clone(&activity))
    });
    let connection = server.protocol.serve_connection_with_upgrades(TokioIo::new(io), service);
    let over = activity.over(limits);
    tokio::pin!(connection, over);
    // The connection comes first: what it has done decides whether it is over.
    let is_idle = tokio::select! {
        biased;
        _ = &mut connection => return,
        over = &mut over => match over {
            Over::Idle => true,
            Over::Stuck => return,
        },
        _ = stopped.changed() => false,
    };
    connection.as_mut().graceful_shutdown();
    if is_idle {
        let _ = timeout(limits.header, connection).await;
        return;
    }
    tokio::select! {
        biased;
        _ = connection => {}
        _ = over => {}
    }
}

impl<E> Server<E> {
    pub(super) fn new(application: E, limits: Limits) -> Self {
        let mut protocol = auto::Builder::new(TokioExecutor::new());
        // hyper's own deadline for a head begins where the answer before it ends: under a proxy that keeps connections,
        // the next request would meet one that is just being closed.
        protocol.http1().header_read_timeout(None).max_buf_size(HEAD);
        protocol
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(PING)
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(HTTP2_HEAD)
            .max_pending_accept_reset_streams(RESETS)
            .max_send_buf_size(HEAD)
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW);
        Self { application, limits, protocol, streams: Streams::new(limits.streams) }
    }
}

impl<E: Endpoint<Output = Response>> Server<E> {
    /// The answer that is to come. On HTTP/2 hyper keeps as much memory for each as the largest would need, those that
    /// wait to be refused included: so what asks the application is kept apart.
    fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
        caller: Caller,
        activity: Arc<Activity>,
    ) -> impl Future<Output = Result<hyper::Response<Answer>, Infallible>> {
        // Before the first poll, which is another task's on HTTP/2.
        let is_first = request.version() != Version::HTTP_2 || !activity.has_requests();
        let part = activity.part(request.version());
        let stream = if is_first { Ok(None) } else { self.streams.take().map(Some) };
        let asked = stream.map(|stream| {
            Box::pin(async move {
                let fault = host::fault(request.version(), request.headers());
                let response = match fault {
                    Some(fault) => refusal(StatusCode::BAD_REQUEST, fault),
                    None => self.ask(request, caller, &activity).await,
                };
                (response, stream)
            })
        });
        async move {
            let (response, stream) = match asked {
                Ok(asked) => asked.await,
                Err(Full) => (Streams::full(), None),
            };
            let response = hyper::Response::<BoxBody<Bytes, io::Error>>::from(response);
            Ok(response.map(|body| Answer::new(body, part, stream)))
        }
    }

    async fn ask(
        &self,
        request: Request<Incoming>,
        caller: Caller,
        activity: &Arc<Activity>,
    ) -> Response {
        let (parts, body) = request.into_parts();
        let (local, remote, scheme) = caller;
        if body.is_end_stream() {
            let parts = RequestParts::from((parts, local, remote, scheme));
            let request = poem::Request::from_parts(parts, Body::empty());
            return self.application.get_response(request).await;
        }
        let body = Unread::new(body, activity.part(parts.version), &parts);
        let end = body.end();
        let parts = RequestParts::from((parts, local, remote, scheme));
        let request = poem::Request::from_parts(parts, Body::from(BoxBody::new(body)));
        let answer = self.application.get_response(request);
        match self.limits.body {
            None => answer.await,
            Some(limit) => tokio::select! {
                biased;
                answer = answer => answer,
                () = too_late(limit, &end) => refusal(
                    StatusCode::REQUEST_TIMEOUT,
                    "The body took too long to come.",
                ),
            },
        }
    }
}

/// Comes when the time is over and the body is not.
async fn too_late(limit: Duration, end: &AtomicBool) {
    sleep(limit).await;
    if end.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}

/// An answer that the application has no part in; after it, what comes on the connection is not trusted.
pub(super) fn refusal(status: StatusCode, fault: &'static str) -> Response {
    let mut response = Response::builder()
        .status(status)
        .content_type("text/plain; charset=utf-8")
        .header("X-Content-Type-Options", "nosniff")
        .body(fault);
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Bytes of a request's head, and of what a connection keeps to be written.
const HEAD: usize = 64 * 1024;
const HTTP2_HEAD: u32 = 16 * 1024;
/// Bytes that a connection may send before they are read.
const WINDOW: u32 = 256 * 1024;
const STREAMS: u32 = 128;
/// Streams that were reset before they were looked at (CVE-2023-44487).
const RESETS: usize = 20;
const PING: Duration = Duration::from_secs(30);
