//! Redirection endpoints: RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1 and §4.1.
//!
//! A URI is judged by a real parser and compared as text: what was registered and what is requested must be the same,
//! byte for byte. The one exception is the port of a loopback address, which a native application cannot choose.

mod scheme;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

/// A redirection endpoint that a client may register.
///
/// ```
/// use oauth_core::RedirectUri;
///
/// let uri = RedirectUri::parse("https://app.example/callback")?;
/// assert!(uri.is_https() && uri.matches("https://app.example/callback"));
/// assert!(!uri.matches("https://app.example/callback/"));
/// assert!(RedirectUri::parse("/callback").is_err());
/// # Ok::<(), oauth_core::InvalidRedirectUri>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Https,
    /// `http` to this very machine: RFC 8252 §7.3.
    Loopback,
    /// A private-use scheme of a native application, after a name in the DNS: RFC 8252 §7.1.
    PrivateUse,
    /// One of any name, such as `cursor`: whatever application says so gets the answer.
    AnyScheme,
    Http,
}

/// Why a redirect URI is refused, as a sentence for the client's developer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidRedirectUri(pub(crate) &'static str);

impl RedirectUri {
    /// Judges the form of a redirect URI.
    ///
    /// # Errors
    /// When it is not absolute, has a fragment (§3.1.2: it "MUST NOT include a fragment component") or credentials, or
    /// its scheme is another than `https` and `http` that IANA lists as permanent, or one that browsers act on.
    pub fn parse(text: &str) -> Result<Self, InvalidRedirectUri> {
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidRedirectUri(
                "redirect_uri must be percent-encoded ASCII without spaces",
            ));
        }
        if text.contains('#') {
            return Err(InvalidRedirectUri("redirect_uri must not contain a fragment"));
        }
        let url =
            Url::parse(text).map_err(|_| InvalidRedirectUri("redirect_uri must be absolute"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidRedirectUri("redirect_uri must not contain credentials"));
        }
        Ok(Self { text: text.to_owned(), kind: kind(&url, text)? })
    }

    /// The URI as it was registered or requested.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether what is sent there cannot be read on the way: `https`, this very machine, or an application on it.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.kind != Kind::Http
    }

    /// Whether it uses `https`: then the name of its host says who gets the answer.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.kind == Kind::Https
    }

    /// Whether a browser can post a form there: it is `https` or `http`, and no application's own scheme.
    pub(crate) fn takes_forms(&self) -> bool {
        matches!(self.kind, Kind::Https | Kind::Loopback | Kind::Http)
    }

    /// Whether the answer stays on the user's own machine: with an application that listens there, or has a scheme of its
    /// own (RFC 8252 §7).
    #[must_use]
    pub fn is_native(&self) -> bool {
        matches!(self.kind, Kind::Loopback | Kind::PrivateUse | Kind::AnyScheme)
    }

    /// Whether any application may claim its scheme, because that is no name in the DNS turned around: then only PKCE has
    /// the right one get a token (RFC 8252 §8.1 and §8.4).
    #[must_use]
    pub fn needs_pkce(&self) -> bool {
        self.kind == Kind::AnyScheme
    }

    /// The host that the answer goes to, as a browser's address bar has it, with the port where that is another than the
    /// scheme's. `None` of an application with a scheme of its own (RFC 8252 §7.1).
    #[must_use]
    pub fn host(&self) -> Option<String> {
        if matches!(self.kind, Kind::PrivateUse | Kind::AnyScheme) {
            return None;
        }
        let url = Url::parse(&self.text).ok()?;
        let host = url.host_str()?;
        Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    }

    /// Whether a request for this URI is one for the registered `text`.
    #[must_use]
    pub fn matches(&self, registered: &str) -> bool {
        self.text == registered
            || self.kind == Kind::Loopback && same_but_for_port(&self.text, registered, ADDRESSES)
    }

    /// The same for a native application, which may have any port of `localhost`, too: many have no address registered.
    #[must_use]
    pub fn matches_native(&self, registered: &str) -> bool {
        self.matches(registered)
            || self.kind == Kind::Loopback && same_but_for_port(&self.text, registered, NAME)
    }

    /// As a consent is remembered for it: on this very machine without the port, which may be another one each time.
    pub(crate) fn without_loopback_port(&self) -> String {
        if self.kind == Kind::Loopback { without_port(&self.text) } else { self.text.clone() }
    }

    /// The URI with `params` added to its query, which keeps what it had (§4.1.2).
    #[must_use]
    pub fn with_query<V: AsRef<str>>(&self, params: &[(&str, V)]) -> String {
        let separator = match self.text.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        format!("{}{separator}{}", self.text, encoded(params))
    }

    /// The URI with `params` as its fragment (§4.2.2).
    #[must_use]
    pub fn with_fragment<V: AsRef<str>>(&self, params: &[(&str, V)]) -> String {
        format!("{}#{}", self.text, encoded(params))
    }
}

fn kind(url: &Url, text: &str) -> Result<Kind, InvalidRedirectUri> {
    let after_scheme = text.get(url.scheme().len()..).unwrap_or_default();
    match url.scheme() {
        "http" | "https" if !after_scheme.starts_with("://") => {
            Err(InvalidRedirectUri("redirect_uri must be absolute"))
        }
        "https" => Ok(Kind::Https),
        "http" if is_loopback(url) => Ok(Kind::Loopback),
        "http" => Ok(Kind::Http),
        scheme if scheme::means_something(scheme) => Err(InvalidRedirectUri(
            "redirect_uri must use https, http on a loopback address, or a private-use scheme",
        )),
        scheme if scheme.contains('.') => Ok(Kind::PrivateUse),
        _ => Ok(Kind::AnyScheme),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// RFC 8252 §7.3: the server "MUST allow any port to be specified at the time of the request for loopback IP redirect
/// URIs".
fn same_but_for_port(requested: &str, registered: &str, hosts: &[&str]) -> bool {
    let requested = without_port(requested);
    let is_at = |host: &str| {
        let path = requested.strip_prefix(host);
        path.is_some_and(|path| path.is_empty() || path.starts_with(['/', '?']))
    };
    hosts.iter().copied().any(is_at) && requested == without_port(registered)
}

const ADDRESSES: &[&str] = &["http://127.0.0.1", "http://[::1]"];
/// It can be made to resolve elsewhere (RFC 8252 §8.3).
const NAME: &[&str] = &["http://localhost"];

fn without_port(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once("://") else { return uri.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    format!("{scheme}://{host}{path}")
}

fn encoded<V: AsRef<str>>(params: &[(&str, V)]) -> String {
    let pair = |(name, value): &(&str, V)| {
        format!("{name}={}", utf8_percent_encode(value.as_ref(), ESCAPED))
    };
    params.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// Everything but RFC 3986's unreserved characters, so that a space is `%20` in a query and in a fragment alike.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[cfg(test)]
mod tests;
