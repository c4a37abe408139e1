//! What a token is for: RFC 8707.

use std::fmt;

use url::Url;

/// The address of a protected resource (RFC 8707 §2), in the one form by which two of them are compared: scheme and host
/// in lower case, without a port that the scheme has anyway, and without a slash for an empty path.
///
/// ```
/// use oauth_core::Resource;
///
/// let resource: Resource = "HTTPS://API.example:443/".parse()?;
/// assert_eq!(resource.as_str(), "https://api.example");
/// assert!("https://api.example/#part".parse::<Resource>().is_err());
/// # Ok::<(), oauth_core::InvalidResource>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource(String);

/// What is not the address of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a resource is an absolute URI without a fragment (RFC 8707 section 2), of 2,000 bytes at most"
)]
pub struct InvalidResource;

impl std::str::FromStr for Resource {
    type Err = InvalidResource;

    fn from_str(text: &str) -> Result<Self, InvalidResource> {
        if text.len() > LONGEST || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(InvalidResource);
        }
        let url = Url::parse(text).map_err(|_| InvalidResource)?;
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        if url.fragment().is_some() || !is_anonymous {
            return Err(InvalidResource);
        }
        let is_bare = url.has_host() && url.path() == "/" && url.query().is_none();
        let text = url.as_str();
        Ok(Self(if is_bare { text.trim_end_matches('/') } else { text }.to_owned()))
    }
}

impl Resource {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const LONGEST: usize = 2_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Option<String> {
        text.parse::<Resource>().ok().map(|resource| resource.0)
    }

    #[test]
    fn one_address_has_one_form() {
        for (text, form) in [
            ("https://api.example", "https://api.example"),
            ("https://api.example/", "https://api.example"),
            ("HTTPS://Api.Example:443/Notes", "https://api.example/Notes"),
            ("https://api.example/notes/", "https://api.example/notes/"),
            ("http://localhost:8080/mcp", "http://localhost:8080/mcp"),
            ("https://api.example/?a=b", "https://api.example/?a=b"),
            ("urn:example:notes", "urn:example:notes"),
        ] {
            assert_eq!(canonical(text).as_deref(), Some(form), "{text}");
        }
    }

    #[test]
    fn what_is_relative_or_has_a_fragment_is_none() {
        let long = format!("https://api.example/{}", "a".repeat(LONGEST));
        for text in [
            "",
            "/notes",
            "api.example",
            "https://",
            "https://a/#",
            "https://a/#b",
            "https://me@a/",
            "https://a/ b",
            &long,
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
