//! What goes around the provider's own endpoints: their failures are pages of ours, and no handler takes one down.

use oauth_core::StoreError;
use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response, Result,
    error::NotFoundError,
    middleware::{
        CatchPanic, CatchPanicEndpoint, NormalizePath, NormalizePathEndpoint, TrailingSlash,
    },
};

use crate::{
    OAuth, OAuthEndpoint, OAuthMiddleware, refusals,
    response::{self, Failure, Own},
};

/// See [`OAuth::full_middleware`].
#[derive(Clone)]
pub struct FullMiddleware(OAuth);

impl FullMiddleware {
    pub(crate) fn new(oauth: OAuth) -> Self {
        Self(oauth)
    }
}

impl<E: Endpoint> Middleware<E> for FullMiddleware {
    type Output = OAuthEndpoint<OwnEndpoint<NormalizePathEndpoint<E>>>;

    fn transform(&self, inner: E) -> Self::Output {
        around(&self.0, NormalizePath::new(TrailingSlash::Trim).transform(inner))
    }
}

/// One of the provider's own endpoints, with what guards need inside of it, wherever it is mounted.
pub(crate) fn around<E: Endpoint>(oauth: &OAuth, inner: E) -> OAuthEndpoint<OwnEndpoint<E>> {
    OAuthMiddleware::new(oauth.clone()).transform(contained(inner))
}

/// The same of one that only works inside of the middleware.
pub(crate) fn contained<E: Endpoint>(inner: E) -> OwnEndpoint<E> {
    let caught = CatchPanic::new().with_handler(panicked as fn(Panic) -> Response);
    OwnEndpoint(caught.transform(inner))
}

/// An endpoint whose answers are the provider's own, whatever becomes of it.
pub struct OwnEndpoint<E>(CatchPanicEndpoint<E, fn(Panic) -> Response>);

type Panic = Box<dyn std::any::Any + Send + 'static>;

impl<E: Endpoint> Endpoint for OwnEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let mut response =
            self.0.call(request).await.map_or_else(answer, IntoResponse::into_response);
        response.set_data(Own);
        Ok(response)
    }
}

fn panicked(_: Panic) -> Response {
    if refusals::admits("failed handler") {
        tracing::error!("a handler panicked");
    }
    response::failure()
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
