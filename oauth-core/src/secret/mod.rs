//! Secrets and their digests: RFC 6749 §10.10, RFC 9700 §4.
//!
//! A secret is 256 random bits, shown once. What is stored is its SHA-256, by which it is also found: so many random
//! bits need no slow hash, and a lookup by digest tells an attacker's clock nothing.

mod family_keys;
mod shape;

use std::fmt;

pub use self::shape::Kind;
pub(crate) use self::{
    family_keys::FamilyKeys,
    shape::{Key, device_digest, is_brand},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use rand::{TryRng, rngs::SysRng};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

/// A code, token, session id or client secret in the clear. `Debug` hides it; only [`Secret::expose`] gives it out.
///
/// # The layout of codes, tokens and client secrets
///
/// `<brand><kind>_<body>`, so that a scanner finds leaked ones by one regular expression,
/// `[A-Za-z0-9]{1,16}(at|rt|ac|cs|dc)_[A-Za-z0-9_-]{48,59}`, and a server knows what it was given before it asks its
/// database.
///
/// | part | |
/// |---|---|
/// | brand | 1 to 16 ASCII letters and digits: [`Settings::token_brand`](crate::Settings::token_brand) when it was drawn |
/// | kind | `at` access token, `rt` refresh token, `ac` authorization code, `cs` client secret, `dc` device code |
/// | body | base64url without padding (RFC 4648 §5) of: the family's key, 8 bytes, the highest first (a client secret and a device code have none); 32 random bytes; the CRC-32 (of zip and PNG) of all that stands before it, the text up to the underscore and then the bytes, 4 bytes, the highest first |
///
/// With the family's key `0123456789abcdef` (hexadecimal) and the random bytes 0 to 31:
///
/// | brand | kind | |
/// |---|---|---|
/// | `o` | `at` | `oat_ASNFZ4mrze8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH6ig_IA` |
/// | `acme2` | `rt` | `acme2rt_ASNFZ4mrze8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHxZcxgE` |
/// | `o` | `cs` | `ocs_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9lmCCX` |
///
/// ```
/// use oauth_core::Secret;
///
/// let secret = Secret::from("ocs_...");
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// assert_eq!(secret.expose(), "ocs_...");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Draws 256 bits from the operating system, in base64url: for cookies and the like.
    #[must_use]
    pub fn generate() -> Self {
        Self(URL_SAFE_NO_PAD.encode(random_bytes()))
    }

    /// Derives a secret that the same `presented` secret and salt always give again, and nobody without either can.
    pub(crate) fn derived(presented: &str, salt: &[u8; 32], purpose: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(hmac(salt, &[purpose.as_bytes(), b"\0", presented.as_bytes()])))
    }

    /// The secret itself, for the one who may see it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// What somebody presents as a secret.
impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The SHA-256 of a secret: what the database holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    /// The digest of a presented secret.
    pub(crate) fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// The digest that a row holds.
    pub(crate) fn stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Compares in constant time.
    pub(crate) fn is(&self, stored: &[u8]) -> bool {
        self.0.ct_eq(stored).into()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(..)")
    }
}

/// A name that is always the same for the same parts, and tells nothing of them to who lacks the salt.
pub(crate) fn keyed_name(salt: &[u8; 32], parts: &[&[u8]]) -> String {
    URL_SAFE_NO_PAD.encode(hmac(salt, parts))
}

/// 256 bits from the operating system.
#[expect(
    clippy::expect_used,
    reason = "without the system's randomness no answer is safe; stopping is the answer"
)]
pub(crate) fn random_bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    SysRng
        .try_fill_bytes(&mut bytes)
        .expect("the operating system's random number generator failed");
    bytes
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn hmac(key: &[u8], message: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    message.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_carry_256_random_bits_and_never_repeat() {
        let (one, other) = (Secret::generate(), Secret::generate());
        assert_eq!(one.expose().len(), 43);
        assert_ne!(one, other);
        assert!(
            one.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
    }

    #[test]
    fn debug_hides_secrets_and_digests() {
        let secret = Secret::from("hunter2");
        assert_eq!(format!("{secret:?} {:?}", Digest::of("hunter2")), "Secret(..) Digest(..)");
    }

    #[test]
    fn a_derived_secret_depends_on_the_presented_one_the_salt_and_the_purpose() {
        let derived = |presented, salt, purpose| Secret::derived(presented, &[salt; 32], purpose);
        assert_eq!(derived("a", 1, "access"), derived("a", 1, "access"));
        for other in
            [derived("b", 1, "access"), derived("a", 2, "access"), derived("a", 1, "refresh")]
        {
            assert_ne!(derived("a", 1, "access"), other);
        }
    }
}
