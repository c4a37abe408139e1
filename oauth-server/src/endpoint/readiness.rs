//! Readiness, for load balancers and orchestrators.

use poem::{
    Endpoint, Request, Response, Result,
    http::{Method, StatusCode},
};

use crate::{OAuth, response};

/// 200 where the provider can serve, else 503 and why, in one word.
pub(crate) struct ReadinessEndpoint {
    oauth: OAuth,
}

impl ReadinessEndpoint {
    pub(crate) fn new(oauth: OAuth) -> Self {
        Self { oauth }
    }
}

impl Endpoint for ReadinessEndpoint {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Ok(response::method_not_allowed("GET, HEAD", Response::default()));
        }
        let answer = Response::builder().content_type("text/plain; charset=utf-8");
        let answer = match self.oauth.server().store().ready().await {
            Ok(()) => answer.body("ready"),
            Err(reason) => response::try_again(
                answer.status(StatusCode::SERVICE_UNAVAILABLE).body(reason.to_string()),
            ),
        };
        Ok(response::no_store(answer))
    }
}
