//! What goes around the whole application.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use oauth_core::{Secret, StoreError};
use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response, Result,
    error::NotFoundError,
    http::{HeaderValue, header},
    middleware::{
        CatchPanic, CatchPanicEndpoint, NormalizePath, NormalizePathEndpoint, TrailingSlash,
    },
};
use tracing::Instrument;

use crate::{
    OAuth,
    locale::{READER, Reader, prefers_html},
    response::{self, Failure, no_store},
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
    tracing::error!("a handler panicked");
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
        let id = next_id();
        // Without the query: that is where codes and tokens stand.
        let (method, path) = (request.method(), request.uri().path());
        let client = self.oauth.proxies().client_address(&request).map(tracing::field::display);
        let span = tracing::info_span!("request", %id, %method, path, client);
        let is_secure = self.oauth.proxies().is_secure(&request);
        request.set_data(self.oauth.clone());
        let reader = Arc::new(Reader::of(&request, self.oauth.pages().messages()));
        let inner = self.inner.call(request).instrument(span.clone());
        let outcome = READER.scope(Arc::clone(&reader), inner).await;
        let mut response = span.in_scope(|| {
            let response = outcome.map_or_else(answer, IntoResponse::into_response);
            let in_query = reader.sent_token_in_query();
            let response = READER.sync_scope(reader, || self.for_reader(response));
            let response = if in_query { no_store(response) } else { response };
            let status = response.status().as_u16();
            tracing::info!(status, micros = started.elapsed().as_micros(), "answered");
            response
        });
        self.protect(&mut response, is_secure);
        if let Ok(id) = HeaderValue::try_from(id) {
            response.headers_mut().insert("X-Request-Id", id);
        }
        Ok(response)
    }
}

impl<E> OAuthEndpoint<E> {
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
        tracing::error!(%error, "a handler failed");
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

/// Tells the requests of one process apart, and one start of it from the next.
fn next_id() -> String {
    static START: OnceLock<String> = OnceLock::new();
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let start = START.get_or_init(|| {
        Secret::generate().expose().chars().filter(char::is_ascii_alphanumeric).take(6).collect()
    });
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    [start.as_str(), &number.to_string()].join("-")
}
