//! What a request is called: as a trusted proxy named it, or by us; and the trace that it is a part of.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

use oauth_core::Secret;
use poem::{Request, http::HeaderMap};

use crate::proxy::TrustedProxies;

/// The name under which its lines, events and changes are found. A client's word for it does not count, or it could give
/// one name to two requests.
pub(crate) fn of(request: &Request, proxies: &TrustedProxies) -> String {
    let named = only(request.headers(), "X-Request-Id").filter(|name| is_name(name));
    match named {
        Some(name) if proxies.is_from_proxy(request) => name.to_owned(),
        _ => next(),
    }
}

/// The `trace-id` of a well-formed `traceparent` (W3C Trace Context, 3.2). It only leads to log lines, so anybody may say.
pub(crate) fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let mut parts = only(headers, "traceparent")?.splitn(5, '-');
    let (version, trace_id) = (parts.next()?, parts.next()?);
    let (parent_id, flags, more) = (parts.next()?, parts.next()?, parts.next());
    let is_whole = is_hex(version, 2)
        && is_hex(trace_id, 32)
        && is_hex(parent_id, 16)
        && is_hex(flags, 2)
        && [trace_id, parent_id].iter().all(|id| id.bytes().any(|digit| digit != b'0'));
    let is_known = match version {
        "00" => more.is_none(),
        "ff" => false,
        _ => true, // a later version may say more
    };
    (is_whole && is_known).then_some(trace_id)
}

/// A header that was sent once, trimmed.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?.trim();
    values.next().is_none().then_some(value)
}

/// Whatever proxies make of it (a UUID, hexadecimals, `Root=1-...`), and nothing that a log could be forged with.
fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:=+/@".contains(&byte);
    (1..=128).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Tells the requests of one process apart, and one start of it from the next.
fn next() -> String {
    static START: OnceLock<String> = OnceLock::new();
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let start = START.get_or_init(|| {
        Secret::generate().expose().chars().filter(char::is_ascii_alphanumeric).take(6).collect()
    });
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    [start.as_str(), &number.to_string()].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traced(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert("traceparent", value.parse().unwrap());
        trace_id(&headers).map(str::to_owned)
    }

    #[test]
    fn a_well_formed_traceparent_has_a_trace() {
        let trace_id = "0af7651916cd43dd8448eb211c80319c";
        for (version, more) in [("00", ""), ("01", ""), ("cc", "-what-the-future-will-be-like")] {
            let value = format!("{version}-{trace_id}-b7ad6b7169203331-01{more}");
            assert_eq!(traced(&value).as_deref(), Some(trace_id), "{value}");
        }
    }

    #[test]
    fn a_malformed_traceparent_has_none() {
        for value in [
            "",
            "00",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
        ] {
            assert_eq!(traced(value), None, "{value}");
        }
        let mut headers = HeaderMap::new();
        let value = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        headers.append("traceparent", value.parse().unwrap());
        headers.append("traceparent", value.parse().unwrap());
        assert_eq!(trace_id(&headers), None, "twice");
    }

    #[test]
    fn a_name_is_short_and_of_harmless_characters() {
        for name in [
            "a",
            "f058ebd6-02f7-4d3f-942e-904344e8cde5",
            "Root=1-67891233-abcdef012345",
            &"x".repeat(128),
        ] {
            assert!(is_name(name), "{name}");
        }
        for name in
            ["", "a b", "a\"b", "a\\b", "a,b", "a}b", "\u{1b}[1m", "\u{e4}", &"x".repeat(129)]
        {
            assert!(!is_name(name), "{name}");
        }
    }
}
