//! Who reads the answer to a request: in which language, and whether as a page or as data.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

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
    pub(crate) static READER: Arc<Reader>;
}

/// What a request wishes of its answer: RFC 9110 §12.5.
#[derive(Debug)]
pub(crate) struct Reader {
    language: String,
    prefers_html: bool,
    token_in_query: AtomicBool,
}

impl Reader {
    pub(crate) fn of(request: &Request, messages: &Messages) -> Self {
        let wishes = preferences(request.headers(), &ACCEPT_LANGUAGE);
        let accepted = preferences(request.headers(), &ACCEPT);
        Self {
            language: messages.negotiated(wishes).to_owned(),
            prefers_html: quality("text/html", &accepted) > quality("application/json", &accepted),
            token_in_query: AtomicBool::new(false),
        }
    }

    /// Whether a guard found the token in the query.
    pub(crate) fn sent_token_in_query(&self) -> bool {
        self.token_in_query.load(Ordering::Relaxed)
    }
}

/// Notes that a guard found the token in the query. RFC 6750 §2.3: such answers "SHOULD contain a Cache-Control header
/// with the 'private' option"; they are kept by nobody here, and their URL does not travel on as a referrer.
pub(crate) fn token_was_in_query() {
    // Outside of the middleware every guarded request is refused.
    READER.try_with(|reader| reader.token_in_query.store(true, Ordering::Relaxed)).ok();
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
    let of_family = || accepted.iter().find(|entry| entry.range.strip_suffix("/*") == Some(family));
    let found = of(media_type).or_else(of_family).or_else(|| of("*/*"));
    found.map_or(0, |entry| entry.quality)
}
