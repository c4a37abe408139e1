//! What the provider said of tokens: remembered for some seconds, and asked for once at a time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use oauth_core::{Introspected, StoreError, Timestamp};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::provider::Failure;

pub(super) struct Known {
    /// Seconds.
    lasts: i64,
    most: usize,
    by_digest: Mutex<HashMap<[u8; 32], Arc<Question>>>,
}

/// A question to the provider, and the answer when it is there.
struct Question {
    asked_at: Timestamp,
    answer: OnceCell<Result<Option<Introspected>, Failure>>,
}

impl Known {
    pub(super) fn new(lasts: i64, most: usize) -> Self {
        Self { lasts, most, by_digest: Mutex::default() }
    }

    /// What the provider says of a token, or said a moment ago.
    pub(super) async fn look_up<A>(
        &self,
        token: &str,
        now: Timestamp,
        ask: impl FnOnce() -> A,
    ) -> Result<Option<Introspected>, StoreError>
    where
        A: Future<Output = Result<Option<Introspected>, Failure>>,
    {
        // Whoever waits for an answer takes the asking over where the one who asked hangs up.
        let question = self.question(Sha256::digest(token.as_bytes()).into(), now);
        let answer = question.answer.get_or_init(ask).await;
        answer.clone().map_err(|failure| StoreError::Unavailable(failure.0.into()))
    }

    fn question(&self, digest: [u8; 32], now: Timestamp) -> Arc<Question> {
        let mut by_digest = self.by_digest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = by_digest.get(&digest).filter(|known| self.holds(known, now)) {
            return Arc::clone(known);
        }
        if by_digest.len() >= self.most {
            by_digest.retain(|_, known| self.holds(known, now));
        }
        if by_digest.len() >= self.most {
            by_digest.clear(); // whoever waits keeps the question
        }
        let question = Arc::new(Question { asked_at: now, answer: OnceCell::new() });
        by_digest.insert(digest, Arc::clone(&question));
        question
    }

    /// Counted from when it was asked; a failure is remembered for nobody. Where the clock was set back, nothing holds.
    fn holds(&self, question: &Question, now: Timestamp) -> bool {
        let failed = matches!(question.answer.get(), Some(Err(_)));
        !failed && (question.asked_at..question.asked_at + self.lasts).contains(&now)
    }
}
