//! Pages: handlebars templates that are compiled in and can be replaced by name, and the headers that all of them carry.

use base64::{Engine, engine::general_purpose::STANDARD};
use handlebars::Handlebars;
use oauth_core::Session;
use poem::{
    Response,
    http::{HeaderValue, StatusCode, header},
};
use rust_embed::RustEmbed;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{BuildError, OAuth, response};

#[derive(RustEmbed)]
#[folder = "templates"]
#[include = "*.hbs"]
#[include = "*.css"]
struct Bundled;

/// The parsed templates, and the hashes by which the policy knows the stylesheets.
pub(crate) struct Pages {
    templates: Handlebars<'static>,
    styles: String,
}

impl Pages {
    /// The bundled templates, and those of the application over them.
    pub(crate) fn with(overrides: Vec<(String, String)>) -> Result<Self, BuildError> {
        let mut templates = Handlebars::new();
        templates.set_strict_mode(true);
        let bundled = Bundled::iter().filter_map(|file| {
            let source = Bundled::get(&file)?;
            let name = file.strip_suffix(".hbs").unwrap_or(&file).to_owned();
            Some((name, String::from_utf8_lossy(&source.data).into_owned()))
        });
        let mut styles = STYLESHEETS.map(|_| String::new());
        for (name, source) in bundled.chain(overrides) {
            let stylesheets = STYLESHEETS.iter().zip(&mut styles);
            for (_, style) in stylesheets.filter(|(stylesheet, _)| **stylesheet == name) {
                *style = STANDARD.encode(Sha256::digest(source.as_bytes()));
            }
            let parsed = templates.register_template_string(&name, source);
            parsed.map_err(|error| BuildError::Template { name, problem: error.to_string() })?;
        }
        let styles = styles.map(|hash| format!("'sha256-{hash}'")).join(" ");
        Ok(Self { templates, styles })
    }
}

/// The stylesheets stand inside of each page, so that an application has nothing to mount.
const STYLESHEETS: [&str; 2] = ["style.css", "admin/style.css"];

/// A page to be rendered.
#[must_use]
pub struct Page<'a, C> {
    template: &'a str,
    context: &'a C,
    status: StatusCode,
    form_action: String,
    images: &'static str,
}

impl<'a, C: Serialize> Page<'a, C> {
    /// A page with status 200, whose forms stay here.
    pub fn new(template: &'a str, context: &'a C) -> Self {
        Self {
            template,
            context,
            status: StatusCode::OK,
            form_action: "'self'".to_owned(),
            images: "'self'",
        }
    }

    /// With another status.
    pub fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Lets the answer to its form redirect to this source.
    pub(crate) fn form_goes_on_to(self, source: &str) -> Self {
        let separator = if source.is_empty() { "" } else { " " };
        Self { form_action: format!("{}{separator}{source}", self.form_action), ..self }
    }

    /// Lets it show the pictures of clients.
    pub(crate) fn images_from_clients(self) -> Self {
        Self { images: "'self' https: http://localhost:* http://127.0.0.1:*", ..self }
    }

    /// The answer, with the provider's security headers: nobody may frame it (RFC 6749 §10.13), keep it, or learn its
    /// URL, and it runs no script.
    pub fn render(self, oauth: &OAuth) -> Response {
        let pages = oauth.pages();
        let html = match pages.templates.render(self.template, self.context) {
            Ok(html) => html,
            Err(error) => {
                tracing::error!(template = self.template, %error, "a page failed");
                return response::failure();
            }
        };
        let policy = format!(
            "default-src 'none'; style-src 'self' {}; img-src {}; form-action {}; frame-ancestors 'none'; base-uri 'none'",
            pages.styles, self.images, self.form_action
        );
        let response = Response::builder()
            .status(self.status)
            .content_type("text/html; charset=utf-8")
            .body(html);
        let mut response = response::no_store(response);
        match HeaderValue::from_str(&policy) {
            Ok(policy) => response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy),
            Err(_) => return response::failure(),
        };
        response.headers_mut().insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        response
    }
}

/// A field that a form carries along unseen.
#[derive(Debug, Serialize)]
pub(crate) struct HiddenField {
    name: &'static str,
    value: String,
}

impl HiddenField {
    /// What proves that the form was made for this session.
    pub(crate) fn csrf_token(session: &Session) -> Self {
        Self { name: "csrf_token", value: session.csrf_token().expose().to_owned() }
    }
}
