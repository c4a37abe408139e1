//! What the authorization endpoint refuses: RFC 6749 §4.1.2.1 and §4.2.2.1.

use std::{borrow::Cow, error::Error, fmt};

use super::token::failure_description;
use crate::{AuthorizationResponse, StoreError};

/// Why the authorization endpoint refused a request, and where that is answered.
///
/// ```no_run
/// use oauth_core::{AuthorizationError, AuthorizationServer, Params};
///
/// async fn shown(server: &AuthorizationServer, query: &[u8]) -> String {
///     match server.authorization_request(&Params::parse(query)).await {
///         Ok(request) => format!("{} asks", request.client().name()),
///         Err(AuthorizationError::Page(fault)) => format!("a page of ours: {fault}"),
///         Err(AuthorizationError::Client { code, .. }) => format!("the client is told {}", code.as_str()),
///         Err(_) => "something went wrong".to_owned(),
///     }
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum AuthorizationError {
    /// On a page of ours: the client or its redirect URI is not proven, so nothing may be sent there (§4.1.2.1: the
    /// server "MUST NOT automatically redirect the user-agent to the invalid redirection URI").
    Page(PageFault),
    /// At the client: what the browser takes there carries the error and `state`.
    Client {
        /// What the browser takes to the client.
        response: AuthorizationResponse,
        /// The value of `error`.
        code: AuthorizationErrorCode,
        /// The value of `error_description`.
        description: Cow<'static, str>,
        /// Why the server itself failed, where it did; this is for the log, never for the client.
        cause: Option<StoreError>,
    },
    /// The server itself failed before it knew the client; the cause is for the log, never for a page.
    Server(StoreError),
}

/// What cannot be answered by redirect. Its `Display` is a sentence for the client's developer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageFault {
    /// The request did not come over TLS, which the server requires (§3.1).
    #[error("authorization requests must use TLS")]
    InsecureRequest,
    /// The query is malformed, or repeats a parameter.
    #[error("{0}")]
    Malformed(String),
    /// There is no `client_id`.
    #[error("client_id is missing")]
    MissingClientId,
    /// No client of this identifier is registered, or it is disabled.
    #[error("no client is registered under this client_id")]
    UnknownClient,
    /// Its identifier is the URL of a document that cannot be used (OAuth Client ID Metadata Document), or cannot be had.
    #[error("client_id: {0}")]
    ClientDocument(String),
    /// The request names none, and the client registered none or several (§3.1.2.3), or the server requires it always.
    #[error("redirect_uri is missing, and this client may not leave it out")]
    MissingRedirectUri,
    /// It is not one that the client registered, byte for byte, or not usable at all.
    #[error("{0}")]
    InvalidRedirectUri(&'static str),
    /// The request was pushed, and this is not what it is known by, or not any more (RFC 9126 §4).
    #[error("{0}")]
    InvalidRequestUri(&'static str),
}

/// The registry of §4.1.2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthorizationErrorCode {
    /// A parameter is missing, repeated or malformed.
    InvalidRequest,
    /// The client may not use this response type.
    UnauthorizedClient,
    /// The user said no.
    AccessDenied,
    /// The server does not know this response type.
    UnsupportedResponseType,
    /// The scope is missing, malformed, unknown, or not the client's.
    InvalidScope,
    /// The resource is malformed, or not one that the server gives tokens for (RFC 8707 §2).
    InvalidTarget,
    /// The user has to sign in, and may not be asked to (OpenID Connect Core §3.1.2.6).
    LoginRequired,
    /// The user has to allow it, and may not be asked to (OpenID Connect Core §3.1.2.6).
    ConsentRequired,
    /// The client cannot do without an `acr` that no sign-in of the user has (OpenID Connect Core §5.5.1.1, Unmet Authentication
    /// Requirements §1).
    UnmetAuthenticationRequirements,
    /// The request stands in a JWT (OpenID Connect Core §6.1), which is not read here.
    RequestNotSupported,
    /// The request stands at an address (OpenID Connect Core §6.2) that this server did not give (RFC 9126).
    RequestUriNotSupported,
    /// The server itself failed.
    ServerError,
    /// The server cannot answer at the moment: its database cannot be had.
    TemporarilyUnavailable,
}

impl AuthorizationErrorCode {
    /// The value of `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}

/// What the client or the user is told; the cause is the error's source.
impl fmt::Display for AuthorizationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page(fault) => fault.fmt(f),
            Self::Client { code, description, .. } => write!(f, "{}: {description}", code.as_str()),
            Self::Server(cause) => f.write_str(failure_description(cause)),
        }
    }
}

impl Error for AuthorizationError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Server(cause) | Self::Client { cause: Some(cause), .. } => Some(cause),
            _ => None,
        }
    }
}

impl From<StoreError> for AuthorizationError {
    fn from(error: StoreError) -> Self {
        Self::Server(error)
    }
}
