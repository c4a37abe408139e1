//! What goes around the whole application.

use std::{sync::Arc, time::Instant};

use oauth_core::{Origin, StoreError};
use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response, Result,
    error::NotFoundError,
    http::{HeaderValue, header},
    middleware::{
        CatchPanic, CatchPanicEndpoint, NormalizePath, NormalizePathEndpoint, TrailingSlash,
    },
};
use tracing::{
    Instrument, Span,
    field::{Empty, display},
};

use crate::{
    OAuth,
    locale::{READER, Reader, prefers_html},
    refusals, request_id,
    response::{self, Failure, Refused, no_store},
};

/// See [`OAuth::middleware`].
#[derive(Clone)]
pub struct OAuthMiddleware(OAuth);

impl OAuthMiddleware {
    pub(crate) fn new(oauth: OAuth) -> Self {
        Self(oauth)
    }
}

impl<E: Endpoint> Middleware<E> for OAuthMiddleware {
    type Output =
        OAuthEndpoint<CatchPanicEndpoint<NormalizePathEndpoint<E>, fn(Panic) -> Response>>;

    fn transform(&self, inner: E) -> Self::Output {
        let trimmed = NormalizePath::new(TrailingSlash::Trim).transform(inner);
        let caught =
            CatchPanic::new().with_handler(panicked as fn(Panic) -> Response).transform(trimmed);
        OAuthEndpoint { oauth: self.0.clone(), inner: caught }
    }
}

type Panic = Box<dyn std::any::Any + Send + 'static>;

fn panicked(_: Panic) -> Response {
    if refusals::admits("failed handler") {
        tracing::error!("a handler panicked");
    }
    response::failure()
}

/// An application inside of [`OAuth::middleware`].
pub struct OAuthEndpoint<E> {
    oauth: OAuth,
    inner: E,
}

impl<E: Endpoint> Endpoint for OAuthEndpoint<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let started = Instant::now();
        let request_id = request_id::of(&request, self.oauth.proxies());
        let address = self.oauth.proxies().client_address(&request);
        let origin = Arc::new(Origin { request_id, address });
        let span = span(&request, &origin);
        let is_secure = self.oauth.proxies().is_secure(&request);
        request.set_data(self.oauth.clone());
        let reader = Arc::new(Reader::of(&request, self.oauth.pages().messages()));
        let answered = async {
            self.inner.call(request).await.map_or_else(answer, IntoResponse::into_response)
        };
        let answered = self.oauth.refusals().around(answered.instrument(span.clone()));
        let answered = Arc::clone(&origin).around(answered);
        let response = READER.scope(Arc::clone(&reader), answered).await;
        let mut response = span.in_scope(|| {
            let in_query = reader.sent_token_in_query();
            let response = READER.sync_scope(reader, || self.for_reader(response));
            let response = if in_query { no_store(response) } else { response };
            self.log(&response, started);
            response
        });
        self.protect(&mut response, is_secure);
        if let Ok(id) = HeaderValue::try_from(&origin.request_id) {
            response.headers_mut().insert("X-Request-Id", id);
        }
        Ok(response)
    }
}

impl<E> OAuthEndpoint<E> {
    fn log(&self, response: &Response, started: Instant) {
        let status = response.status();
        let is_refusal = status.is_client_error()
            || status.is_server_error()
            || response.data::<Refused>().is_some();
        let kind = status.canonical_reason().unwrap_or("another status");
        if !is_refusal || self.oauth.refusals().admits(kind) {
            let (status, micros) = (status.as_u16(), started.elapsed().as_micros());
            tracing::info!(status, micros, "answered");
        }
    }

    /// What every answer says, those to programs included, unless the application says otherwise.
    fn protect(&self, response: &mut Response, is_secure: bool) {
        let always = (header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        // RFC 6797 §7.2: not over plain HTTP, where anybody could have said it.
        let over_tls = (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
        let keeps_to_tls = self.oauth.settings().ssl_only && is_secure;
        for (name, value) in [always].into_iter().chain(keeps_to_tls.then_some(over_tls)) {
            response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
        }
    }

    /// Nobody has written a page for a wrong address or a failure of ours: who reads pages gets one of the provider's own.
    fn for_reader(&self, response: Response) -> Response {
        if response.data::<Failure>().is_none() {
            return response;
        }
        if prefers_html() {
            let mut page = response::page::for_browser(&self.oauth, response.status());
            if let Some(when) = response.headers().get(header::RETRY_AFTER) {
                page.headers_mut().insert(header::RETRY_AFTER, when.clone());
            }
            return page;
        }
        response::varies_by(response, "Accept")
    }
}

/// poem puts an error's text into the body: of a failure of ours, that is for the log.
fn answer(error: poem::Error) -> Response {
    if let Some(cause) = error.downcast_ref::<StoreError>() {
        return response::failed(cause);
    }
    if error.status().is_server_error() && !error.is_from_response() {
        if refusals::admits("failed handler") {
            tracing::error!(%error, "a handler failed");
        }
        let mut response = response::failure();
        response.set_status(error.status());
        return response;
    }
    let is_nothing = error.is::<NotFoundError>();
    let mut response = error.into_response();
    if is_nothing {
        response.set_data(Failure);
    }
    response
}

/// What every line of the request begins with. The path comes without the query, where codes and tokens stand; what is
/// empty here is said where a request is refused.
fn span(request: &Request, origin: &Origin) -> Span {
    let id = &origin.request_id;
    let method = cut(request.method().as_str(), 16);
    let path = cut(request.uri().path(), 512);
    let client = origin.address.map(display);
    let trace_id = request_id::trace_id(request.headers()).map(display);
    tracing::info_span!(
        "request", %id, %method, path, client, trace_id, client_id = Empty, sign_in_failed = Empty, refused = Empty,
    )
}

fn cut(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| text.split_at(end).0)
}
