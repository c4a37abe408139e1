//! Pages: handlebars templates that are compiled in and can be replaced by name, and the headers that all of them carry.

mod sources;
mod templates;

use poem::{
    Response,
    http::{HeaderValue, StatusCode, header},
};
use serde::Serialize;

pub(crate) use self::{
    sources::{Locale, Sources},
    templates::Pages,
};
use crate::{OAuth, response};

/// A page to be rendered.
///
/// ```no_run
/// use oauth_server::{OAuth, Page};
/// use poem::{Response, handler, http::StatusCode, web::Data};
///
/// /// By the application's own template `gone`.
/// #[handler]
/// fn gone(Data(oauth): Data<&OAuth>) -> Response {
///     Page::new("gone", &serde_json::json!({ "what": "note" })).status(StatusCode::GONE).render(oauth)
/// }
/// ```
#[must_use]
pub struct Page<'a, C> {
    template: &'a str,
    context: &'a C,
    language: Option<&'a str>,
    status: StatusCode,
    leads_to_a_client: bool,
    submits_itself: bool,
    images: &'static str,
}

impl<'a, C: Serialize> Page<'a, C> {
    /// A page with status 200, whose forms stay here, and which no other site's window can reach.
    pub fn new(template: &'a str, context: &'a C) -> Self {
        Self {
            template,
            context,
            language: None,
            status: StatusCode::OK,
            leads_to_a_client: false,
            submits_itself: false,
            images: "'self'",
        }
    }

    /// In this language, whatever the reader asks for: where a template says its text itself.
    pub fn language(self, language: &'a str) -> Self {
        Self { language: Some(language), ..self }
    }

    /// With another status.
    pub fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Its form, or what follows, sends the browser on to a client.
    ///
    /// Such a page has no `form-action`: Chromium holds every redirect after a form against it, those of the client's
    /// own included, to whatever scheme and host, and no list can know them (w3c/webappsec-csp issue 8). And its opener
    /// stays: a client that opened it in a window of its own waits there for the answer.
    pub(crate) fn leads_to_a_client(self) -> Self {
        Self { leads_to_a_client: true, ..self }
    }

    /// Lets it run the one script that there is, `submit.js`, which sends its form to another site. That learns the page's
    /// origin and no more: else browsers say `Origin: null`, which many sites refuse.
    pub(crate) fn submits_itself(self) -> Self {
        Self { submits_itself: true, ..self }
    }

    /// Lets it show the pictures of clients.
    pub(crate) fn images_from_clients(self) -> Self {
        Self { images: "'self' https: http://localhost:* http://127.0.0.1:*", ..self }
    }

    /// The answer, with the provider's security headers: nobody may frame it (RFC 6749 §10.13), keep it, or learn its
    /// URL, and it runs no script but where it sends its own form.
    pub fn render(self, oauth: &OAuth) -> Response {
        let (pages, messages) = (oauth.pages(), oauth.pages().messages());
        let language = self
            .language
            .map_or_else(|| messages.language(), |language| messages.nearest(language).to_owned());
        let html = match pages.render(&language, self.template, self.context) {
            Ok(html) => html,
            Err(error) => {
                tracing::error!(template = self.template, %error, "a page failed");
                return response::failure();
            }
        };
        let (form_action, opener) = if self.leads_to_a_client {
            ("", "unsafe-none")
        } else {
            (" form-action 'self';", "same-origin")
        };
        let script = if self.submits_itself { pages.script.as_str() } else { "" };
        let policy = format!(
            "default-src 'none';{script} style-src 'self' {}; img-src {};{form_action} frame-ancestors 'none'; base-uri 'none'",
            pages.styles, self.images
        );
        let response = Response::builder()
            .status(self.status)
            .content_type("text/html; charset=utf-8")
            .body(html);
        let mut response = response::varies_by(response::no_store(response), "Accept-Language");
        match HeaderValue::from_str(&policy) {
            Ok(policy) => response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy),
            Err(_) => return response::failure(),
        };
        if let Ok(language) = HeaderValue::from_str(&language) {
            response.headers_mut().insert(header::CONTENT_LANGUAGE, language);
        }
        if self.submits_itself {
            let origin_alone = HeaderValue::from_static("strict-origin");
            response.headers_mut().insert(header::REFERRER_POLICY, origin_alone);
        }
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", opener),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", PERMISSIONS),
        ] {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

/// What no page of ours asks a browser for.
const PERMISSIONS: &str = "camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), midi=(), payment=(), \
    serial=(), usb=()";

/// A field that a form carries along unseen.
#[derive(Debug, Serialize)]
pub(crate) struct HiddenField {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}
