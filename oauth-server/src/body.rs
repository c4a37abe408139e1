//! The body of a request to one of the provider's own endpoints: bounded in size and in time, and never compressed.

use std::time::Duration;

use poem::{
    Body, Request, Response,
    error::ReadBodyError,
    http::{
        HeaderValue, StatusCode,
        header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH},
    },
};
use tokio::time::timeout;

use crate::OAuth;

/// A body larger than this is no request of this protocol.
const LIMIT: usize = 64 * 1024;

/// How long a body may take by default.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    NoForm,
    Broken,
    TooLarge,
    Compressed,
    TooSlow,
}

impl Unreadable {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::NoForm | Self::Broken => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Compressed => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
        }
    }

    /// A sentence for the client's developer.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::NoForm => "the body must be application/x-www-form-urlencoded",
            Self::Broken => "the body is broken",
            Self::TooLarge => "the body is larger than 64 KiB",
            Self::Compressed => "the body must not be compressed",
            Self::TooSlow => "the body took too long to come",
        }
    }

    /// Says so in an answer's status. What is understood stands beside a 415: RFC 9110 §12.5.3.
    pub(crate) fn mark(self, mut response: Response) -> Response {
        response.set_status(self.status());
        if self == Self::Compressed {
            response.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        response
    }
}

/// The body of a form, as it came.
pub(crate) async fn form(request: &Request, body: Body) -> Result<Vec<u8>, Unreadable> {
    let bytes = limited(request, body).await?;
    let is_nothing = bytes.is_empty() && request.content_type().is_none();
    if is_nothing || is_form(request) { Ok(bytes) } else { Err(Unreadable::NoForm) }
}

/// Whether the body says that it is a form.
pub(crate) fn is_form(request: &Request) -> bool {
    let essence = request.content_type().and_then(|value| value.split(';').next());
    essence.unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The body, where it is not too large. What says that it is too large is not taken in at all.
pub(crate) async fn limited(request: &Request, body: Body) -> Result<Vec<u8>, Unreadable> {
    if is_compressed(request) {
        return Err(Unreadable::Compressed);
    }
    let length = request.header(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if length.is_some_and(|length| length > LIMIT as u64) {
        return Err(Unreadable::TooLarge);
    }
    let within = request.data::<OAuth>().map_or(TIMEOUT, OAuth::body_timeout);
    match timeout(within, body.into_bytes_limit(LIMIT)).await {
        Ok(Ok(bytes)) => Ok(bytes.to_vec()),
        Ok(Err(ReadBodyError::PayloadTooLarge)) => Err(Unreadable::TooLarge),
        Ok(Err(_)) => Err(Unreadable::Broken),
        Err(_) => Err(Unreadable::TooSlow),
    }
}

fn is_compressed(request: &Request) -> bool {
    let codings = request.headers().get_all(CONTENT_ENCODING).iter();
    codings.into_iter().any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}
