//! What a browser sent of a form.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use url::form_urlencoded;

/// The fields of a form as a browser sends them. A name may stand there more than once: so it is with checkboxes.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent(Vec<(String, String)>);

impl Sent {
    /// What is not UTF-8 becomes U+FFFD, which `Form::taken_in` refuses.
    pub(super) fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// With this field too.
    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// With a checkbox that is on or off.
    pub(super) fn with_check(self, name: &str, on: bool) -> Self {
        if on { self.with(name, "on") } else { self }
    }

    /// With each of these checkboxes of one name.
    pub(super) fn with_each<'v>(self, name: &str, values: impl Iterator<Item = &'v str>) -> Self {
        values.fold(self, |sent, value| sent.with(name, value))
    }

    /// A field as it was sent; empty where it was not.
    pub(super) fn raw(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// The text of a field, without white space around it.
    pub(super) fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The text of a field that may be left empty.
    pub(super) fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name).to_owned()).filter(|text| !text.is_empty())
    }

    /// Every value of a field.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a checkbox is on.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// What tells a record from the same one changed.
    pub(super) fn fingerprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{:?}", self.0)))
    }
}
