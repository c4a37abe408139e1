//! Whose word counts about how a request came: the connection's own, or a trusted proxy's.

use std::net::IpAddr;

use ipnet::IpNet;
use poem::{Addr, Request, http::uri::Scheme};

/// The networks of proxies that are believed.
pub(crate) struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    pub(crate) fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether the request came over TLS: on this connection, or to the trusted proxy that sent it on.
    pub(crate) fn is_secure(&self, request: &Request) -> bool {
        *request.scheme() == Scheme::HTTPS || self.is_trusted(request) && says_https(request)
    }

    /// Who sent the request: the last address of `X-Forwarded-For` that is no trusted proxy's, as far as trusted proxies
    /// wrote it; else the connection's own.
    pub(crate) fn client_address(&self, request: &Request) -> Option<IpAddr> {
        let mut address = peer(request)?;
        let headers = request.headers().get_all("X-Forwarded-For").iter().rev();
        let entries =
            headers.filter_map(|value| value.to_str().ok()).flat_map(|value| value.rsplit(','));
        for entry in entries {
            let Ok(before) = entry.trim().parse::<IpAddr>() else { break };
            if !self.trusts(address) {
                break;
            }
            address = before.to_canonical();
        }
        Some(address)
    }

    fn is_trusted(&self, request: &Request) -> bool {
        peer(request).is_some_and(|address| self.trusts(address))
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn peer(request: &Request) -> Option<IpAddr> {
    match &request.remote_addr().0 {
        Addr::SocketAddr(peer) => Some(peer.ip().to_canonical()),
        _ => None,
    }
}

/// Where a proxy sets one of the two headers and passes the client's other one on, they may disagree: then it counts as
/// not secure. In a list, the last entry is that of the proxy which is trusted.
fn says_https(request: &Request) -> bool {
    let last = |name: &str| -> Option<String> {
        let value = request.headers().get_all(name).iter().next_back()?.to_str().ok()?;
        value.rsplit(',').next().map(|entry| entry.trim().to_ascii_lowercase())
    };
    let by_forwarded = last("Forwarded").map(|entry| {
        let mut protos =
            entry.split(';').filter_map(|pair| pair.trim().strip_prefix("proto=")).peekable();
        protos.peek().is_some() && protos.all(|proto| proto == "https" || proto == "\"https\"")
    });
    let by_x_forwarded = last("X-Forwarded-Proto").map(|entry| entry == "https");
    match (by_forwarded, by_x_forwarded) {
        (None, None) => false,
        (one, other) => one.unwrap_or(true) && other.unwrap_or(true),
    }
}
