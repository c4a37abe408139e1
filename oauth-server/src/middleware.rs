//! What goes around an application: what guards need, and no answer of its own is changed.

use std::{sync::Arc, time::Instant};

use oauth_core::Origin;
use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response, Result,
    http::{HeaderValue, header},
};
use tracing::{
    Instrument, Span,
    field::{Empty, display},
};

use crate::{
    OAuth,
    addresses::Asked,
    locale::{READER, Reader, prefers_html},
    request, request_id,
    response::{self, Failure, Own, Refused, kept_by_nobody},
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
    type Output = OAuthEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        OAuthEndpoint { oauth: self.0.clone(), inner }
    }
}

/// An application inside of [`OAuth::middleware`].
pub struct OAuthEndpoint<E> {
    oauth: OAuth,
    inner: E,
}

impl<E: Endpoint> Endpoint for OAuthEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        if request.data::<OAuth>().is_some_and(|around| around.is(&self.oauth)) {
            return self.inner.call(request).await.map(IntoResponse::into_response);
        }
        let started = Instant::now();
        // Another provider's middleware may have named the request.
        let origin = Origin::current().unwrap_or_else(|| self.origin(&request));
        let span = span(&request, &origin);
        let is_secure = self.oauth.proxies().is_secure(&request);
        let request = self.found(request);
        let reader = Arc::new(Reader::of(&request, self.oauth.pages().messages()));
        let answered = async { self.inner.call(request).await.map(IntoResponse::into_response) };
        let answered = self.oauth.refusals().around(answered.instrument(span.clone()));
        let answered = Arc::clone(&origin).around(answered);
        let answered = READER.scope(Arc::clone(&reader), answered).await;
        span.in_scope(|| {
            self.log(&answered, started);
            let in_query = reader.sent_token_in_query();
            let answered =
                READER.sync_scope(reader, || self.finished(answered, is_secure, &origin));
            if in_query { answered.map(kept_by_nobody) } else { answered }
        })
    }
}

impl<E> OAuthEndpoint<E> {
    fn origin(&self, request: &Request) -> Arc<Origin> {
        let request_id = request_id::of(request, self.oauth.proxies());
        Arc::new(Origin { request_id, address: self.oauth.proxies().client_address(request) })
    }

    /// With its server; and an endpoint of ours, whose route has no trailing slash, is found with one, too.
    fn found(&self, mut request: Request) -> Request {
        request.set_data(self.oauth.clone());
        Asked::note(&mut request);
        let uri = request.uri();
        if let Some(path) = self.oauth.place().without_slash(uri.path()) {
            *request.uri_mut() = request::with_path(uri, path);
        }
        request
    }

    fn log(&self, answered: &Result<Response>, started: Instant) {
        let (status, refused) = match answered {
            Ok(response) => (response.status(), response.data::<Refused>().is_some()),
            Err(error) => (error.status(), false),
        };
        let is_refusal = refused || status.is_client_error() || status.is_server_error();
        let kind = status.canonical_reason().unwrap_or("another status");
        if !is_refusal || self.oauth.refusals().admits(kind) {
            let (status, micros) = (status.as_u16(), started.elapsed().as_micros());
            tracing::info!(status, micros, "answered");
        }
    }

    /// What is the application's own stays as it is.
    fn finished(
        &self,
        answered: Result<Response>,
        is_secure: bool,
        origin: &Origin,
    ) -> Result<Response> {
        let response = match answered {
            Ok(response) if response.data::<Own>().is_some() => response,
            Err(error) if error.data::<Own>().is_some() => error.into_response(),
            others => return others,
        };
        let mut response = self.for_reader(response);
        self.protect(&mut response, is_secure);
        if let Ok(id) = HeaderValue::try_from(&origin.request_id) {
            response.headers_mut().entry("X-Request-Id").or_insert(id);
        }
        Ok(response)
    }

    /// What every answer of ours says, those to programs included, unless the application has said otherwise.
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
