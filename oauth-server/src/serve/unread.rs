//! A request's body. What nobody reads of it is thrown away as it comes, because a connection that is closed over unread
//! bytes takes its answer with it: RFC 9112 §9.6.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use http_body_util::BodyExt;
use hyper::{
    Version,
    body::{Body, Bytes, Frame, Incoming, SizeHint},
    header::EXPECT,
    http::request::Parts,
};
use tokio::{
    runtime::Handle,
    time::{Instant, timeout, timeout_at},
};

use super::activity::Part;

pub(super) struct Unread {
    /// Until its end.
    inner: Option<(Incoming, Part)>,
    /// Whether its caller sends it only when it is asked for (RFC 9110 §10.1.1).
    is_held_back: bool,
    /// Whether it can be ended apart from its connection (RFC 9113 §8.1).
    is_stream: bool,
    has_ended: Arc<AtomicBool>,
}

impl Unread {
    pub(super) fn new(body: Incoming, part: Part, head: &Parts) -> Self {
        let is_held_back = head.headers.contains_key(EXPECT);
        let is_stream = head.version == Version::HTTP_2;
        Self { inner: Some((body, part)), is_held_back, is_stream, has_ended: Arc::default() }
    }

    /// Whether all of it has come, for who has given it away.
    pub(super) fn end(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.has_ended)
    }
}

impl Body for Unread {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.is_held_back = false;
        let Some((body, _)) = &mut self.inner else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(&mut *body).poll_frame(context));
        if body.is_end_stream() || !matches!(frame, Some(Ok(_))) {
            self.inner = None;
            self.has_ended.store(true, Ordering::Relaxed);
        }
        Poll::Ready(frame.map(|frame| frame.map_err(io::Error::other)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(|(body, _)| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let hint = self.inner.as_ref().map(|(body, _)| body.size_hint());
        hint.unwrap_or_else(|| SizeHint::with_exact(0))
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        let unread = self.inner.take().filter(|_| !self.is_held_back && !self.is_stream);
        if let (Some((body, part)), Ok(runtime)) = (unread, Handle::try_current()) {
            runtime.spawn(throw_away(body, part));
        }
    }
}

async fn throw_away(mut body: Incoming, _part: Part) {
    let end = Instant::now() + LONGEST;
    let mut left = MOST;
    while let Ok(Ok(Some(Ok(frame)))) = timeout_at(end, timeout(SILENCE, body.frame())).await {
        match left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) {
            Some(less) => left = less,
            None => return,
        }
    }
}

const MOST: usize = 16 * 1024 * 1024;
const LONGEST: Duration = Duration::from_secs(30);
/// Who sends nothing more has most likely stopped, and is listening.
const SILENCE: Duration = Duration::from_secs(5);
