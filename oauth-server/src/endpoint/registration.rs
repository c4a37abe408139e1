//! Where clients register themselves, and manage that: RFC 7591, RFC 7592.

pub(crate) mod documented;
pub(super) mod metadata;

use oauth_core::{ClientInformation, ClientRegistrationError as Error};
use poem::{
    Body, Endpoint, IntoResponse, Middleware, Request, Response, Result,
    endpoint::make,
    http::{HeaderValue, Method, StatusCode, header},
    web::Json,
};
use serde_json::json;

use crate::{
    OAuth,
    body::{self, Unreadable},
    cors::Cors,
    methods, own, request,
    response::{failed, no_store, quoted, try_again_after},
};

/// Why there is no answer of a verb.
enum Fault {
    Refused(Error),
    Unreadable(Unreadable),
    Malformed(&'static str),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl OAuth {
    /// Where clients register themselves (RFC 7591), at a path of your own, for where
    /// [`Settings::dynamic_registration`](crate::Settings) says that they may: POST.
    pub fn registration_endpoint(&self) -> impl Endpoint<Output = Response> + use<> {
        let endpoint = methods::post(answering(self));
        own::around(self, Cors::of_registration().transform(own::contained(endpoint)))
    }

    /// Where a client manages its registration (RFC 7592): GET, PUT and DELETE below the same path, at `/:client_id`.
    pub fn registration_management(&self) -> impl Endpoint<Output = Response> + use<> {
        let endpoint = methods::get(answering(self)).put(answering(self)).delete(answering(self));
        own::around(self, Cors::of_management().transform(own::contained(endpoint)))
    }
}

fn answering(oauth: &OAuth) -> impl Endpoint<Output = Response> + use<> {
    let oauth = oauth.clone();
    make(move |mut request: Request| {
        let oauth = oauth.clone();
        async move {
            let body = request.take_body();
            let client_id = request.raw_path_param("client_id");
            Result::<Response>::Ok(answer(&oauth, &request, client_id, body).await)
        }
    })
}

/// What is said to a request about this client, or about one that there is not yet.
pub(super) async fn answer(
    oauth: &OAuth,
    request: &Request,
    client_id: Option<&str>,
    body: Body,
) -> Response {
    let answered = judged(oauth, request, client_id, body).await;
    answered.unwrap_or_else(|fault| refused(oauth, fault))
}

async fn judged(
    oauth: &OAuth,
    request: &Request,
    client_id: Option<&str>,
    body: Body,
) -> Result<Response, Fault> {
    if oauth.settings().ssl_only && !oauth.proxies().is_secure(request) {
        return Err(Fault::Malformed("this endpoint must be asked over TLS"));
    }
    let server = oauth.server().asked_by(oauth.caller(request));
    let authorization = request::authorization(request).map_err(Fault::Malformed)?;
    let authorization = authorization.as_deref();
    match (client_id, request.method()) {
        (None, _) => {
            let body = document(request, body).await?;
            let registered = server.register_stranger(authorization, &body).await?;
            Ok(told(oauth, &registered, StatusCode::CREATED))
        }
        (Some(client_id), &Method::PUT) => {
            let body = document(request, body).await?;
            let changed = server.change_own_registration(client_id, authorization, &body).await?;
            Ok(told(oauth, &changed, StatusCode::OK))
        }
        (Some(client_id), &Method::DELETE) => {
            server.delete_own_registration(client_id, authorization).await?;
            Ok(no_store(StatusCode::NO_CONTENT.into_response()))
        }
        (Some(client_id), _) => {
            let read = server.own_registration(client_id, authorization).await?;
            Ok(told(oauth, &read, StatusCode::OK))
        }
    }
}

/// JSON that says so: a form of another site cannot.
async fn document(request: &Request, body: Body) -> Result<Vec<u8>, Fault> {
    let bytes = body::limited(request, body).await.map_err(Fault::Unreadable)?;
    let essence = request.content_type().and_then(|value| value.split(';').next());
    if essence.unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        Ok(bytes)
    } else {
        Err(Fault::Malformed("the body must be application/json"))
    }
}

fn told(oauth: &OAuth, information: &ClientInformation, status: StatusCode) -> Response {
    let address = oauth.url(|addresses| &addresses.registration);
    let client_id = &information.client.client_id;
    let own = format!("{}/{client_id}", address.trim_end_matches('/'));
    let response = Json(information.document(&own)).with_status(status);
    no_store(response.into_response())
}

fn refused(oauth: &OAuth, fault: Fault) -> Response {
    let body = |code: &str, description: &str| {
        let body = json!({ "error": code, "error_description": description });
        no_store(Json(body).with_status(StatusCode::BAD_REQUEST).into_response())
    };
    let error = match fault {
        Fault::Unreadable(fault) => {
            return fault.mark(body("invalid_client_metadata", fault.description()));
        }
        Fault::Malformed(why) => return body("invalid_client_metadata", why),
        Fault::Refused(error) => error,
    };
    let mut response = body(error.code(), error.description());
    match &error {
        Error::InvalidToken { description, is_presented } => {
            let mut challenge = format!("Bearer realm=\"{}\"", quoted(&oauth.settings().realm));
            if *is_presented {
                challenge += &format!(
                    ", error=\"invalid_token\", error_description=\"{}\"",
                    quoted(description)
                );
            }
            response.set_status(StatusCode::UNAUTHORIZED);
            if let Ok(challenge) = HeaderValue::from_str(&challenge) {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            }
        }
        Error::AccessDenied(_) => response.set_status(StatusCode::FORBIDDEN),
        Error::TooMany { retry_after } => {
            response.set_status(StatusCode::TOO_MANY_REQUESTS);
            return try_again_after(*retry_after, response);
        }
        Error::Server(cause) => return failed(cause),
        _ => {}
    }
    response
}
