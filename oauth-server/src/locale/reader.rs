//! Who reads the answer to a request: in which language, and whether as a page or as data.

use poem::{
    Request,
    http::header::{ACCEPT, ACCEPT_LANGUAGE},
};

use super::{
    Messages,
    preference::{Preference, preferences},
};

tokio::task_local! {
    /// Set by [`OAuth::middleware`](crate::OAuth::middleware) around the application, so that whoever renders a page need
    /// not hand the request on.
    pub(crate) static READER: Reader;
}

/// What a request wishes of its answer: RFC 9110 §12.5.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    language: String,
    prefers_html: bool,
}

impl Reader {
    pub(crate) fn of(request: &Request, messages: &Messages) -> Self {
        let wishes = preferences(request.headers(), &ACCEPT_LANGUAGE);
        let accepted = preferences(request.headers(), &ACCEPT);
        Self {
            language: messages.negotiated(wishes).to_owned(),
            prefers_html: quality("text/html", &accepted) > quality("application/json", &accepted),
        }
    }
}

/// Whether a page says more to who reads this answer than JSON: a browser names `text/html`, a program does not.
pub(crate) fn prefers_html() -> bool {
    READER.try_with(|reader| reader.prefers_html).unwrap_or_default()
}

/// The language of this request; none outside of the middleware.
pub(super) fn language() -> Option<String> {
    READER.try_with(|reader| reader.language.clone()).ok()
}

/// RFC 9110 §12.5.1: the most specific range that matches has the say.
fn quality(media_type: &str, accepted: &[Preference]) -> u16 {
    let (family, _) = media_type.split_once('/').unwrap_or_default();
    let of = |range: &str| accepted.iter().find(|entry| entry.range == range);
    let found = of(media_type).or_else(|| of(&format!("{family}/*"))).or_else(|| of("*/*"));
    found.map_or(0, |entry| entry.quality)
}
