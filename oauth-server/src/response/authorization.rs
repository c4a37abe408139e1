//! What the authorization endpoint answers: RFC 6749 §4.1.2 and §4.1.2.1.

use oauth_core::{AuthorizationError, AuthorizationResponse, PageFault};
use poem::{Response, http::StatusCode};
use serde::Serialize;
use serde_json::json;

use super::{Refused, see_other, tell, try_again};
use crate::{AuthorizationPage, OAuth, Page, locale::Message, pages::HiddenField, refusals};

/// A refusal: at the client, or on a page where nothing may be sent there.
pub(crate) fn refusal(
    error: AuthorizationError,
    oauth: &OAuth,
    page: &AuthorizationPage,
) -> Response {
    match error {
        AuthorizationError::Client { response, code, description, cause } => {
            cause.iter().for_each(tell);
            if refusals::admits("authorization request") {
                tracing::info!(error = code.as_str(), %description, "an authorization request is refused at the client");
            }
            refused(at_client(oauth, response))
        }
        AuthorizationError::Page(fault) => on_page(&fault, oauth, page),
        AuthorizationError::Server(cause) => {
            tell(&cause);
            if cause.is_unavailable() { unavailable(oauth) } else { failed(oauth) }
        }
        _ => failed(oauth),
    }
}

/// The browser takes this to the client: by a redirect, or by a form that it posts (OAuth 2.0 Form Post Response Mode
/// §2), with a script where it runs one, and else by a button.
pub(crate) fn at_client(oauth: &OAuth, response: AuthorizationResponse) -> Response {
    match response {
        AuthorizationResponse::Redirect(location) => see_other(&location),
        AuthorizationResponse::FormPost { redirect_uri, fields } => {
            let context = FormPost {
                redirect_host: redirect_uri.host(),
                redirect_on_device: redirect_uri.is_native(),
                form_action: redirect_uri.as_str(),
                form: fields.into_iter().map(|(name, value)| HiddenField { name, value }).collect(),
            };
            Page::new("authorize_post", &context).leads_to_a_client().submits_itself().render(oauth)
        }
    }
}

#[derive(Serialize)]
struct FormPost<'a> {
    redirect_host: Option<String>,
    redirect_on_device: bool,
    form_action: &'a str,
    form: Vec<HiddenField>,
}

/// The browser goes there with the refusal.
fn refused(mut response: Response) -> Response {
    response.set_data(Refused);
    response
}

/// The embedder's page, as in djoauth2; or one of ours that names the fault.
fn on_page(fault: &PageFault, oauth: &OAuth, page: &AuthorizationPage) -> Response {
    if refusals::admits("authorization request") {
        tracing::info!(%fault, "an authorization request cannot be answered by redirect");
    }
    if let Some(uri) = page.missing_redirect_uri {
        return refused(see_other(&oauth.place().link(uri)));
    }
    let problem = match fault {
        PageFault::InsecureRequest => Message::new("authorize-error-insecure"),
        PageFault::MissingClientId | PageFault::UnknownClient | PageFault::ClientDocument(_) => {
            Message::new("authorize-error-client")
        }
        PageFault::MissingRedirectUri | PageFault::InvalidRedirectUri(_) => {
            Message::new("authorize-error-redirect-uri")
        }
        PageFault::InvalidRequestUri(_) => Message::new("authorize-error-request-uri"),
        _ => Message::new("authorize-error-malformed"),
    };
    let title = Message::new("authorize-error-title");
    error_page(oauth, StatusCode::BAD_REQUEST, [title, problem], Some(&fault.to_string()))
}

fn failed(oauth: &OAuth) -> Response {
    let texts = [Message::new("failure-title"), Message::new("failure-text")];
    error_page(oauth, StatusCode::INTERNAL_SERVER_ERROR, texts, None)
}

fn unavailable(oauth: &OAuth) -> Response {
    let texts = [Message::new("unavailable-title"), Message::new("unavailable-text")];
    try_again(error_page(oauth, StatusCode::SERVICE_UNAVAILABLE, texts, None))
}

/// Nothing was granted: the form is another session's, or its session has ended.
pub(crate) fn form_expired(oauth: &OAuth) -> Response {
    let texts = [Message::new("expired-title"), Message::new("expired-consent")];
    error_page(oauth, StatusCode::FORBIDDEN, texts, None)
}

/// A page that says what is wrong, and that nothing was granted. The fault is for the client's developer, in English.
fn error_page(
    oauth: &OAuth,
    status: StatusCode,
    [title, problem]: [Message; 2],
    fault: Option<&str>,
) -> Response {
    let context =
        json!({ "title": title.said(oauth), "problem": problem.said(oauth), "fault": fault });
    Page::new("authorize_error", &context).status(status).render(oauth)
}
