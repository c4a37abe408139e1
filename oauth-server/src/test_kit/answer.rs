//! What came back over the wire.

use std::fmt;

use reqwest::{Response, header::HeaderMap};
use serde_json::Value;
use url::{Url, form_urlencoded};

/// An answer, read to its end.
#[derive(Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as text.
    pub body: String,
}

impl Answer {
    pub(super) async fn read(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.text().await.expect("a body") }
    }

    /// The same, when it has this status.
    ///
    /// # Panics
    /// When it has another.
    #[track_caller]
    pub fn with_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:#?}");
        self
    }

    /// The value of a header, the empty text where there is none.
    ///
    /// # Panics
    /// When there are two.
    #[must_use]
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().map_or("", |value| value.to_str().expect("a readable header"));
        assert!(values.next().is_none(), "two headers {name}: {self:#?}");
        value
    }

    /// Whether there is such a header.
    #[must_use]
    pub fn has_header(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// The body, as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// A text of a JSON answer: `access_token`, `error`.
    ///
    /// # Panics
    /// When the answer has none of this name.
    #[must_use]
    #[track_caller]
    pub fn text(&self, name: &str) -> String {
        let json = self.json();
        let text = json.get(name).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("no text {name}: {self:#?}")).to_owned()
    }

    /// Where the browser is sent: the provider does so by 303 always (RFC 9700 §4.12).
    ///
    /// # Panics
    /// When the answer has another status.
    #[must_use]
    #[track_caller]
    pub fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{self:#?}");
        self.header("Location")
    }

    /// A parameter in the query of where the browser is sent: `code`, `state`, `error`.
    ///
    /// # Panics
    /// When it is sent nowhere, or to a path of this server.
    #[must_use]
    #[track_caller]
    pub fn in_query(&self, name: &str) -> Option<String> {
        let url = Url::parse(self.location()).unwrap_or_else(|error| panic!("{error}: {self:#?}"));
        url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// A parameter in the fragment of where the browser is sent: what the implicit grant answers (RFC 6749 §4.2.2).
    ///
    /// # Panics
    /// When it is sent nowhere.
    #[must_use]
    #[track_caller]
    pub fn in_fragment(&self, name: &str) -> Option<String> {
        let (_, fragment) = self.location().split_once('#')?;
        let mut pairs = form_urlencoded::parse(fragment.as_bytes());
        pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// That a token request was refused with this status and code, in the form of RFC 6749 §5.2.
    ///
    /// # Panics
    /// When it was not.
    #[track_caller]
    pub fn assert_refused(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{self:#?}");
        assert_eq!(self.text("error"), code, "{self:#?}");
        self.assert_is_token_error();
    }

    /// RFC 6749 §5.2: JSON with `error` and a description in the characters `%x20-21 / %x23-5B / %x5D-7E`.
    ///
    /// # Panics
    /// When it is something else.
    #[track_caller]
    pub fn assert_is_token_error(&self) {
        assert!(self.header("Content-Type").starts_with("application/json"), "{self:#?}");
        assert!(is_description(&self.text("error")), "{self:#?}");
        assert!(is_description(&self.text("error_description")), "{self:#?}");
        assert_eq!(self.header("Cache-Control"), "no-store", "{self:#?}");
        let challenge = self.header("WWW-Authenticate");
        assert_eq!(self.status == 401, challenge.starts_with("Basic realm="), "{self:#?}");
    }
}

/// For the message of a test that fails: without the stylesheet of each page.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (head, rest) = self.body.split_once("<style>").unwrap_or((&self.body, ""));
        let (_, tail) = rest.split_once("</style>").unwrap_or_default();
        write!(f, "{} {:#?}\n{head}{tail}", self.status, self.headers)
    }
}

/// RFC 6749 §5.2 and §4.1.2.1.
fn is_description(text: &str) -> bool {
    let allowed = |byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    !text.is_empty() && text.bytes().all(allowed)
}
