//! What proxies say of the connections that a request took: `Forwarded` (RFC 7239), and the `X-Forwarded-*` of before.
//!
//! Each proxy adds at the end, and only some of them are believed. So everything is read from the end, and what stands
//! before the last proxy that is believed is never looked at, however it would be understood.

use std::{
    borrow::Cow,
    iter,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use poem::http::HeaderMap;

/// One connection, as the proxy that took it describes it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hop {
    /// Who had opened it; `None` where that is unknown, hidden (RFC 7239 §6.2, §6.3) or unreadable.
    pub(crate) from: Option<IpAddr>,
    /// Whether it was TLS, where that is said.
    pub(crate) is_https: Option<bool>,
}

/// The hops of `Forwarded`, the last first.
pub(crate) fn hops(headers: &HeaderMap) -> impl Iterator<Item = Hop> {
    lines(headers, "Forwarded").flat_map(|line| {
        let elements = rsplit_unquoted(&line, b',').map(str::trim);
        elements.filter(|element| !element.is_empty()).map(hop).collect::<Vec<_>>()
    })
}

/// The entries of one of the `X-Forwarded-*`, the last first.
pub(crate) fn entries(headers: &HeaderMap, name: &str) -> impl Iterator<Item = String> {
    lines(headers, name).flat_map(|line| {
        let entries = line.rsplit(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(str::to_ascii_lowercase).collect::<Vec<_>>()
    })
}

/// An address as proxies write it: with a port or without, an IPv6 one in brackets or bare (RFC 7239 §6).
pub(crate) fn address(node: &str) -> Option<IpAddr> {
    if let Ok(bare) = node.parse::<IpAddr>() {
        return Some(bare.to_canonical());
    }
    if let Some(bracketed) = node.strip_prefix('[') {
        let (address, port) = bracketed.split_once(']')?;
        let is_whole = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        let address = address.parse::<Ipv6Addr>().ok().filter(|_| is_whole)?;
        return Some(IpAddr::from(address).to_canonical());
    }
    let (address, port) = node.split_once(':')?;
    let address = address.parse::<Ipv4Addr>().ok().filter(|_| is_port(port))?;
    Some(address.into())
}

fn is_port(port: &str) -> bool {
    let is_obfuscated = port.len() > 1 && port.starts_with('_');
    is_obfuscated || (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// A line with bytes that are no text is read all the same: the last proxy's entry stands at its end.
fn lines<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = Cow<'a, str>> {
    let values = headers.get_all(name).iter().rev();
    values.map(|value| String::from_utf8_lossy(value.as_bytes()))
}

/// `forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] )` (§4). No parameter may stand there twice.
fn hop(element: &str) -> Hop {
    let mut hop = Hop { from: None, is_https: None };
    let (mut seen_for, mut seen_proto) = (false, false);
    for pair in rsplit_unquoted(element, b';').map(str::trim).filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else { return UNREADABLE };
        let Some(value) = unquoted(value) else { return UNREADABLE };
        if name.eq_ignore_ascii_case("for") {
            if std::mem::replace(&mut seen_for, true) {
                return UNREADABLE;
            }
            hop.from = address(&value);
        } else if name.eq_ignore_ascii_case("proto") {
            if std::mem::replace(&mut seen_proto, true) {
                return UNREADABLE;
            }
            hop.is_https = Some(value.eq_ignore_ascii_case("https"));
        }
    }
    hop
}

const UNREADABLE: Hop = Hop { from: None, is_https: Some(false) };

/// `value = token / quoted-string` (§4).
fn unquoted(value: &str) -> Option<Cow<'_, str>> {
    match value.strip_prefix('"') {
        Some(rest) => Some(rest.strip_suffix('"')?.replace('\\', "").into()),
        None => (!value.is_empty() && !value.contains('"')).then(|| value.into()),
    }
}

/// The parts between these delimiters, the last first; in a quoted string none counts. Read from the end, because a
/// quotation mark that somebody before the proxy left open must not swallow what the proxy says.
fn rsplit_unquoted(text: &str, delimiter: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    iter::from_fn(move || {
        let text = rest?;
        let split = last_unquoted(text, delimiter).and_then(|at| text.split_at_checked(at));
        rest = split.map(|(before, _)| before);
        Some(split.map_or(text, |(_, part)| part.get(1..).unwrap_or_default()))
    })
}

