//! Callers who read and write without a pause, and what they saw.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use oauth_core::{AuthorizationServer, BearerError, Secret, TokenError, Tokens};
use tokio::task::JoinHandle;

use crate::support::{Fixture, Form};

pub(crate) struct Load {
    stopped: Arc<AtomicBool>,
    readers: Vec<JoinHandle<Vec<Call>>>,
    writers: Vec<JoinHandle<(Vec<Call>, Tokens)>>,
}

pub(crate) struct Call {
    pub(crate) began: Instant,
    pub(crate) took: Duration,
    pub(crate) writes: bool,
    pub(crate) failed: bool,
}

pub(crate) struct Seen {
    pub(crate) calls: Vec<Call>,
    /// What each writer was answered last.
    last: Vec<Tokens>,
}

impl Load {
    /// So many guards, and as many clients that rotate their tokens.
    pub(crate) async fn on(fixture: &Fixture, callers: usize) -> Self {
        let stopped = Arc::new(AtomicBool::new(false));
        let (mut readers, mut writers) = (Vec::new(), Vec::new());
        for _ in 0..callers {
            let (server, tokens) = (fixture.server.clone(), fixture.tokens().await);
            readers.push(tokio::spawn(read(server, tokens.access_token, Arc::clone(&stopped))));
            let (server, tokens) = (fixture.server.clone(), fixture.tokens().await);
            let form = fixture.refresh_form(&Secret::from(""));
            writers.push(tokio::spawn(rotate(server, (form, tokens), Arc::clone(&stopped))));
        }
        Self { stopped, readers, writers }
    }

    pub(crate) async fn stop(self) -> Seen {
        self.stopped.store(true, Ordering::Relaxed);
        let (mut calls, mut last) = (Vec::new(), Vec::new());
        for reader in self.readers {
            calls.extend(reader.await.expect("a reader"));
        }
        for writer in self.writers {
            let (its, tokens) = writer.await.expect("a writer");
            calls.extend(its);
            last.push(tokens);
        }
        println!("{} calls", calls.len());
        Seen { calls, last }
    }
}

impl Seen {
    pub(crate) fn failures(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(|call| call.failed)
    }

    pub(crate) fn slowest(&self) -> Duration {
        self.calls.iter().map(|call| call.took).max().expect("calls")
    }

    /// Of those that began and ended in this time.
    pub(crate) fn slowest_between(&self, from: Instant, to: Instant) -> Duration {
        let within = |call: &&Call| call.began >= from && call.began + call.took <= to;
        self.calls.iter().filter(within).map(|call| call.took).max().expect("calls in this time")
    }

    /// How long after this moment nothing failed any more.
    pub(crate) fn recovered_after(&self, back: Instant) -> Duration {
        let last = self.failures().map(|call| call.began + call.took).max();
        let is_served = |call: &Call| !call.failed && last.is_none_or(|last| call.began > last);
        for writes in [false, true] {
            assert!(self.calls.iter().any(|call| call.writes == writes && is_served(call)));
        }
        last.map_or(Duration::ZERO, |last| last.saturating_duration_since(back))
    }

    /// Whatever was answered is there.
    pub(crate) async fn assert_nothing_lost(&self, fixture: &Fixture) {
        for tokens in &self.last {
            let live = fixture.server.verify(tokens.access_token.expose(), &tokens.scopes).await;
            assert!(live.is_ok(), "lost: {live:?}");
        }
    }
}

async fn read(server: AuthorizationServer, token: Secret, stopped: Arc<AtomicBool>) -> Vec<Call> {
    let mut calls = Vec::new();
    while !stopped.load(Ordering::Relaxed) {
        let began = Instant::now();
        let answer = server.verify(token.expose(), &"read".parse().unwrap()).await;
        let failed = match answer {
            Ok(_) => false,
            Err(BearerError::Server(cause)) if cause.is_unavailable() => true,
            Err(other) => panic!("{other}: {other:?}"),
        };
        calls.push(Call { began, took: began.elapsed(), writes: false, failed });
        rest(failed).await;
    }
    calls
}

/// Whoever gets no answer sends the very same request again.
async fn rotate(
    server: AuthorizationServer,
    (form, mut tokens): (Form, Tokens),
    stopped: Arc<AtomicBool>,
) -> (Vec<Call>, Tokens) {
    let (mut calls, mut is_answered) = (Vec::new(), true);
    while !stopped.load(Ordering::Relaxed) || !is_answered {
        let refresh_token = tokens.refresh_token.as_ref().expect("a refresh token");
        let form = form.clone().set("refresh_token", refresh_token.expose());
        let began = Instant::now();
        let answer = server.token(None, &form.params()).await;
        let (took, failed) = (began.elapsed(), answer.is_err());
        is_answered = !failed;
        calls.push(Call { began, took, writes: true, failed });
        match answer {
            Ok(next) => tokens = next,
            Err(TokenError::Server(cause)) if cause.is_unavailable() => {}
            Err(other) => panic!("{other}: {other:?}"),
        }
        rest(failed).await;
    }
    (calls, tokens)
}

async fn rest(failed: bool) {
    let pause = if failed { 20 } else { 2 };
    tokio::time::sleep(Duration::from_millis(pause)).await;
}
