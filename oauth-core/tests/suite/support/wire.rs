//! What goes over the wire, as the crate takes it and gives it.

use oauth_core::Params;
use url::{Url, form_urlencoded};

use super::Form;

impl Form {
    pub(crate) fn params(&self) -> Params {
        Params::parse(self.encoded().as_bytes())
    }
}

/// What an answer carries in its query.
pub(crate) fn in_query(location: &str, name: &str) -> Option<String> {
    let url = Url::parse(location).expect("an absolute URL");
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// What an answer carries in its fragment.
pub(crate) fn in_fragment(location: &str, name: &str) -> Option<String> {
    let (_, fragment) = location.split_once('#')?;
    let mut pairs = form_urlencoded::parse(fragment.as_bytes());
    pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}
