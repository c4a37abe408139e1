//! How what is secret of a key is kept: encrypted under a key of the operator's, which the database does not have.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine, engine::GeneralPurpose, engine::general_purpose as base64_of};

use crate::{Secret, secret::random_bytes};

/// Under what private keys are kept in the database: AES-256-GCM with 32 random bytes that only the operator has. Where
/// there are two, the first encrypts, and both decrypt: so one takes the place of another while servers run.
///
/// ```
/// use oauth_core::KeyEncryption;
///
/// let fresh = KeyEncryption::generate(); // what `openssl rand -base64 32` prints
/// assert!(KeyEncryption::parse(fresh.expose()).is_ok());
/// assert!(KeyEncryption::parse("too short").is_err());
/// ```
#[derive(Clone)]
pub struct KeyEncryption(Vec<[u8; 32]>);

/// It is not one key or two of 32 bytes in base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "32 bytes in base64, as `openssl rand -base64 32` prints them, or two of these separated by a comma"
)]
pub struct InvalidKeyEncryption;

impl KeyEncryption {
    /// Reads one key, or two separated by a comma, in base64 of either alphabet.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidKeyEncryption> {
        let keys: Result<Vec<_>, _> = text.split(',').map(|key| bytes(key.trim())).collect();
        let keys = keys?;
        if keys.len() > 2 { Err(InvalidKeyEncryption) } else { Ok(Self(keys)) }
    }

    /// A new key, as [`KeyEncryption::parse`] reads it.
    #[must_use]
    pub fn generate() -> Secret {
        Secret::from(base64_of::STANDARD.encode(random_bytes()).as_str())
    }
}

/// What the operator has a key in is not for anybody's log.
impl fmt::Debug for KeyEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyEncryption(..)")
    }
}

fn bytes(text: &str) -> Result<[u8; 32], InvalidKeyEncryption> {
    let alphabets: [&GeneralPurpose; 4] = [
        &base64_of::STANDARD,
        &base64_of::STANDARD_NO_PAD,
        &base64_of::URL_SAFE,
        &base64_of::URL_SAFE_NO_PAD,
    ];
    let mut read = alphabets.into_iter().filter_map(|alphabet| alphabet.decode(text).ok());
    read.next().and_then(|bytes| bytes.try_into().ok()).ok_or(InvalidKeyEncryption)
}

/// What came out of a row.
pub(super) struct Opened {
    pub(super) private: Vec<u8>,
    /// Whether it would be sealed otherwise today.
    pub(super) is_outdated: bool,
}

/// Seals what is secret of the key with this id: one byte that says how, and then the nonce and the ciphertext with its
/// tag; or the plain bytes, where there is no key. The id is authenticated along, so that no row can take another's place.
pub(super) fn seal(keys: Option<&KeyEncryption>, kid: &str, private: &[u8]) -> Option<Vec<u8>> {
    let Some(key) = keys.and_then(|keys| keys.0.first()) else {
        return Some([&[PLAIN], private].concat());
    };
    let nonce: [u8; NONCE_LEN] = *random_bytes().first_chunk()?;
    let mut sealed = private.to_vec();
    let aad = Aad::from(kid.as_bytes());
    cipher(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
        .ok()?;
    Some([&[SEALED], nonce.as_slice(), &sealed].concat())
}

/// `None` where none of the keys fits.
pub(super) fn open(keys: Option<&KeyEncryption>, kid: &str, stored: &[u8]) -> Option<Opened> {
    let (how, rest) = stored.split_first()?;
    if *how == PLAIN {
        return Some(Opened { private: rest.to_vec(), is_outdated: keys.is_some() });
    }
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>().filter(|_| *how == SEALED)?;
    let with = |key| {
        let (mut sealed, aad) = (sealed.to_vec(), Aad::from(kid.as_bytes()));
        let opened =
            cipher(key)?.open_in_place(Nonce::assume_unique_for_key(*nonce), aad, &mut sealed);
        opened.ok().map(|private| private.to_vec())
    };
    let mut opened =
        keys?.0.iter().enumerate().filter_map(|(number, key)| Some((number, with(key)?)));
    opened.next().map(|(number, private)| Opened { private, is_outdated: number > 0 })
}

fn cipher(key: &[u8; 32]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)
}

const PLAIN: u8 = 0;
const SEALED: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Option<KeyEncryption> {
        Some(KeyEncryption::parse(text).unwrap())
    }

    #[test]
    fn what_was_sealed_is_opened_by_its_key_alone_and_as_that_row_alone() {
        let (one, other) = (KeyEncryption::generate(), KeyEncryption::generate());
        let (one, other) = (keys(one.expose()), keys(other.expose()));
        let sealed = seal(one.as_ref(), "a", b"private").unwrap();
        assert!(!sealed.windows(7).any(|part| part == b"private"));
        assert_eq!(open(one.as_ref(), "a", &sealed).unwrap().private, b"private");
        assert!(open(one.as_ref(), "b", &sealed).is_none());
        assert!(open(other.as_ref(), "a", &sealed).is_none());
        assert!(open(None, "a", &sealed).is_none());
    }

    #[test]
    fn while_a_key_changes_both_open_and_the_first_seals() {
        let (old, new) = (KeyEncryption::generate(), KeyEncryption::generate());
        let both = keys(&format!("{},{}", new.expose(), old.expose()));
        let sealed = seal(keys(old.expose()).as_ref(), "a", b"private").unwrap();
        let opened = open(both.as_ref(), "a", &sealed).unwrap();
        assert!(opened.is_outdated);
        let again = seal(both.as_ref(), "a", &opened.private).unwrap();
        assert!(!open(keys(new.expose()).as_ref(), "a", &again).unwrap().is_outdated);
    }

    #[test]
    fn what_was_plain_is_sealed_once_there_is_a_key() {
        let plain = seal(None, "a", b"private").unwrap();
        assert!(!open(None, "a", &plain).unwrap().is_outdated);
        let key = KeyEncryption::generate();
        assert!(open(keys(key.expose()).as_ref(), "a", &plain).unwrap().is_outdated);
    }

    #[test]
    fn damaged_rows_open_to_nothing() {
        let key = KeyEncryption::generate();
        let key = keys(key.expose());
        let sealed = seal(key.as_ref(), "a", b"private").unwrap();
        for length in 0..sealed.len() {
            assert!(open(key.as_ref(), "a", sealed.get(..length).unwrap()).is_none());
        }
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            *damaged.get_mut(at).unwrap() ^= 2;
            assert!(open(key.as_ref(), "a", &damaged).is_none());
        }
    }

    #[test]
    fn a_key_is_32_bytes_of_base64_and_there_are_two_at_most() {
        let key = KeyEncryption::generate();
        let key = key.expose();
        for good in
            [key.to_owned(), format!("{key}, {key}"), key.replace('+', "-").replace('/', "_")]
        {
            assert!(KeyEncryption::parse(&good).is_ok(), "{good}");
        }
        for bad in
            ["", "a", &format!("{key}{key}"), &format!("{key},"), &format!("{key},{key},{key}")]
        {
            assert!(KeyEncryption::parse(bad).is_err(), "{bad}");
        }
    }
}
