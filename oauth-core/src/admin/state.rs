//! Whether what was issued is of any use still.

use super::ClientName;
use crate::{Timestamp, store::grant::Grant};

/// How something that was issued stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// It can be used.
    Live,
    /// Its time, or its family's, is over.
    Expired,
    /// It was used: codes and refresh tokens are, once.
    Redeemed,
    /// It, or its family, was ended.
    Revoked,
    /// Its client is disabled, and it will live again with it; or one is disabled or gone that acts with it (RFC 8693).
    ClientDisabled,
    /// Its client was deleted, and it is deleted with it soon.
    ClientDeleted,
}

impl State {
    /// The name of the state.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Expired => "expired",
            Self::Redeemed => "redeemed",
            Self::Revoked => "revoked",
            Self::ClientDisabled => "client_disabled",
            Self::ClientDeleted => "client_deleted",
        }
    }

    /// Of what hangs on a grant and ends at `expires_at`, by itself neither redeemed nor revoked.
    pub(super) fn of(
        grant: &Grant,
        client: &ClientName,
        expires_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let over = |end: Option<Timestamp>| end.is_some_and(|end| end <= now);
        if client.deleted_at.is_some() {
            Self::ClientDeleted
        } else if grant.revoked_at.is_some() {
            Self::Revoked
        } else if over(expires_at) || over(grant.expires_at) {
            Self::Expired
        } else if client.disabled_at.is_some() {
            Self::ClientDisabled
        } else {
            Self::Live
        }
    }
}
