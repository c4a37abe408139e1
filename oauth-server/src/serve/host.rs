//! `Host`, as HTTP/1.1 requires it: RFC 9112 §3.2.

use hyper::{HeaderMap, Version, header::HOST, http::uri::Authority};

/// What is wrong with a request's `Host`: "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1
/// request message that lacks a Host header field and to any request message that contains more than one Host header
/// field line or a Host header field with an invalid field value."
pub(super) fn fault(version: Version, headers: &HeaderMap) -> Option<&'static str> {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if version == Version::HTTP_11 => Some("An HTTP/1.1 request must have a Host."),
        (Some(_), Some(_)) => Some("There must be one Host."),
        (Some(host), None) if !is_authority(host.as_bytes()) => {
            Some("The Host must be a host, and may have a port.")
        }
        _ => None,
    }
}

/// Empty is right where the target has no authority.
fn is_authority(host: &[u8]) -> bool {
    host.is_empty() || !host.contains(&b'@') && Authority::try_from(host).is_ok()
}
