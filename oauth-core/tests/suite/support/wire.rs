//! What goes over the wire, as the crate takes it and gives it.

use oauth_core::{AuthorizationResponse, Params};
use url::{Url, form_urlencoded};

use super::Form;

impl Form {
    pub(crate) fn params(&self) -> Params {
        Params::parse(self.encoded().as_bytes())
    }
}

/// What a browser is redirected by.
pub(crate) trait Redirect {
    fn location(&self) -> &str;
}

impl Redirect for str {
    fn location(&self) -> &str {
        self
    }
}

impl Redirect for &str {
    fn location(&self) -> &str {
        self
    }
}

impl Redirect for String {
    fn location(&self) -> &str {
        self
    }
}

impl Redirect for AuthorizationResponse {
    fn location(&self) -> &str {
        let Self::Redirect(location) = self else { panic!("not a redirect: {self:?}") };
        location
    }
}

/// What an answer carries in its query.
pub(crate) fn in_query(answer: &(impl Redirect + ?Sized), name: &str) -> Option<String> {
    let location = answer.location();
    let url = Url::parse(location).expect("an absolute URL");
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// What an answer carries in its fragment.
pub(crate) fn in_fragment(answer: &(impl Redirect + ?Sized), name: &str) -> Option<String> {
    let (_, fragment) = answer.location().split_once('#')?;
    let mut pairs = form_urlencoded::parse(fragment.as_bytes());
    pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}
