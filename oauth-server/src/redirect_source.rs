//! Where the answer to a form may redirect: what `form-action` of a Content-Security-Policy says.

use oauth_core::{AuthorizationError, AuthorizationServer, Params};
use url::Url;

/// Where a browser may be sent on to, from `next`, without another page between: an authorization request is answered
/// at its client where it is refused, or where the user said yes before.
pub(crate) async fn onward_source(server: &AuthorizationServer, next: &str) -> String {
    let query = next.split_once('?').map_or("", |(_, query)| query);
    let params = Params::parse(query.as_bytes());
    if params.get("client_id").is_none() {
        return String::new();
    }
    match server.authorization_request(&params).await {
        Ok(request) => redirect_source(request.redirect_uri().as_str()),
        Err(AuthorizationError::Client { location, .. }) => redirect_source(&location),
        Err(_) => String::new(),
    }
}

/// The client as a source of a Content-Security-Policy: Chromium follows the redirect after a form only where
/// `form-action` names its target. An IPv6 address, a private-use scheme, and a host with a character that would end the
/// source have no host form there: then its scheme.
pub(crate) fn redirect_source(redirect_uri: &str) -> String {
    let Ok(url) = Url::parse(redirect_uri) else { return String::new() };
    let source = url.origin().ascii_serialization();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-_".contains(&byte);
    if url.origin().is_tuple() && source.bytes().all(plain) {
        source
    } else {
        format!("{}:", url.scheme())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_names_the_clients_origin_or_its_scheme() {
        for (uri, source) in [
            ("https://app.example/cb?x=1", "https://app.example"),
            ("http://localhost:1111", "http://localhost:1111"),
            ("http://127.0.0.1:5000/cb", "http://127.0.0.1:5000"),
            ("http://[::1]:5000/cb", "http:"),
            ("com.example.app:/cb", "com.example.app:"),
            ("https://a,b;script-src/cb", "https:"),
        ] {
            assert_eq!(redirect_source(uri), source);
        }
    }
}
