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

/// The client as a source of a Content-Security-Policy: Chromium follows the redirects after a form only where
/// `form-action` names each of their targets. What stands behind the client's redirection endpoint is the client's
/// business, and often another origin; so the source is the scheme. `http:` lets a browser go on to `https:` as well: CSP 3
/// says so of every scheme source.
pub(crate) fn redirect_source(redirect_uri: &str) -> String {
    Url::parse(redirect_uri).map_or_else(|_| String::new(), |url| format!("{}:", url.scheme()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_the_scheme_of_the_redirect_uri() {
        for (uri, source) in [
            ("https://app.example/cb?x=1", "https:"),
            ("http://localhost:1111", "http:"),
            ("com.example.app:/cb", "com.example.app:"),
            ("https://a,b;script-src/cb", "https:"),
            ("no URI", ""),
        ] {
            assert_eq!(redirect_source(uri), source);
        }
    }
}
