//! The parameters of a request, as they go over the wire.

use oauth_core::Params;
use url::{Url, form_urlencoded};

/// Names and values in order; a name may stand there twice.
#[derive(Clone)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub(crate) fn new(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// With this value in place of what the parameter was.
    pub(crate) fn set(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// With this value beside what the parameter was.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

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
