//! What the endpoints for registration refuse: RFC 7591 §3.2.2, RFC 7592 §2.

use std::{error::Error, fmt};

use super::token::{failure_code, failure_description};
use crate::{FieldError, StoreError};

/// Why a client was not registered, or its registration not shown, changed or deleted. Each variant carries a sentence for
/// the client's developer.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientRegistrationError {
    /// Redirect URIs are refused. Each is named, and those that are refused with them.
    InvalidRedirectUri(String),
    /// The document is none, or properties of it are refused; each is named.
    InvalidClientMetadata(String),
    /// No token was presented, one that is not good, or one of another client (RFC 6750 §3.1).
    InvalidToken {
        /// What is wrong with it.
        description: &'static str,
        /// Whether one was presented at all.
        is_presented: bool,
    },
    /// Registering is switched off, or this change is not the client's to make.
    AccessDenied(&'static str),
    /// Too many clients were registered from this address, or changed.
    TooMany {
        /// Seconds until one is again.
        retry_after: i64,
    },
    /// The server itself failed; the cause is for the log, never for the client.
    Server(StoreError),
}

impl ClientRegistrationError {
    /// The value of `error`. Two are of other registries: `invalid_token` (RFC 6750 §3.1) and `access_denied` (RFC 6749
    /// §4.1.2.1); and what has no code in any is told as at the token endpoint.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidRedirectUri(_) => "invalid_redirect_uri",
            Self::InvalidClientMetadata(_) => "invalid_client_metadata",
            Self::InvalidToken { .. } => "invalid_token",
            Self::AccessDenied(_) => "access_denied",
            Self::TooMany { .. } => "temporarily_unavailable",
            Self::Server(cause) => failure_code(cause),
        }
    }

    /// The value of `error_description`, in ASCII.
    #[must_use]
    pub fn description(&self) -> &str {
        match self {
            Self::InvalidRedirectUri(text) | Self::InvalidClientMetadata(text) => text,
            Self::InvalidToken { description, .. } => description,
            Self::AccessDenied(why) => why,
            Self::TooMany { .. } => {
                "too many clients were registered or changed from this address; try again after as many seconds as Retry-After says"
            }
            Self::Server(cause) => failure_description(cause),
        }
    }

    /// About the document as a whole.
    pub(crate) fn metadata(problem: &str) -> Self {
        Self::InvalidClientMetadata(problem.to_owned())
    }
}

/// All of them at once. Where a redirect URI is among them, that is what a client asks its user about.
impl From<Vec<FieldError>> for ClientRegistrationError {
    fn from(faults: Vec<FieldError>) -> Self {
        let is_redirect = faults.iter().any(|fault| fault.field == "redirect_uris");
        let text = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let fits = |c: char| if matches!(c, ' '..='~') { c } else { '?' };
        let text = text.chars().map(fits).collect();
        if is_redirect { Self::InvalidRedirectUri(text) } else { Self::InvalidClientMetadata(text) }
    }
}

impl From<StoreError> for ClientRegistrationError {
    fn from(error: StoreError) -> Self {
        Self::Server(error)
    }
}

/// What the client is told; the cause is the error's source.
impl fmt::Display for ClientRegistrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.description())
    }
}

impl Error for ClientRegistrationError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        if let Self::Server(cause) = self { Some(cause) } else { None }
    }
}
