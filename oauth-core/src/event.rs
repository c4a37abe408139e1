//! What an operator may want to hear of: djoauth2's signals.

use std::sync::Arc;

/// Something that happened. It never carries a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A refresh token was presented again after it had been redeemed: somebody else has it. Its whole family has been
    /// revoked (RFC 9700 §4.14.2). djoauth2's signal of the same name.
    RefreshTokenUsedAfterInvalidation {
        /// The client that presented it, to which it had been issued.
        client_id: String,
        /// The user whose grant was revoked.
        subject: Option<String>,
    },
    /// An authorization code was presented again after it had been redeemed. What it had led to has been revoked
    /// (RFC 6749 §4.1.2).
    AuthorizationCodeUsedAgain {
        /// The client that presented it, to which it had been issued.
        client_id: String,
        /// The user whose grant was revoked.
        subject: Option<String>,
    },
}

/// Where events go: called after what they tell of is committed, on the task of the request. Hand over, do not wait.
pub type EventSink = Arc<dyn Fn(&Event) + Send + Sync>;
