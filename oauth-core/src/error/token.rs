//! What the token endpoint refuses: RFC 6749 §5.2.

use std::{borrow::Cow, error::Error, fmt};

use crate::{GuessError, StoreError, scope_request::ScopeFault};

/// Why the token endpoint refused a request. Each variant carries a sentence for the client's developer, in the
/// characters that §5.2 allows.
///
/// ```
/// use oauth_core::TokenError;
///
/// let refusal = TokenError::InvalidGrant("the voucher is void".into());
/// assert_eq!(refusal.code(), "invalid_grant");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum TokenError {
    /// A parameter is missing, repeated or malformed, or the client authenticates in two ways.
    InvalidRequest(Cow<'static, str>),
    /// The client is unknown, or did not prove who it is.
    InvalidClient(Cow<'static, str>),
    /// The code or refresh token is unknown, expired, redeemed, or another client's.
    InvalidGrant(Cow<'static, str>),
    /// The client may not use this grant.
    UnauthorizedClient(Cow<'static, str>),
    /// The server does not know this grant.
    UnsupportedGrantType(Cow<'static, str>),
    /// The server does not know this response type: of a pushed request (RFC 9126 §2.3).
    UnsupportedResponseType(Cow<'static, str>),
    /// A pushed request stands in a JWT (RFC 9126 §3), which is not read here.
    RequestNotSupported(Cow<'static, str>),
    /// The scope is malformed, unknown, or more than was granted.
    InvalidScope(Cow<'static, str>),
    /// The resource is malformed, unknown, or not one that was granted (RFC 8707 §2).
    InvalidTarget(Cow<'static, str>),
    /// The user of a device has not answered yet: it asks again after its interval (RFC 8628 §3.5).
    AuthorizationPending,
    /// The same, and it asked too soon: its interval is 5 seconds longer from now on (RFC 8628 §3.5).
    SlowDown,
    /// The user of a device said no (RFC 8628 §3.5).
    AccessDenied,
    /// The device's code is over: it begins again (RFC 8628 §3.5).
    ExpiredToken,
    /// Too many wrong passwords came before, or more at once than can be judged. RFC 6749 has no code for that: it is
    /// told with the authorization endpoint's `temporarily_unavailable` (§4.1.2.1) and a status of 429.
    TooManyGuesses {
        /// Seconds until the next one is heard.
        retry_after: i64,
    },
    /// The server itself failed; the cause is for the log, never for the client.
    Server(StoreError),
}

impl TokenError {
    /// The value of `error`. Two are not in §5.2's list: `temporarily_unavailable` goes with a status of 503, and
    /// `server_error` with one of 500.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient(_) => "invalid_client",
            Self::InvalidGrant(_) => "invalid_grant",
            Self::UnauthorizedClient(_) => "unauthorized_client",
            Self::UnsupportedGrantType(_) => "unsupported_grant_type",
            Self::UnsupportedResponseType(_) => "unsupported_response_type",
            Self::RequestNotSupported(_) => "request_not_supported",
            Self::InvalidScope(_) => "invalid_scope",
            Self::InvalidTarget(_) => "invalid_target",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::AccessDenied => "access_denied",
            Self::ExpiredToken => "expired_token",
            Self::TooManyGuesses { .. } => "temporarily_unavailable",
            Self::Server(cause) => failure_code(cause),
        }
    }

    /// The value of `error_description`.
    #[must_use]
    pub fn description(&self) -> &str {
        match self {
            Self::InvalidRequest(text)
            | Self::InvalidClient(text)
            | Self::InvalidGrant(text)
            | Self::UnauthorizedClient(text)
            | Self::UnsupportedGrantType(text)
            | Self::UnsupportedResponseType(text)
            | Self::RequestNotSupported(text)
            | Self::InvalidScope(text)
            | Self::InvalidTarget(text) => text,
            Self::AuthorizationPending => {
                "the user has not answered yet; ask again after the interval"
            }
            Self::SlowDown => {
                "the user has not answered yet; ask again after 5 seconds more than until now"
            }
            Self::AccessDenied => "the user declined",
            Self::ExpiredToken => "the device code has expired; ask for another one",
            Self::TooManyGuesses { .. } => TOO_MANY_GUESSES,
            Self::Server(cause) => failure_description(cause),
        }
    }
}

impl TokenError {
    /// Whether it only says that a device goes on waiting.
    pub(crate) fn is_patience(&self) -> bool {
        matches!(self, Self::AuthorizationPending | Self::SlowDown)
    }

    /// What an application says in its own words, in the characters that §5.2 allows.
    pub(crate) fn fit_to_be_sent(mut self) -> Self {
        if let Self::InvalidRequest(text)
        | Self::InvalidClient(text)
        | Self::InvalidGrant(text)
        | Self::UnauthorizedClient(text)
        | Self::UnsupportedGrantType(text)
        | Self::InvalidScope(text)
        | Self::InvalidTarget(text) = &mut self
        {
            let fits = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
            if text.is_empty() {
                *text = "the request is refused".into();
            } else if !text.chars().all(fits) {
                *text =
                    text.chars().map(|c| if fits(c) { c } else { '?' }).collect::<String>().into();
            }
        }
        self
    }
}

/// What the client is told; the cause is the error's source.
impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.description())
    }
}

impl Error for TokenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        if let Self::Server(cause) = self { Some(cause) } else { None }
    }
}

impl From<StoreError> for TokenError {
    fn from(error: StoreError) -> Self {
        Self::Server(error)
    }
}

impl From<GuessError> for TokenError {
    fn from(error: GuessError) -> Self {
        match error {
            GuessError::TooManyGuesses { retry_after } => Self::TooManyGuesses { retry_after },
            GuessError::Store(error) => Self::Server(error),
        }
    }
}

impl From<ScopeFault> for TokenError {
    fn from(fault: ScopeFault) -> Self {
        match fault {
            ScopeFault::Refused(description) => Self::InvalidScope(description),
            ScopeFault::Failed(error) => Self::Server(error),
        }
    }
}

/// What a client is told of a failure of ours, in §4.1.2.1's words: they say there what statuses of 503 and 500 say
/// elsewhere.
pub(crate) fn failure_code(cause: &StoreError) -> &'static str {
    if cause.is_unavailable() { "temporarily_unavailable" } else { "server_error" }
}

pub(crate) fn failure_description(cause: &StoreError) -> &'static str {
    if cause.is_unavailable() {
        "the server cannot answer at the moment; send the same request again in a few seconds"
    } else {
        "the server failed to answer this request; try again later"
    }
}

const TOO_MANY_GUESSES: &str =
    "too many wrong passwords; try again after as many seconds as Retry-After says";
