//! Codes and tokens as the server draws them, but known beforehand: the layout stands with `oauth_core::Secret`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// The key of a family that was put there, by its number: as far from each other as at some hundred a second.
pub(crate) fn family(number: u64) -> u64 {
    (1_764_000_000_000 << 21) + number * 20_000
}

/// The token of this number.
pub(crate) fn value(kind: &str, family: u64, number: u64) -> String {
    let head = format!("o{kind}_");
    let random = Sha256::digest(format!("bench {kind} {number}"));
    let mut body = family.to_be_bytes().to_vec();
    body.extend_from_slice(&random);
    let checksum = crc32fast::hash(&[head.as_bytes(), &body].concat());
    body.extend_from_slice(&checksum.to_be_bytes());
    head + &URL_SAFE_NO_PAD.encode(body)
}

/// The tokens that were put there.
#[derive(Clone, Copy)]
pub(crate) struct Tokens {
    pub(crate) rows: u64,
    pub(crate) families: u64,
}

impl Tokens {
    /// Four to a family; those that follow each other are of families that do.
    pub(crate) fn access_token(self, number: u64) -> String {
        value("at", family(number % self.families), number)
    }

    pub(crate) fn refresh_token(self, number: u64) -> String {
        value("rt", family(number), number)
    }
}