fn last_unquoted(text: &str, delimiter: u8) -> Option<usize> {
    let mut is_quoted = false;
    let from_the_end = text.bytes().enumerate().rev();
    for (at, byte) in from_the_end {
        if byte == b'"' && !(is_quoted && is_escaped(text, at)) {
            is_quoted = !is_quoted;
        } else if byte == delimiter && !is_quoted {
            return Some(at);
        }
    }
    None
}

fn is_escaped(text: &str, at: usize) -> bool {
    let before = text.bytes().take(at).rev();
    before.take_while(|&byte| byte == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Vec<(Option<String>, Option<bool>)> {
        let mut headers = HeaderMap::new();
        headers.insert("Forwarded", line.parse().unwrap());
        let hops = hops(&headers);
        hops.map(|hop| (hop.from.map(|from| from.to_string()), hop.is_https)).collect()
    }

    fn hop_from(address: &str) -> (Option<String>, Option<bool>) {
        (Some(address.to_owned()), None)
    }

    #[test]
    fn an_address_may_have_a_port_and_an_ipv6_one_brackets() {
        for (node, address) in [
            ("192.0.2.43", "192.0.2.43"),
            ("192.0.2.43:47011", "192.0.2.43"),
            ("192.0.2.43:_gazonk", "192.0.2.43"),
            ("2001:db8:cafe::17", "2001:db8:cafe::17"),
            ("[2001:db8:cafe::17]", "2001:db8:cafe::17"),
            ("[2001:db8:cafe::17]:4711", "2001:db8:cafe::17"),
            ("::ffff:192.0.2.43", "192.0.2.43"),
            ("[::ffff:192.0.2.43]:80", "192.0.2.43"),
        ] {
            assert_eq!(super::address(node), address.parse().ok(), "{node}");
        }
    }

    #[test]
    fn what_is_hidden_unknown_or_no_address_is_none() {
        for node in [
            "",
            "unknown",
            "_hidden",
            "_SEVKISEK",
            "[192.0.2.43]",
            "[2001:db8::1",
            "[2001:db8::1]x",
            "[2001:db8::1]:",
            "[2001:db8::1]:123456",
            "192.0.2.43:",
            "192.0.2.43:x",
            "192.0.2.43:_",
            "localhost",
            "192.0.2",
            ":80",
            "]",
            "[",
            "2001:db8::1%eth0",
        ] {
            assert_eq!(address(node), None, "{node}");
        }
    }

    #[test]
    fn the_examples_of_rfc_7239_section_4_are_understood() {
        assert_eq!(parsed(r#"for="_gazonk""#), [(None, None)]);
        assert_eq!(parsed(r#"For="[2001:db8:cafe::17]:4711""#), [hop_from("2001:db8:cafe::17")]);
        let whole = parsed("for=192.0.2.60;proto=http;by=203.0.113.43");
        assert_eq!(whole, [(Some("192.0.2.60".to_owned()), Some(false))]);
        let chain = parsed("for=192.0.2.43, for=198.51.100.17");
        assert_eq!(chain, [hop_from("198.51.100.17"), hop_from("192.0.2.43")]);
    }

    #[test]
    fn what_stands_in_quotes_is_no_element_and_no_parameter() {
        for host in
            [r#"x, for=6.6.6.6;proto=https"#, r#"x\", for=6.6.6.6;proto=https; \""#, r#"\\"#]
        {
            let line = format!(r#"for=192.0.2.1;host="{host}";proto=http"#);
            assert_eq!(parsed(&line), [(Some("192.0.2.1".to_owned()), Some(false))], "{line}");
        }
    }

    #[test]
    fn a_quotation_mark_that_was_left_open_swallows_nothing_that_comes_after() {
        for before in ["for=\"", "for=6.6.6.6;host=\"x", "\"", "\\\"", "\"\"\"", ";;=\""] {
            let line = format!("{before}, for=192.0.2.1");
            assert_eq!(parsed(&line).first(), Some(&hop_from("192.0.2.1")), "{line}");
        }
    }

    #[test]
    fn an_element_that_is_malformed_or_says_something_twice_says_nothing_that_is_believed() {
        for element in [
            "for=1.1.1.1;for=2.2.2.2",
            "proto=https;proto=https",
            "for",
            "for=",
            "for=\"1.1.1.1",
            "for=1.1.1.1\"",
            "proto=https;x",
        ] {
            assert_eq!(parsed(element), [(None, Some(false))], "{element}");
        }
    }

    #[test]
    fn empty_elements_do_not_count() {
        assert_eq!(parsed(" , for=192.0.2.1;, ,"), [hop_from("192.0.2.1")]);
    }
}
