//! What an endpoint refuses that a client authenticates at: RFC 6749 §5.2, which RFC 7009 §2.2.1 and RFC 7662 §2.3 take
//! over. Declared once for the wire and for the document.

use oauth_core::{Settings, TokenError};
use poem_openapi::{ApiResponse, Enum, Object, payload::Json};

use super::{RETRY_AFTER, quoted, tell};
use crate::body::Unreadable;

/// A refusal: RFC 6749 §5.2.
#[derive(Debug, Object)]
#[oai(rename = "TokenError")]
pub(crate) struct TokenErrorBody {
    /// One of the codes of RFC 6749 §5.2, or of a device RFC 8628 §3.5; and two of ours, `temporarily_unavailable` with a status of 429 or 503,
    /// `server_error` with one of 500.
    error: TokenErrorCode,
    /// What the client's developer has to change.
    error_description: String,
}

#[derive(Debug, Enum)]
#[oai(rename_all = "snake_case")]
enum TokenErrorCode {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    UnauthorizedClient,
    UnsupportedGrantType,
    InvalidScope,
    InvalidTarget,
    UnsupportedResponseType,
    RequestNotSupported,
    AuthorizationPending,
    SlowDown,
    AccessDenied,
    ExpiredToken,
    ServerError,
    TemporarilyUnavailable,
}

/// Refusals are kept by nobody.
#[derive(ApiResponse)]
pub(crate) enum Refusal {
    /// The request is refused.
    #[oai(status = 400)]
    Refused(
        Json<TokenErrorBody>,
        #[oai(header = "Cache-Control")] NoStore,
        #[oai(header = "Pragma")] NoCache,
    ),
    /// The client did not prove who it is.
    #[oai(status = 401)]
    Unauthorized(
        Json<TokenErrorBody>,
        #[oai(header = "Cache-Control")] NoStore,
        #[oai(header = "Pragma")] NoCache,
        /// How to authenticate (RFC 9110 §11.6.1).
        #[oai(header = "WWW-Authenticate")]
        String,
    ),
    /// Only POST is allowed.
    #[oai(status = 405)]
    MethodNotAllowed(
        Json<TokenErrorBody>,
        #[oai(header = "Cache-Control")] NoStore,
        #[oai(header = "Pragma")] NoCache,
        /// `POST`.
        #[oai(header = "Allow")]
        String,
    ),
    /// The body took too long to come.
    #[oai(status = 408)]
    TooSlow(
        Json<TokenErrorBody>,
        #[oai(header = "Cache-Control")] NoStore,
        #[oai(header = "Pragma")] NoCache,
    ),
    /// The body is larger than 64 KiB.
    #[oai(status = 413)]
    TooLarge(
        Json<TokenErrorBody>,
        #[oai(header = "Cache-Control")] NoStore,
        #[oai(header = "Pragma")] NoCache,
    ),
    /// The body is compressed.
    #[oai(status = 415)]
    Compressed(
        Json<TokenErrorBody>,
        #[oai(header = "Cache-Control")] NoStore,
        #[oai(header = "Pragma")] NoCache,
        /// `identity` (RFC 9110 §12.5.3).
        #[oai(header = "Accept-Encoding")]
        String,
    ),
    /// Too many wrong passwords came before, or more at once than can be judged: `temporarily_unavailable`. Nothing was
    /// judged.
    #[oai(status = 429)]
    TooManyGuesses(
        Json<TokenErrorBody>,
        #[oai(header = "Cache-Control")] NoStore,
        #[oai(header = "Pragma")] NoCache,
        /// When the next one is heard, in seconds (RFC 9110 §10.2.3).
        #[oai(header = "Retry-After")]
        String,
    ),
    /// The server failed: `server_error`.
    #[oai(status = 500)]
    Failed(
        Json<TokenErrorBody>,
        #[oai(header = "Cache-Control")] NoStore,
        #[oai(header = "Pragma")] NoCache,
    ),
    /// The server cannot answer at the moment: `temporarily_unavailable`. The same request may be sent again.
    #[oai(status = 503)]
    Unavailable(
        Json<TokenErrorBody>,
        #[oai(header = "Cache-Control")] NoStore,
        #[oai(header = "Pragma")] NoCache,
        /// When to send it again, in seconds (RFC 9110 §10.2.3).
        #[oai(header = "Retry-After")]
        String,
    ),
}

