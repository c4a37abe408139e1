//! Proof Key for Code Exchange: RFC 7636, with `S256` as the only method (RFC 9700 §2.1.1).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

/// What the client sends with the authorization request: the SHA-256 of its verifier (§4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge(String);

/// What the client proves itself with at the token endpoint (§4.1).
#[derive(Clone)]
pub(crate) struct Verifier(String);

impl Challenge {
    /// A `code_challenge` of the method `S256`: 43 characters of base64url.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let hash = URL_SAFE_NO_PAD.decode(text).ok()?;
        (hash.len() == 32).then(|| Self(text.to_owned()))
    }

    /// As it is stored with the code.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Verifier {
    /// A `code_verifier`: 43 to 128 unreserved characters (§4.1).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        ((43..=128).contains(&text.len()) && text.bytes().all(unreserved))
            .then(|| Self(text.to_owned()))
    }

    /// §4.6: `BASE64URL-ENCODE(SHA256(ASCII(code_verifier))) == code_challenge`.
    pub(crate) fn answers(&self, stored_challenge: &str) -> bool {
        let computed = URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.as_bytes()));
        computed.as_bytes().ct_eq(stored_challenge.as_bytes()).into()
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b_verifies() {
        let verifier = Verifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        assert!(verifier.answers("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
        assert!(!verifier.answers("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN"));
    }

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        assert!(Verifier::parse(&"a".repeat(43)).is_some());
        assert!(Verifier::parse(&"~".repeat(128)).is_some());
        for invalid in
            ["a".repeat(42), "a".repeat(129), format!("{}+", "a".repeat(43)), "\u{fc}".repeat(30)]
        {
            assert!(Verifier::parse(&invalid).is_none(), "{invalid}");
        }
    }

    #[test]
    fn a_challenge_is_the_base64url_of_32_bytes() {
        assert!(Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").is_some());
        for invalid in [
            "",
            "short",
            &"a".repeat(44),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c=",
            &"a".repeat(128),
        ] {
            assert!(Challenge::parse(invalid).is_none(), "{invalid}");
        }
    }
}
