//! The names of the grants.

use std::str::FromStr;

/// The grants that a client can be registered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantType {
    /// RFC 6749 §4.1.
    AuthorizationCode,
    /// RFC 6749 §4.2: only at the authorization endpoint, as `response_type=token`.
    Implicit,
    /// RFC 6749 §6.
    RefreshToken,
    /// RFC 6749 §4.4.
    ClientCredentials,
    /// RFC 6749 §4.3.
    Password,
}

impl GrantType {
    /// The name on the wire and in the client's registration (RFC 7591 §2).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::Implicit => "implicit",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
        }
    }
}

/// A grant that this server does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a grant is authorization_code, implicit, refresh_token, client_credentials or password")]
pub struct UnknownGrantType;

impl FromStr for GrantType {
    type Err = UnknownGrantType;

    fn from_str(text: &str) -> Result<Self, UnknownGrantType> {
        let all = [
            Self::AuthorizationCode,
            Self::Implicit,
            Self::RefreshToken,
            Self::ClientCredentials,
            Self::Password,
        ];
        all.into_iter().find(|grant_type| grant_type.as_str() == text).ok_or(UnknownGrantType)
    }
}
