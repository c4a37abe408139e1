//! How much was deleted.

use std::ops::{Add, AddAssign};

/// How many rows were deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cleared {
    /// Browser sessions.
    pub sessions: usize,
    /// Browsers from which a user had signed in.
    pub known_browsers: usize,
    /// Authorization requests that were pushed.
    pub pushed_requests: usize,
    /// Devices that waited for their users.
    pub device_codes: usize,
    /// Initial access tokens, with which clients register themselves.
    pub registration_tokens: usize,
    /// Authorization codes.
    pub authorization_codes: usize,
    /// Access tokens.
    pub access_tokens: usize,
    /// Refresh tokens.
    pub refresh_tokens: usize,
    /// Secrets of clients in whose place others are.
    pub client_secrets: usize,
    /// Grants: one for each authorization.
    pub grants: usize,
    /// Consents of clients that were deleted.
    pub consents: usize,
    /// Clients that were deleted, or registered themselves and were never used.
    pub clients: usize,
    /// Keys that the server signed with before others.
    pub signing_keys: usize,
    /// Logout tokens that could not be delivered.
    pub logout_deliveries: usize,
}

impl Cleared {
    /// All of them together.
    #[must_use]
    pub fn total(&self) -> usize {
        let tokens = self.authorization_codes + self.access_tokens + self.refresh_tokens;
        let of_clients = self.client_secrets + self.clients + self.logout_deliveries;
        let asked = self.pushed_requests + self.device_codes + self.registration_tokens;
        let of_users = self.sessions + self.known_browsers + self.consents;
        of_users + tokens + self.grants + asked + of_clients + self.signing_keys
    }
}

impl Add for Cleared {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            sessions: self.sessions + other.sessions,
            known_browsers: self.known_browsers + other.known_browsers,
            pushed_requests: self.pushed_requests + other.pushed_requests,
            device_codes: self.device_codes + other.device_codes,
            registration_tokens: self.registration_tokens + other.registration_tokens,
            authorization_codes: self.authorization_codes + other.authorization_codes,
            access_tokens: self.access_tokens + other.access_tokens,
            refresh_tokens: self.refresh_tokens + other.refresh_tokens,
            client_secrets: self.client_secrets + other.client_secrets,
            grants: self.grants + other.grants,
            consents: self.consents + other.consents,
            clients: self.clients + other.clients,
            signing_keys: self.signing_keys + other.signing_keys,
            logout_deliveries: self.logout_deliveries + other.logout_deliveries,
        }
    }
}

impl AddAssign for Cleared {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
