//! The ways in which a client may present its token: RFC 6750 §2.

use oauth_core::{BearerError, Params};
use poem::{Body, Request, RequestBody, http::Method};

use crate::{
    body::{self, Unreadable},
    request,
    sealed::Sealed,
};

/// The ways that a guard admits. The `Authorization` header always is one (§2.1: "Resource servers MUST support this
/// method"); the others are a guard's explicit choice, because bodies and queries end up in logs and histories.
///
/// ```
/// use oauth_server::{Access, Anywhere, scope};
///
/// scope! { pub Read = "notes:read", "Read your notes." }
///
/// #[poem::handler]
/// fn notes(token: Access<Read, Anywhere>) -> String {
///     token.client_id.clone()
/// }
/// ```
pub trait Presentation: Sealed + Send + Sync + 'static {
    /// Whether a form-encoded body may carry the token (§2.2).
    const IN_BODY: bool;
    /// Whether the query may carry the token (§2.3: "SHOULD NOT be used").
    const IN_QUERY: bool;
}

/// The `Authorization` header only: the default.
#[derive(Debug, Clone, Copy)]
pub struct InHeader;

/// The header, or a form-encoded body.
#[derive(Debug, Clone, Copy)]
pub struct InHeaderOrBody;

/// The header, a form-encoded body, or the query: django-oauthost's three ways.
#[derive(Debug, Clone, Copy)]
pub struct Anywhere;

impl Sealed for InHeader {}
impl Sealed for InHeaderOrBody {}
impl Sealed for Anywhere {}

impl Presentation for InHeader {
    const IN_BODY: bool = false;
    const IN_QUERY: bool = false;
}

impl Presentation for InHeaderOrBody {
    const IN_BODY: bool = true;
    const IN_QUERY: bool = false;
}

impl Presentation for Anywhere {
    const IN_BODY: bool = true;
    const IN_QUERY: bool = true;
}

/// The token of a request, and where it stood.
pub(crate) struct Presented {
    pub(crate) token: String,
    pub(crate) in_query: bool,
}

/// Why a request is not admitted.
pub(crate) enum Refusal {
    Bearer(BearerError),
    /// The form that may hold the token could not be read.
    Unreadable(Unreadable),
}

impl From<BearerError> for Refusal {
    fn from(error: BearerError) -> Self {
        Self::Bearer(error)
    }
}

/// The one token of a request. §2: "Clients MUST NOT use more than one method to transmit the token in each request."
pub(crate) async fn presented<P: Presentation>(
    request: &Request,
    rest: &mut RequestBody,
) -> Result<Presented, Refusal> {
    let in_header = in_header(request)?;
    let has_form = P::IN_BODY && request.method() != Method::GET && body::is_form(request);
    // In a box: a guard's future is moved with every request, and few have a form.
    let in_body = if has_form { Box::pin(in_body(request, rest)).await? } else { None };
    let in_query = if P::IN_QUERY { parameter(&request::query(request))? } else { None };

    match (in_header, in_body, in_query) {
        (None, None, None) => Err(BearerError::MissingToken.into()),
        (Some(token), None, None) | (None, Some(token), None) => {
            Ok(Presented { token, in_query: false })
        }
        (None, None, Some(token)) => Ok(Presented { token, in_query: true }),
        _ => {
            let fault = "the token must be sent in one way only";
            Err(BearerError::InvalidRequest(fault.into()).into())
        }
    }
}

/// §2.1, with a case-insensitive scheme (RFC 9110 §11.1). Another scheme is no token.
fn in_header(request: &Request) -> Result<Option<String>, BearerError> {
    let header = request::authorization(request)
        .map_err(|fault| BearerError::InvalidRequest(fault.into()))?;
    let Some(header) = header else { return Ok(None) };
    let (scheme, token) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Ok(None);
    }
    let malformed = "the Authorization header must be Bearer and one token";
    well_formed(token.trim(), malformed).map(Some)
}

/// §2.2: a form, and not by GET. What was read is put back for the handler.
async fn in_body(request: &Request, rest: &mut RequestBody) -> Result<Option<String>, Refusal> {
    let Ok(taken) = rest.take() else { return Ok(None) };
    let bytes = body::limited(request, taken).await.map_err(Refusal::Unreadable)?;
    let token = parameter(&Params::parse(&bytes))?;
    *rest = RequestBody::new(Body::from_bytes(bytes.into()));
    Ok(token)
}

fn parameter(params: &Params) -> Result<Option<String>, BearerError> {
    params.check(&["access_token"]).map_err(|fault| BearerError::InvalidRequest(fault.into()))?;
    let token = params.get("access_token");
    token.map(|token| well_formed(token, "access_token is no token")).transpose()
}

/// §2.1: `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn well_formed(token: &str, malformed: &'static str) -> Result<String, BearerError> {
    let body = token.trim_end_matches('=');
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    if body.is_empty() || !body.bytes().all(fits) {
        return Err(BearerError::InvalidRequest(malformed.into()));
    }
    Ok(token.to_owned())
}
