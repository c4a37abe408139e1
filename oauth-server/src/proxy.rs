//! Whose word counts about how a request came: the connection's own, or a trusted proxy's.

use std::{iter, net::IpAddr};

use ipnet::IpNet;
use poem::{Addr, Request, http::uri::Scheme};

use crate::forwarded::{self, Hop};

/// The networks of proxies that are believed.
pub(crate) struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    pub(crate) fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether the request came over TLS: on this connection, or on the one that it took to the first of the trusted
    /// proxies that sent it on.
    pub(crate) fn is_secure(&self, request: &Request) -> bool {
        *request.scheme() == Scheme::HTTPS
            || self.is_from_proxy(request) && self.says_https(request)
    }

    /// Who sent the request: the last address that is no trusted proxy's, as far as trusted proxies wrote it; else the
    /// connection's own. Where a proxy writes one of the two headers and passes the client's other one on, they may name
    /// two: then neither is believed, so that nobody can pick the address that is logged.
    pub(crate) fn client_address(&self, request: &Request) -> Option<IpAddr> {
        let peer = peer(request)?;
        if !self.trusts(peer) {
            return Some(peer);
        }
        let (_, by_forwarded) = self.believed(forwarded::hops(request.headers()));
        let (_, by_x_forwarded) = self.believed(x_forwarded_for(request));
        let said = match (by_forwarded, by_x_forwarded) {
            (Some(one), Some(other)) => (one == other).then_some(one),
            (one, other) => one.or(other),
        };
        Some(said.unwrap_or(peer))
    }

    /// Whether the connection comes from a trusted proxy, so that its other headers count, too.
    pub(crate) fn is_from_proxy(&self, request: &Request) -> bool {
        peer(request).is_some_and(|address| self.trusts(address))
    }

    /// As with the address, the two must not disagree.
    fn says_https(&self, request: &Request) -> bool {
        let headers = request.headers();
        let (first, _) = self.believed(forwarded::hops(headers));
        let by_forwarded = first.and_then(|hop| hop.is_https);
        let by_x_forwarded = self.x_forwarded_proto(request).map(|proto| proto == "https");
        match (by_forwarded, by_x_forwarded) {
            (None, None) => false,
            (one, other) => one.unwrap_or(true) && other.unwrap_or(true),
        }
    }

    /// Where each proxy adds one, the value beside the client's address; of fewer, the first.
    fn x_forwarded_proto(&self, request: &Request) -> Option<String> {
        let mut addresses = x_forwarded_for(request);
        let more = iter::from_fn(|| addresses.next()?.from.filter(|from| self.trusts(*from)));
        let values = forwarded::entries(request.headers(), "X-Forwarded-Proto");
        let mut values: Vec<String> = values.take(more.count() + 1).collect();
        values.pop()
    }

    /// The first hop that a trusted proxy describes, and the first address that one names.
    fn believed(&self, hops: impl Iterator<Item = Hop>) -> (Option<Hop>, Option<IpAddr>) {
        let (mut first, mut address) = (None, None);
        for hop in hops {
            let from = hop.from;
            first = Some(hop);
            address = from.or(address);
            if !from.is_some_and(|from| self.trusts(from)) {
                break;
            }
        }
        (first, address)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn x_forwarded_for(request: &Request) -> impl Iterator<Item = Hop> {
    let entries = forwarded::entries(request.headers(), "X-Forwarded-For");
    entries.map(|entry| Hop { from: forwarded::address(&entry), is_https: None })
}

fn peer(request: &Request) -> Option<IpAddr> {
    match &request.remote_addr().0 {
        Addr::SocketAddr(peer) => Some(peer.ip().to_canonical()),
        _ => None,
    }
}
