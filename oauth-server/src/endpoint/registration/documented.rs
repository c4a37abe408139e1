//! Registration as the OpenAPI document shows it. What is sent is read and answered by the verbs; the types here say what
//! that is.

use std::marker::PhantomData;

use poem::{Body, FromRequest, IntoResponse, Request, RequestBody, Response, Result, web::Data};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ApiResponse, ExtractParamOptions,
    registry::{
        MetaMediaType, MetaRequest, MetaResponse, MetaResponses, MetaSecurityScheme, Registry,
    },
    types::Type,
};

use super::metadata::{ClientInformation, RegistrationError};
use crate::{OAuth, openapi::header};

/// A document that has still to be read; `T` says what stands in it.
pub(crate) struct Document<T>(pub(crate) Body, PhantomData<fn() -> T>);

impl<'a, T: Type> ApiExtractor<'a> for Document<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(MetaRequest { description: None, required: true, content: vec![json::<T>()] })
    }

    async fn from_request(
        _: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> Result<Self> {
        Ok(Self(body.take()?, PhantomData))
    }
}

/// The provider that a client presents its token to, and for the document which one that is: the verbs read it. An initial
/// access token is for a server that wants one.
pub(crate) struct Presented<'a, const INITIAL: bool>(pub(crate) &'a OAuth);

impl<'a, const INITIAL: bool> ApiExtractor<'a> for Presented<'a, INITIAL> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        let description = if INITIAL {
            "An initial access token, which staff give out (RFC 7591 section 3)."
        } else {
            "The `registration_access_token` of a client (RFC 7592 section 1.2)."
        };
        let scheme = MetaSecurityScheme {
            ty: "http",
            description: Some(description),
            name: None,
            key_in: None,
            scheme: Some("bearer"),
            bearer_format: None,
            flows: None,
            openid_connect_url: None,
        };
        registry.create_security_scheme(scheme_of(INITIAL), scheme);
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![scheme_of(INITIAL)]
    }

    fn has_security_fallback() -> bool {
        INITIAL
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> Result<Self> {
        let Data(oauth) = Data::from_request_without_body(request).await?;
        Ok(Self(oauth))
    }
}

fn scheme_of(initial: bool) -> &'static str {
    if initial { SCHEMES[0] } else { SCHEMES[1] }
}

/// By which the document knows the tokens of registration.
pub(crate) const SCHEMES: [&str; 2] = ["initial_access_token", "registration_access_token"];

/// An answer, which has this status where nothing is refused.
pub(crate) struct Told<const STATUS: u16>(pub(crate) Response);

impl<const STATUS: u16> IntoResponse for Told<STATUS> {
    fn into_response(self) -> Response {
        self.0
    }
}

impl<const STATUS: u16> ApiResponse for Told<STATUS> {
    fn meta() -> MetaResponses {
        let told = match STATUS {
            201 => response(201, "The client is registered.", vec![json::<ClientInformation>()]),
            204 => {
                response(204, "The client is deleted, and all that it was given is dead.", vec![])
            }
            _ => response(
                STATUS,
                "What the client is registered with.",
                vec![json::<ClientInformation>()],
            ),
        };
        let of_bodies = if STATUS == 204 { &[][..] } else { &OF_BODIES };
        let refusals = ALWAYS.iter().chain(of_bodies);
        let refused = refusals.map(|(status, why)| refusal(*status, why));
        MetaResponses { responses: [told].into_iter().chain(refused).collect() }
    }

    fn register(registry: &mut Registry) {
        ClientInformation::register(registry);
        RegistrationError::register(registry);
    }
}

fn json<T: Type>() -> MetaMediaType {
    MetaMediaType { content_type: "application/json", schema: T::schema_ref() }
}

fn response(status: u16, description: &'static str, content: Vec<MetaMediaType>) -> MetaResponse {
    MetaResponse { description, status: Some(status), status_range: None, content, headers: vec![] }
}

fn refusal(status: u16, why: &'static str) -> MetaResponse {
    // What the server failed at is for its log.
    let content = if status < 500 { vec![json::<RegistrationError>()] } else { Vec::new() };
    let headers = match status {
        401 => vec![header("WWW-Authenticate", "`Bearer` (RFC 6750 section 3).")],
        429 | 503 => vec![header("Retry-After", "When to try again, in seconds.")],
        _ => Vec::new(),
    };
    MetaResponse { headers, ..response(status, why, content) }
}

const ALWAYS: [(u16, &str); 5] = [
    (400, "The request is refused, and what is wrong with it is named."),
    (401, "No token was presented that is needed, or it is not good: `invalid_token`."),
    (
        403,
        "Clients do not register themselves here, or this change is not theirs to make: `access_denied`.",
    ),
    (500, "The server failed."),
    (503, "The server cannot answer at the moment."),
];

const OF_BODIES: [(u16, &str); 4] = [
    (408, "The body took too long to come."),
    (413, "The body is larger than 64 KiB."),
    (415, "The body is compressed."),
    (429, "Too many were registered or changed from this address: `temporarily_unavailable`."),
];
