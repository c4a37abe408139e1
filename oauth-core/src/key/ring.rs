//! The keys that there are, and which of them signs, by the times that the database has of them: so all servers choose
//! the same.

use std::sync::Arc;

use jsonwebtoken::{DecodingKey, EncodingKey, jwk::Jwk};

use super::pair::KeyPair;
use crate::{SigningAlgorithm, Timestamp, settings::LONGEST_SIGNED, store::signing_key::KeyRow};

/// A key that can be used.
pub(crate) struct SigningKey {
    pub(super) id: i64,
    pub(crate) kid: String,
    pub(crate) algorithm: SigningAlgorithm,
    pub(super) number: i64,
    pub(super) created_at: Timestamp,
    pub(super) signs_from: Timestamp,
    pub(crate) encoding: EncodingKey,
    pub(crate) decoding: DecodingKey,
    pub(super) public: Jwk,
}

impl SigningKey {
    pub(super) fn of(row: &KeyRow, algorithm: SigningAlgorithm, pair: KeyPair) -> Self {
        let KeyPair { encoding, decoding, public, .. } = pair;
        Self {
            id: row.id,
            kid: row.kid.clone(),
            algorithm,
            number: row.number,
            created_at: row.created_at,
            signs_from: row.signs_from,
            encoding,
            decoding,
            public,
        }
    }
}

/// All of them, as they were at one time.
#[derive(Default)]
pub(super) struct Ring {
    pub(super) read_at: Timestamp,
    /// By algorithm and number.
    pub(super) keys: Vec<Arc<SigningKey>>,
    pub(super) salt: Option<[u8; 32]>,
}

impl Ring {
    /// The key that signs now: the last whose time has come. Where the clock of another server is a little ahead, the
    /// first may still have to begin.
    pub(super) fn signer(
        &self,
        algorithm: SigningAlgorithm,
        now: Timestamp,
    ) -> Option<&Arc<SigningKey>> {
        let begun = self.of(algorithm).filter(|key| key.signs_from <= now).last();
        begun.or_else(|| self.of(algorithm).next())
    }

    /// The last one, whether its time has come or not.
    pub(super) fn last(&self, algorithm: SigningAlgorithm) -> Option<&Arc<SigningKey>> {
        self.of(algorithm).last()
    }

    pub(super) fn of(&self, algorithm: SigningAlgorithm) -> impl Iterator<Item = &Arc<SigningKey>> {
        self.keys.iter().filter(move |key| key.algorithm == algorithm)
    }

    pub(super) fn with_kid(&self, kid: &str) -> Option<&Arc<SigningKey>> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// When the last thing that a key has signed is over; `None` while another has yet to take its place.
    pub(super) fn over_at(&self, key: &SigningKey) -> Option<Timestamp> {
        let next = self.of(key.algorithm).find(|next| next.number > key.number);
        next.map(|next| next.signs_from + LONGEST_SIGNED)
    }

    /// What others may have to verify with.
    pub(super) fn published(&self, now: Timestamp) -> impl Iterator<Item = &Arc<SigningKey>> {
        self.keys.iter().filter(move |key| self.over_at(key).is_none_or(|end| now < end))
    }
}
