//! What the guard of a protected resource refuses: RFC 6750 §3.1.

use std::{borrow::Cow, error::Error, fmt};

use super::token::{failure_code, failure_description};
use crate::{RequiredSignIn, Scopes, StoreError};

/// Why a protected resource refused a request.
///
/// ```
/// use oauth_core::BearerError;
///
/// assert_eq!(BearerError::MissingToken.code(), None);
/// assert_eq!(BearerError::InvalidToken("it has ended".into()).code(), Some("invalid_token"));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum BearerError {
    /// No token was sent: the challenge alone, without an error (§3.1: the server "SHOULD NOT include an error code or
    /// other error information").
    MissingToken,
    /// The request is malformed, or carries a token in more than one way.
    InvalidRequest(Cow<'static, str>),
    /// The token is unknown, expired or revoked.
    InvalidToken(Cow<'static, str>),
    /// The token lacks a scope; these are the ones that the resource requires, or the first of its alternatives.
    InsufficientScope(Scopes),
    /// The user has not signed in as the resource wants it (RFC 9470 §3): the client asks for another token with `acr_values` and
    /// `max_age` of this.
    InsufficientUserAuthentication(RequiredSignIn),
    /// The server itself failed; the cause is for the log, never for the client.
    Server(StoreError),
}

impl BearerError {
    /// The value of `error`, where there is one. Two are not in §3.1's list: `temporarily_unavailable` goes with a
    /// status of 503, and `server_error` with one of 500.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::MissingToken => None,
            Self::InvalidRequest(_) => Some("invalid_request"),
            Self::InvalidToken(_) => Some("invalid_token"),
            Self::InsufficientScope(_) => Some("insufficient_scope"),
            Self::InsufficientUserAuthentication(_) => Some("insufficient_user_authentication"),
            Self::Server(cause) => Some(failure_code(cause)),
        }
    }

    /// The value of `error_description`.
    #[must_use]
    pub fn description(&self) -> &str {
        match self {
            Self::MissingToken => "this resource requires an access token",
            Self::InvalidRequest(text) | Self::InvalidToken(text) => text,
            Self::InsufficientScope(_) => {
                "the access token lacks a scope that this resource requires"
            }
            Self::InsufficientUserAuthentication(_) => {
                "this resource requires a newer or a stronger sign-in of the user"
            }
            Self::Server(cause) => failure_description(cause),
        }
    }
}

/// What the client is told; the cause is the error's source.
impl fmt::Display for BearerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code() {
            Some(code) => write!(f, "{code}: {}", self.description()),
            None => f.write_str(self.description()),
        }
    }
}

impl Error for BearerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        if let Self::Server(cause) = self { Some(cause) } else { None }
    }
}

impl From<StoreError> for BearerError {
    fn from(error: StoreError) -> Self {
        Self::Server(error)
    }
}