pub(crate) type NoStore = String;
pub(crate) type NoCache = String;

impl Refusal {
    pub(crate) fn new(error: TokenError, settings: &Settings) -> Self {
        let (no_store, no_cache) = ("no-store".to_owned(), "no-cache".to_owned());
        let body = Json(TokenErrorBody::from(&error));
        match error {
            TokenError::InvalidClient(_) => {
                let challenge =
                    format!("Basic realm=\"{}\", charset=\"UTF-8\"", quoted(&settings.realm));
                Self::Unauthorized(body, no_store, no_cache, challenge)
            }
            TokenError::TooManyGuesses { retry_after } => {
                Self::TooManyGuesses(body, no_store, no_cache, retry_after.to_string())
            }
            TokenError::Server(cause) => {
                tell(&cause);
                if cause.is_unavailable() {
                    Self::Unavailable(body, no_store, no_cache, RETRY_AFTER.to_owned())
                } else {
                    Self::Failed(body, no_store, no_cache)
                }
            }
            _ => Self::Refused(body, no_store, no_cache),
        }
    }

    /// A request whose body says nothing.
    pub(crate) fn unreadable(fault: Unreadable) -> Self {
        let (no_store, no_cache) = ("no-store".to_owned(), "no-cache".to_owned());
        let error = TokenError::InvalidRequest(fault.description().into());
        let body = Json(TokenErrorBody::from(&error));
        match fault {
            Unreadable::TooSlow => Self::TooSlow(body, no_store, no_cache),
            Unreadable::TooLarge => Self::TooLarge(body, no_store, no_cache),
            Unreadable::Compressed => {
                Self::Compressed(body, no_store, no_cache, "identity".to_owned())
            }
            Unreadable::NoForm | Unreadable::Broken => Self::Refused(body, no_store, no_cache),
        }
    }

    /// §3.2: "The client MUST use the HTTP "POST" method".
    pub(crate) fn post_only() -> Self {
        let error = TokenError::InvalidRequest("this endpoint takes POST alone".into());
        let body = Json(TokenErrorBody::from(&error));
        Self::MethodNotAllowed(
            body,
            "no-store".to_owned(),
            "no-cache".to_owned(),
            "POST".to_owned(),
        )
    }
}

impl From<&TokenError> for TokenErrorBody {
    fn from(error: &TokenError) -> Self {
        let code = match error {
            TokenError::InvalidRequest(_) => TokenErrorCode::InvalidRequest,
            TokenError::InvalidClient(_) => TokenErrorCode::InvalidClient,
            TokenError::InvalidGrant(_) => TokenErrorCode::InvalidGrant,
            TokenError::UnauthorizedClient(_) => TokenErrorCode::UnauthorizedClient,
            TokenError::UnsupportedGrantType(_) => TokenErrorCode::UnsupportedGrantType,
            TokenError::InvalidScope(_) => TokenErrorCode::InvalidScope,
            TokenError::InvalidTarget(_) => TokenErrorCode::InvalidTarget,
            TokenError::UnsupportedResponseType(_) => TokenErrorCode::UnsupportedResponseType,
            TokenError::RequestNotSupported(_) => TokenErrorCode::RequestNotSupported,
            TokenError::AuthorizationPending => TokenErrorCode::AuthorizationPending,
            TokenError::SlowDown => TokenErrorCode::SlowDown,
            TokenError::AccessDenied => TokenErrorCode::AccessDenied,
            TokenError::ExpiredToken => TokenErrorCode::ExpiredToken,
            TokenError::TooManyGuesses { .. } => TokenErrorCode::TemporarilyUnavailable,
            TokenError::Server(cause) if cause.is_unavailable() => {
                TokenErrorCode::TemporarilyUnavailable
            }
            _ => TokenErrorCode::ServerError,
        };
        Self { error: code, error_description: error.description().to_owned() }
    }
}
