use super::*;

fn uri(text: &str) -> RedirectUri {
    RedirectUri::parse(text).unwrap()
}

#[test]
fn a_redirect_uri_must_be_absolute_and_without_fragment() {
    for invalid in [
        "",
        "/callback",
        "callback",
        "//a.example/cb",
        "http:/a.example",
        "https:a.example",
        "http://",
        "https://a.example/#",
        "https://a.example/cb#x",
        "https://user:pass@a.example/",
        "https://a.example/a b",
        "https://a.example/\u{fc}",
        "https://a.example/\n",
        "javascript:alert(1)",
        "data:text/html,x",
        "JavaScript:alert(1)",
        "vbscript:x",
        "blob:https://a.example/1",
        "about:blank",
        "intent://a.example/#Intent;end",
        "intent:a",
        "mailto:a@a.example",
        "wss://a.example/",
        "iris.beep:/cb",
        "file:///etc/passwd",
    ] {
        assert!(RedirectUri::parse(invalid).is_err(), "{invalid:?}");
    }
}

#[test]
fn https_loopback_and_private_use_are_secure_and_plain_http_is_not() {
    for secure in [
        "https://a.example/cb",
        "http://127.0.0.1:1/cb",
        "http://[::1]/cb",
        "http://localhost:1111",
        "com.example.app:/cb",
        "com.example.app://cb",
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "myapp:/cb",
    ] {
        assert!(uri(secure).is_secure(), "{secure}");
    }
    assert!(!uri("http://a.example/cb").is_secure());
    assert!(!uri("http://localhost.a.example/cb").is_secure());
}

#[test]
fn matching_is_exact() {
    let registered = "https://a.example/cb?x=1";
    assert!(uri(registered).matches(registered));
    for other in [
        "https://a.example/cb",
        "https://a.example/cb?x=1&y=2",
        "https://a.example:443/cb?x=1",
        "https://A.example/cb?x=1",
        "https://a.example/./cb?x=1",
        "https://a.example/cb/?x=1",
    ] {
        assert!(!uri(other).matches(registered), "{other}");
    }
}

#[test]
fn rfc_8252_section_7_3_a_loopback_address_may_use_any_port() {
    assert!(uri("http://127.0.0.1:50000/cb").matches("http://127.0.0.1/cb"));
    assert!(uri("http://[::1]:50000/cb").matches("http://[::1]:1/cb"));
    assert!(!uri("http://127.0.0.1:50000/other").matches("http://127.0.0.1/cb"));
    assert!(!uri("http://127.0.0.1:50000/cb").matches("http://[::1]/cb"));
    assert!(!uri("http://localhost:50000/cb").matches("http://localhost/cb"));
    assert!(!uri("http://127.0.0.1.a.example/cb").matches("http://127.0.0.1/cb"));
}

#[test]
fn a_native_application_may_use_any_port_of_localhost_too() {
    assert!(uri("http://localhost:50000/cb").matches_native("http://localhost/cb"));
    assert!(uri("http://localhost/cb?a=1").matches_native("http://localhost:1/cb?a=1"));
    assert!(uri("http://127.0.0.1:50000/cb").matches_native("http://127.0.0.1/cb"));
    assert!(!uri("http://localhost:50000/other").matches_native("http://localhost/cb"));
    assert!(!uri("http://127.0.0.1:50000/cb").matches_native("http://localhost/cb"));
    assert!(!uri("http://localhost.a.example/cb").matches_native("http://localhost/cb"));
    assert!(!uri("https://localhost:50000/cb").matches_native("https://localhost/cb"));
}

#[test]
fn rfc_8252_section_8_4_only_a_scheme_with_a_period_has_an_owner() {
    assert!(uri("cursor://anysphere.cursor-mcp/oauth/callback").needs_pkce());
    assert!(!uri("com.example.app:/cb").needs_pkce() && !uri("http://localhost").needs_pkce());
}

#[test]
fn a_loopback_address_is_remembered_without_its_port_and_any_other_as_it_is() {
    for (text, remembered) in [
        ("http://127.0.0.1:50000/cb?a=b:1", "http://127.0.0.1/cb?a=b:1"),
        ("http://[::1]:50000", "http://[::1]"),
        ("http://[::1]/cb", "http://[::1]/cb"),
        ("http://localhost:1111?x", "http://localhost?x"),
        ("https://a.example:8443/cb", "https://a.example:8443/cb"),
        ("http://a.example:8080/cb", "http://a.example:8080/cb"),
        ("com.example.app://cb:1/", "com.example.app://cb:1/"),
    ] {
        assert_eq!(uri(text).without_loopback_port(), remembered);
    }
}

#[test]
fn the_query_of_the_redirect_uri_is_kept() {
    let added = [("code", "x"), ("state", "a b&\u{fc}+")];
    let tail = "code=x&state=a%20b%26%C3%BC%2B";
    assert_eq!(
        uri("https://a.example/cb").with_query(&added),
        format!("https://a.example/cb?{tail}")
    );
    assert_eq!(
        uri("https://a.example/cb?").with_query(&added),
        format!("https://a.example/cb?{tail}")
    );
    assert_eq!(
        uri("https://a.example/?%C3%BC=1&b=").with_query(&added),
        format!("https://a.example/?%C3%BC=1&b=&{tail}")
    );
    assert_eq!(
        uri("https://a.example/?a=1").with_fragment(&added),
        format!("https://a.example/?a=1#{tail}")
    );
}
