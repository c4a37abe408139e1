//! What the server answered, read to its end.

use std::fmt::{self, Display, Formatter};

use reqwest::{
    Response, StatusCode,
    header::{CONTENT_TYPE, HeaderMap, LOCATION, WWW_AUTHENTICATE},
};
use serde_json::Value;
use url::Url;

use crate::html;

pub(crate) struct Answer {
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Result<Self, reqwest::Error> {
        Ok(Self {
            url: response.url().clone(),
            status: response.status(),
            headers: response.headers().clone(),
            body: response.text().await?,
        })
    }

    pub(crate) fn header(&self, name: impl reqwest::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Where this answer sends the browser with a GET. A 307 would send the form again, password
    /// and all, which RFC 9700 §4.12 forbids: it counts as no redirect.
    pub(crate) fn redirect(&self) -> Option<Url> {
        if !matches!(self.status, StatusCode::FOUND | StatusCode::SEE_OTHER) {
            return None;
        }
        self.url.join(self.header(LOCATION)?).ok()
    }

    /// The challenge of RFC 6750 §3.
    pub(crate) fn challenge(&self) -> Option<&str> {
        self.header(WWW_AUTHENTICATE)
    }

    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }

    /// The title, where this is a page.
    pub(crate) fn page_title(&self) -> Option<String> {
        let html = self.header(CONTENT_TYPE)?.starts_with("text/html");
        html.then(|| html::title(&self.body).unwrap_or_default())
    }
}

/// The answer in a few words: its status, and what explains it.
impl Display for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(location) = self.header(LOCATION) {
            write!(f, " to {}", location.get(..LONGEST_LOCATION).unwrap_or(location))?;
        }
        if let Some(challenge) = self.challenge() {
            write!(f, " with WWW-Authenticate: {challenge}")?;
        }
        if let Some(title) = self.page_title() {
            write!(f, ", the page \"{title}\"")?;
        }
        let body = self.json().unwrap_or_default();
        if let Some(error) = body.get("error").and_then(Value::as_str) {
            write!(f, ", {error}")?;
        }
        if let Some(description) = body.get("error_description").and_then(Value::as_str) {
            write!(f, ": {description}")?;
        }
        Ok(())
    }
}

/// What is enough to recognize an address by.
const LONGEST_LOCATION: usize = 100;
