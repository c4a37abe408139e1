//! Whether anything says that this is more than a developer's own machine. There nobody may sign in with a password
//! that everybody knows, unless an operator says so.

use std::net::SocketAddr;

use url::{Host, Url};

use super::{BadValue, Site};

impl Site {
    /// What says so, each by its variable. A listener on a loopback address alone says nothing: a proxy that ends TLS
    /// reaches that too.
    pub(crate) fn beyond_development(&self, listener: SocketAddr) -> Result<Vec<String>, BadValue> {
        let settings = self.server.settings(listener.port())?;
        let mut said = Vec::new();
        if !listener.ip().to_canonical().is_loopback() {
            said.push(format!("LISTEN ({listener}) is no loopback address"));
        }
        if !is_http_on_loopback(&settings.issuer) {
            let issuer = &settings.issuer;
            said.push(format!("OAUTH_ISSUER ({issuer}) is not http on a loopback address"));
        }
        if settings.ssl_only {
            said.push("OAUTH_SSL_ONLY is true".to_owned());
        }
        if !self.server.trusted_proxies()?.is_empty() {
            said.push("OAUTH_TRUSTED_PROXIES names a proxy".to_owned());
        }
        Ok(said)
    }
}

fn is_http_on_loopback(issuer: &str) -> bool {
    Url::parse(issuer).is_ok_and(|url| {
        url.scheme() == "http"
            && match url.host() {
                Some(Host::Domain(name)) => name == "localhost",
                Some(Host::Ipv4(address)) => address.is_loopback(),
                Some(Host::Ipv6(address)) => address.is_loopback(),
                None => false,
            }
    })
}
