//! Request parameters: RFC 6749 §3.1, §3.2 and Appendix B.
//!
//! Decoding is strict, because a lenient decoder lets two programs read one request differently. What is wrong with a
//! parameter is remembered rather than raised: the authorization endpoint must know the client and its redirect URI
//! before it can decide where an error is answered.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
};

use url::form_urlencoded;

/// The parameters of one request, each at most once, but for `resource` (RFC 8707 §2).
///
/// ```
/// let params = oauth_core::Params::parse(b"scope=a+b&state=&code=x%20y");
/// assert_eq!(params.get("scope"), Some("a b"));
/// assert_eq!(params.get("state"), None); // RFC 6749 section 3.1: without a value means omitted
/// ```
#[derive(Debug, Clone, Default)]
pub struct Params {
    values: BTreeMap<String, Value>,
    undecodable: bool,
}

#[derive(Clone)]
enum Value {
    Once(String),
    /// The first few of its values.
    Repeated(Vec<String>),
    Malformed,
}

/// A secret may stand there.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

impl Params {
    /// Reads `application/x-www-form-urlencoded` text: a query string or a request body.
    #[must_use]
    pub fn parse(encoded: &[u8]) -> Self {
        let mut params = Self::default();
        for pair in encoded.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()) {
            let mut parts = pair.splitn(2, |&byte| byte == b'=');
            let name = parts.next().and_then(decode);
            let value = parts.next().map_or(Some(String::new()), decode);
            match name {
                Some(name) => params.add(name, value),
                None => params.undecodable = true,
            }
        }
        params
    }

    fn add(&mut self, name: String, value: Option<String>) {
        // NUL is nothing a database can store. `state` alone is never stored: it is the client's, and goes back as it came.
        let value = match value {
            Some(value) if name == "state" || !value.contains('\0') => Value::Once(value),
            _ => Value::Malformed,
        };
        match self.values.entry(name) {
            Entry::Vacant(vacant) => drop(vacant.insert(value)),
            Entry::Occupied(mut known) => known.get_mut().repeat(value),
        }
    }

    /// The parameter's value, where it was sent once, well-formed, and is not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        match self.values.get(name) {
            Some(Value::Once(value)) if !value.is_empty() => Some(value),
            _ => None,
        }
    }

    /// The values of one that may be repeated, without those that are empty: the first few, one more than are heard.
    ///
    /// # Errors
    /// A sentence for the client's developer, where one is malformed.
    pub(crate) fn all(&self, name: &str) -> Result<Vec<&str>, String> {
        let values = match self.values.get(name) {
            None => Vec::new(),
            Some(Value::Once(value)) => vec![value.as_str()],
            Some(Value::Repeated(values)) => values.iter().map(String::as_str).collect(),
            Some(Value::Malformed) => return Err(malformed(name)),
        };
        Ok(values.into_iter().filter(|value| !value.is_empty()).collect())
    }

    /// Whether the parameter was sent, however: also repeated, malformed or empty.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Those of these names, beside that of the client, as `application/x-www-form-urlencoded` text.
    pub(crate) fn encoded(&self, client_id: &str, names: &[&str]) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.append_pair("client_id", client_id);
        for name in names {
            let values = self.all(name).unwrap_or_default();
            text.extend_pairs(values.into_iter().map(|value| (name, value)));
        }
        text.finish()
    }

    /// Refuses what a reader could misunderstand: one of `names` repeated (RFC 6749 §3.1: parameters "MUST NOT be
    /// included more than once") or malformed. Unrecognized parameters "MUST" be ignored, also when they are repeated.
    ///
    /// # Errors
    /// A sentence for the client's developer.
    pub fn check(&self, names: &[&str]) -> Result<(), String> {
        if self.undecodable {
            return Err("a parameter name is not valid percent-encoded UTF-8".to_owned());
        }
        for &name in names {
            match self.values.get(name) {
                Some(Value::Repeated(_)) => {
                    return Err(format!("{name} must not be included more than once"));
                }
                Some(Value::Malformed) => return Err(malformed(name)),
                Some(Value::Once(_)) | None => {}
            }
        }
        Ok(())
    }
}

impl Value {
    fn repeat(&mut self, another: Self) {
        let mut values = match std::mem::replace(self, Self::Malformed) {
            Self::Once(first) => vec![first],
            Self::Repeated(values) => values,
            Self::Malformed => return,
        };
        if let Self::Once(value) = another {
            if values.len() <= MOST_VALUES {
                values.push(value);
            }
            *self = Self::Repeated(values);
        }
    }
}

fn malformed(name: &str) -> String {
    format!("{name} is not valid percent-encoded UTF-8")
}

/// How often a parameter may be repeated that may.
pub(crate) const MOST_VALUES: usize = 8;

/// Decodes one name or value; `None` where it is not percent-encoded UTF-8.
pub(crate) fn decode(encoded: &[u8]) -> Option<String> {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut bytes = encoded.iter().copied();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_without_value_counts_as_omitted() {
        let params = Params::parse(b"a=&b&=c&&");
        assert_eq!((params.get("a"), params.get("b")), (None, None));
        assert!(params.check(&["a", "b"]).is_ok());
    }

    #[test]
    fn a_repeated_parameter_is_refused_also_when_one_is_empty_or_both_are_equal() {
        for query in ["a=1&a=2", "a=1&a=1", "a=&a=1", "a&a"] {
            let params = Params::parse(query.as_bytes());
            assert_eq!(params.get("a"), None, "{query}");
            assert!(params.check(&["a"]).is_err(), "{query}");
            assert!(params.check(&["b"]).is_ok(), "{query}: an unrecognized one is ignored");
        }
    }

    #[test]
    fn malformed_percent_encoding_and_invalid_utf8_and_nul_are_refused() {
        for query in ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%c3%28", "a=x%00y", "a=%+1"] {
            assert!(Params::parse(query.as_bytes()).check(&["a"]).is_err(), "{query}");
        }
        assert!(Params::parse(b"%ff=a").check(&[]).is_err());
    }

    #[test]
    fn state_is_kept_whatever_it_holds() {
        let params = Params::parse(b"state=a%00%0A%22%26%C3%BC");
        assert_eq!(params.get("state"), Some("a\0\n\"&\u{fc}"));
    }

    #[test]
    fn plus_and_percent_20_are_both_a_space() {
        assert_eq!(Params::parse(b"a=x+y%20z%2B").get("a"), Some("x y z+"));
    }
}
