//! What a remote guard needs to know.

use ipnet::IpNet;
use oauth_core::{Clock, InvalidSetting, Resource, Secret};
use url::{Host, Url};

/// The settings of a [`RemoteGuard`](crate::RemoteGuard).
#[derive(Debug, Clone)]
pub struct RemoteGuardSettings {
    /// The provider's introspection endpoint, such as `https://id.example/oauth2/introspect/`: tokens go there, so it is
    /// `https`, or `http` on this very machine.
    pub introspection_endpoint: String,
    /// The client as which it asks: its registration names the resource in `introspects`.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: Secret,
    /// The resource that is guarded (RFC 8707) where the scopes of a guard name none; a token for another is refused. `None`
    /// is the provider's own API, whose tokens are for the issuer. Default: `None`.
    pub resource: Option<String>,
    /// For how many seconds what the provider said of a token is remembered, from 0, which is not at all and then each
    /// request asks, to 300. For so long a revoked token may pass. Default: 5.
    pub cached_for: i64,
    /// Of how many tokens it is remembered, 1 at least; each takes some hundred bytes, and with a policy's data up to 4 KiB
    /// more. Default: 10,000.
    pub cached: usize,
    /// Refuse requests that did not come over TLS (RFC 6750 §5.3). Default: true.
    pub ssl_only: bool,
    /// The networks of proxies that are believed when they say that a request came over TLS. Default: none.
    pub trusted_proxies: Vec<IpNet>,
    /// The `realm` of every challenge. Default: empty.
    pub realm: String,
    /// Where it reads the time. Default: the system's clock.
    pub clock: Clock,
}

impl RemoteGuardSettings {
    /// The defaults, for the provider's own API.
    #[must_use]
    pub fn new(
        introspection_endpoint: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
    ) -> Self {
        Self {
            introspection_endpoint: introspection_endpoint.into(),
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            resource: None,
            cached_for: 5,
            cached: 10_000,
            ssl_only: true,
            trusted_proxies: Vec::new(),
            realm: String::new(),
            clock: Clock::default(),
        }
    }

    /// The resource, where the settings are such that a guard can run with them.
    pub(super) fn checked(&self) -> Result<Option<Resource>, InvalidSetting> {
        let wrong = |setting, expected| Err(InvalidSetting::new(setting, expected));
        if !Url::parse(&self.introspection_endpoint).is_ok_and(|url| keeps_secrets(&url)) {
            return wrong("introspection_endpoint", "an https URL, or http on a loopback address");
        }
        if !(0..=300).contains(&self.cached_for) {
            return wrong("cached_for", "0 to 300 seconds");
        }
        if self.cached == 0 {
            return wrong("cached", "at least 1");
        }
        match self.resource.as_deref().map(str::parse).transpose() {
            Ok(resource) => Ok(resource),
            Err(_) => wrong("resource", "an absolute URI without a fragment"),
        }
    }
}

/// Whether what is sent there cannot be read on the way.
fn keeps_secrets(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || url.scheme() == "http" && is_here
}
