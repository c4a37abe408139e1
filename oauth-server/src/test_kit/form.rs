//! Parameters as they go over the wire.

use url::form_urlencoded;

/// The parameters of a request: names and values in order; a name may stand there twice.
///
/// ```
/// use oauth_server::test_kit::Form;
///
/// let form = Form::new(&[("scope", "read"), ("state", "xyz")]).set("scope", "read write");
/// assert_eq!(form.encoded(), "state=xyz&scope=read+write");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// These parameters.
    #[must_use]
    pub fn new(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// With this value in place of what the parameter was.
    #[must_use]
    pub fn set(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// Without the parameter.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// With this value beside what the parameter was.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The first value of the parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// As a body of the type `application/x-www-form-urlencoded`, or a query.
    #[must_use]
    pub fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}
