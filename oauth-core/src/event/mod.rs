//! What an operator may want to hear of: djoauth2's signals, and the ones that it wished for.

mod delivery;
mod kind;

use std::sync::Arc;

pub(crate) use self::delivery::LedTo;
pub use self::{
    delivery::{Events, Missed, Subscription},
    kind::EventKind,
};
use crate::{Origin, Timestamp};

/// Something that happened, and is committed.
///
/// It names clients, subjects and scopes, and never holds what somebody typed or presented: a user name may be a
/// password in the wrong field, and an unknown `client_id` anything at all.
///
/// ```no_run
/// # use oauth_core::{AuthorizationServer, EventKind};
/// fn counted(server: &AuthorizationServer) {
///     server.events().on_event(|event| match &event.kind {
///         EventKind::TokenIssued { client_id, .. } => println!("{}: {client_id}", event.at),
///         _ => (),
///     });
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// The request that led to it, where one did.
    pub origin: Option<Arc<Origin>>,
    /// What.
    pub kind: EventKind,
}

/// What guesses at passwords, or at the codes of devices, were too many of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GuessLimit {
    /// At one account, from anywhere.
    Account,
    /// From one address, at any account.
    Address,
    /// At one account, from one of its user's own browsers.
    Browser,
    /// At once: as many wait to be hashed as may.
    Hashes,
    /// Of codes that no device shows: by one user, or from one address.
    UserCodes,
    /// Of clients that register themselves from one address.
    Registrations,
}

/// Who ended a grant, or why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revocation {
    /// The user, on the page of connected applications.
    User,
    /// The server: a code or refresh token of its family was used again.
    Reuse,
    /// Somebody who administers this server.
    Staff,
    /// The client itself, which gave its token back (RFC 7009).
    Client,
    /// The session ended in which it began, by somebody's will.
    Logout,
}

/// What was done to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientChange {
    /// It is new.
    Registered,
    /// Its registration is another.
    Changed,
    /// It has a new secret; the old one goes on for as long as was said, or not at all.
    SecretRotated,
    /// One of its two secrets is of no use any more.
    SecretEnded,
    /// Its requests are refused and its tokens are dead, until it is enabled again.
    Disabled,
    /// It may do again what it could before it was disabled, and so may those of its tokens that have not ended since.
    Enabled,
    /// It is dead for good, with everything that hangs on it, which goes with the clean-up.
    Deleted,
}
