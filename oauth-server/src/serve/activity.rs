//! What a connection is doing, and when it has done nothing for too long.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, ready},
};

use hyper::Version;
use tokio::time::{Instant, sleep_until};

use super::Limits;

/// Shared by all that see something of one connection: its socket, its requests, their answers.
pub(super) struct Activity(Mutex<State>);

struct State {
    /// Requests and answers that are not at their end.
    parts: usize,
    /// Answers of which there is more, which the connection has not asked for since it was given the last piece.
    held: usize,
    /// When something of the above changed last.
    moved: Instant,
    /// Since when a request's head is awaited.
    head: Option<Instant>,
    /// Since when the socket takes nothing.
    stalled: Option<Instant>,
    is_http2: bool,
}

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// It has no request: it may be told so, and ends in good order.
    Idle,
    /// Its peer does not do its part.
    Stuck,
}

impl Activity {
    pub(super) fn begin() -> Arc<Self> {
        let now = Instant::now();
        let head = Some(now);
        let (parts, held, stalled, is_http2) = (0, 0, None, false);
        Arc::new(Self(Mutex::new(State { parts, held, moved: now, head, stalled, is_http2 })))
    }

    /// A request has come; of two parts of it, one begins.
    pub(super) fn part(self: &Arc<Self>, version: Version) -> Part {
        let mut state = self.state();
        state.parts += 1;
        state.head = None;
        state.is_http2 = version == Version::HTTP_2;
        Part(Arc::clone(self))
    }

    pub(super) fn has_requests(&self) -> bool {
        self.state().parts > 0
    }

    /// Bytes have come. On HTTP/2 they may be anything, such as the answer to a ping.
    pub(super) fn read(&self) {
        let mut state = self.state();
        if state.parts == 0 && !state.is_http2 && state.head.is_none() {
            state.head = Some(Instant::now());
        }
    }

    /// The socket took bytes, or did not.
    pub(super) fn wrote(&self, taken: bool) {
        let mut state = self.state();
        if taken {
            state.stalled = None;
        } else if state.stalled.is_none() {
            state.stalled = Some(Instant::now());
        }
    }

    /// Comes when the connection is over. It notices what changed whenever it is polled, which is after each thing that
    /// the connection's own task did; what another task did, it notices after a while.
    pub(super) async fn over(&self, limits: Limits) -> Over {
        let timer = sleep_until(Instant::now() + limits.header);
        tokio::pin!(timer);
        poll_fn(|context| {
            loop {
                let end = self.state().end(limits);
                if let Some((at, _)) = end.filter(|(at, _)| *at < timer.deadline()) {
                    timer.as_mut().reset(at);
                }
                ready!(timer.as_mut().poll(context));
                match end {
                    Some((at, over)) if at <= Instant::now() => return Poll::Ready(over),
                    Some((at, _)) => timer.as_mut().reset(at),
                    None => timer.as_mut().reset(Instant::now() + limits.idle),
                }
            }
        })
        .await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// When it is over if nothing happens before, and why. A connection has no end while its application is at work, or
    /// has nothing more to say yet.
    fn end(&self, limits: Limits) -> Option<(Instant, Over)> {
        if let Some(stalled) = self.stalled {
            return Some((stalled + limits.idle, Over::Stuck));
        }
        match self.head {
            Some(begun) => Some((begun + limits.header, Over::Stuck)),
            None if self.parts == 0 => Some((self.moved + limits.idle, Over::Idle)),
            None if self.held > 0 => Some((self.moved + limits.idle, Over::Stuck)),
            None => None,
        }
    }
}

/// A request or an answer that is not at its end.
pub(super) struct Part(Arc<Activity>);

impl Part {
    /// A piece of an answer was given, and there is more.
    pub(super) fn gave(&self) {
        let mut state = self.0.state();
        state.held += 1;
        state.moved = Instant::now();
    }

    /// The connection has asked for the next piece, or for none any more.
    pub(super) fn was_asked(&self) {
        self.0.state().held -= 1;
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.parts -= 1;
        state.moved = Instant::now();
    }
}
