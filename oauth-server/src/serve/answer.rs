//! An answer's body, which tells how far its caller has taken it.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http_body_util::combinators::BoxBody;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;

use super::activity::Part;

pub(super) struct Answer {
    body: BoxBody<Bytes, io::Error>,
    /// What is left of a piece.
    rest: Bytes,
    is_held: bool,
    part: Part,
    _stream: Option<OwnedSemaphorePermit>,
}

impl Answer {
    pub(super) fn new(
        body: BoxBody<Bytes, io::Error>,
        part: Part,
        stream: Option<OwnedSemaphorePermit>,
    ) -> Self {
        Self { body, rest: Bytes::new(), is_held: false, part, _stream: stream }
    }

    fn hold(&mut self, is_held: bool) {
        if is_held {
            self.part.gave();
        } else if self.is_held {
            self.part.was_asked();
        }
        self.is_held = is_held;
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.hold(false);
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)).transpose()? {
                None => return Poll::Ready(None),
                Some(frame) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
            }
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        self.hold(true);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.body.size_hint();
        let rest = self.rest.len() as u64;
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + rest);
        }
        hint.set_lower(hint.lower() + rest);
        hint
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.hold(false);
    }
}

/// HTTP/2 takes a piece as a whole, whatever its caller takes of it: this is how much is not seen.
const PIECE: usize = 64 * 1024;
