//! What a token is for: RFC 8707.

use std::{collections::BTreeSet, fmt};

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
        // RFC 3986 has none of these in a URI, and what stands around one ends at them.
        let breaks = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\\');
        if text.len() > LONGEST || text.contains(breaks) {
            return Err(InvalidResource);
        }
        let url = Url::parse(text).map_err(|_| InvalidResource)?;
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        if url.fragment().is_some() || !is_anonymous {
            return Err(InvalidResource);
        }
        let is_bare = url.has_host() && url.path() == "/" && url.query().is_none();
        let text = url.as_str();
        if text.len() > LONGEST {
            return Err(InvalidResource); // what is not ASCII is longer in here
        }
        Ok(Self(if is_bare { text.trim_end_matches('/') } else { text }.to_owned()))
    }
}

impl Resource {
    /// The resource of this address: a URI of its own, or a path below the issuer of a server, such as `/api/notes`.
    ///
    /// # Errors
    /// When it is no address of a resource.
    pub fn at(address: &str, issuer: &str) -> Result<Self, InvalidResource> {
        if address.starts_with('/') {
            format!("{issuer}{address}").parse()
        } else {
            address.parse()
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// From a column of the database, where only canonical ones are ever written.
    /// Where a client finds what is to be known of it: the well-known path stands between its host and its own path (RFC 9728
    /// §3.1). `None` where it is no address of the web.
    ///
    /// ```
    /// use oauth_core::Resource;
    ///
    /// let notes: Resource = "https://id.example/api/notes".parse().unwrap();
    /// let there = "https://id.example/.well-known/oauth-protected-resource/api/notes";
    /// assert_eq!(notes.metadata_url().as_deref(), Some(there));
    /// ```
    #[must_use]
    pub fn metadata_url(&self) -> Option<String> {
        let mut url = Url::parse(&self.0).ok()?;
        if !matches!(url.scheme(), "https" | "http") {
            return None;
        }
        let path = if url.path() == "/" { "" } else { url.path() };
        url.set_path(&format!("{WELL_KNOWN}{path}"));
        Some(url.into())
    }

    pub(crate) fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// What tokens of a grant may be for (RFC 8707 §2.2): at least one resource. `None` is the server's own API, which is
/// meant where a request names no resource.
///
/// ```
/// use oauth_core::{Resource, Resources};
///
/// let notes: Resource = "https://api.example/notes".parse()?;
/// let resources: Resources = [None, Some(notes.clone())].into_iter().collect();
/// assert!(resources.contains(Some(&notes)) && resources.contains(None));
/// assert!(Resources::default().is_own_api());
/// # Ok::<(), oauth_core::InvalidResource>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resources(BTreeSet<Option<Resource>>);

impl Resources {
    /// Each of them, the server's own API first.
    pub fn iter(&self) -> impl Iterator<Item = Option<&Resource>> {
        self.0.iter().map(Option::as_ref)
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn contains(&self, resource: Option<&Resource>) -> bool {
        self.iter().any(|one| one == resource)
    }

    /// Whether they are the server's own API and nothing else.
    #[must_use]
    pub fn is_own_api(&self) -> bool {
        self.only() == Some(None)
    }

    /// The one that they are, where they are one.
    pub(crate) fn only(&self) -> Option<Option<&Resource>> {
        self.iter().next().filter(|_| self.0.len() == 1)
    }

    /// Whether all of them are among the others.
    pub(crate) fn is_within(&self, others: &Self) -> bool {
        self.0.is_subset(&others.0)
    }

    /// As they are stored.
    pub(crate) fn to_stored(&self) -> Option<String> {
        let names = self.iter().map(|one| one.map_or(OWN_API, Resource::as_str));
        (!self.is_own_api()).then(|| names.collect::<Vec<_>>().join(" "))
    }
}

/// The server's own API.
impl Default for Resources {
    fn default() -> Self {
        Self([None].into())
    }
}

/// From a column of the database.
impl From<Option<String>> for Resources {
    fn from(text: Option<String>) -> Self {
        let one = |text| (text != OWN_API).then(|| Resource::stored(text));
        text.as_deref().map_or_else(Self::default, |text| text.split(' ').map(one).collect())
    }
}

/// None at all is the server's own API.
impl FromIterator<Option<Resource>> for Resources {
    fn from_iter<I: IntoIterator<Item = Option<Resource>>>(resources: I) -> Self {
        let resources: BTreeSet<_> = resources.into_iter().collect();
        if resources.is_empty() { Self::default() } else { Self(resources) }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const LONGEST: usize = 2_000;
/// No URI: it has no colon.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
const OWN_API: &str = "own";

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
    fn the_own_api_alone_is_stored_as_nothing() {
        let one = Resource::stored("https://api.example");
        assert_eq!(Resources::default().to_stored(), None);
        for (resources, text) in [
            (vec![Some(one.clone())], "https://api.example"),
            (vec![Some(one.clone()), None], "own https://api.example"),
        ] {
            let resources: Resources = resources.into_iter().collect();
            assert_eq!(resources.to_stored().as_deref(), Some(text));
            assert_eq!(Resources::from(Some(text.to_owned())), resources);
        }
        assert_eq!(Resources::from(None), std::iter::empty().collect());
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
            "https://a/\"",
            "https:\\\\a",
            &long,
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
