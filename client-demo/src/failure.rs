//! What ends the walk early: one line for the person who started it.

use std::{borrow::Cow, error::Error};

use url::Url;

use crate::answer::Answer;

/// What was expected, what came instead, and what to do next.
#[derive(Debug, thiserror::Error)]
#[error("expected {expected}, but {came}; {next}")]
pub(crate) struct Failure {
    expected: Cow<'static, str>,
    came: String,
    next: Cow<'static, str>,
}

impl Failure {
    /// `came` may quote the server: what would break the line, or the terminal, is taken out.
    pub(crate) fn new(
        expected: impl Into<Cow<'static, str>>,
        came: impl AsRef<str>,
        next: impl Into<Cow<'static, str>>,
    ) -> Self {
        let came = came.as_ref().replace(char::is_control, " ");
        Self { expected: expected.into(), came, next: next.into() }
    }

    /// The server answered something else. `next` holds unless the answer itself says better.
    pub(crate) fn answered(
        expected: impl Into<Cow<'static, str>>,
        answer: &Answer,
        next: &'static str,
    ) -> Self {
        let next = match answer.status.as_u16() {
            429 => "too many attempts: wait a minute and run this again",
            500.. => "the fault is the server's: look at its log",
            _ => next,
        };
        Self::new(expected, format!("the answer was {answer}"), next)
    }

    /// No answer came at all.
    pub(crate) fn unanswered(server: &Url, error: &reqwest::Error) -> Self {
        let next = if error.is_connect() && server.scheme() == "https" {
            "see whether the server runs, speaks https, and has a certificate trusted here"
        } else if error.is_connect() {
            "start the server first: cargo run -p example-app (or name another with --server)"
        } else if error.is_timeout() {
            "see whether the server still runs, and look at its log"
        } else {
            "see whether --server names the example application, and look at its log"
        };
        let expected = format!("an answer from {}", server.as_str().trim_end_matches('/'));
        Self::new(expected, format!("none came ({})", cause(error)), next)
    }
}

/// The deepest cause says most: `Connection refused` rather than `error sending request`.
pub(crate) fn cause(error: &dyn Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
