//! What staff see and do of the keys that the server signs with.

use super::{KeyPair, PUBLISHED_BEFORE, Ring, SigningKey};
use crate::{
    EventKind, FieldError, Problem, Secret, SigningAlgorithm, StoreError, Timestamp,
    admin::{Action, Admin, AdminError, Entry, Kind},
    event::LedTo,
    store::{Affected, DbConnection, signing_key},
};

/// A signing key as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SigningKeyRecord {
    /// The key of its row.
    pub id: i64,
    /// Its `kid`: the thumbprint of what is public of it (RFC 7638).
    pub kid: String,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// When it was made or imported.
    pub created_at: Timestamp,
    /// When it takes the place of the one before it.
    pub signs_from: Timestamp,
    /// When all that it signed is over, and it goes; `None` while no other has been made.
    pub over_at: Option<Timestamp>,
    /// What it is good for now.
    pub state: KeyState,
}

/// What a signing key is good for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyState {
    /// It is published, so that others have it when it signs.
    Published,
    /// It signs.
    Signs,
    /// Another signs; it verifies what it has signed before.
    Verifies,
    /// All that it has signed is over.
    Over,
}

impl KeyState {
    /// The name of the state.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Signs => "signs",
            Self::Verifies => "verifies",
            Self::Over => "over",
        }
    }
}

impl Admin {
    /// The signing keys, by algorithm, the oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKeyRecord>, StoreError> {
        let (ring, now) = (self.server.read_keys().await?, self.server.now());
        Ok(ring.keys.iter().map(|key| record(&ring, key, now)).collect())
    }

    /// Whether it is for the actor to change what the server signs with.
    ///
    /// # Errors
    /// When the actor is no superuser.
    pub fn may_change_signing_keys(&self) -> Result<(), AdminError> {
        if self.actor().is_superuser { Ok(()) } else { Err(AdminError::Forbidden(KEYS)) }
    }

    /// Makes the next key of each algorithm that is in use. It signs in an hour, when who keeps the set has it; one that
    /// waits for that already stays the next. Gives those that were made. Where the old ones may have been stolen,
    /// `at_once` makes the new ones sign now and withdraws all others: whatever those have signed is refused by who reads
    /// the set again.
    ///
    /// # Errors
    /// When the actor is no superuser, and when the store fails.
    pub async fn rotate_signing_keys(
        &self,
        at_once: bool,
    ) -> Result<Vec<SigningKeyRecord>, AdminError> {
        self.only_for_superusers(KEYS).await?;
        let (before, now) = (self.server.read_keys().await?, self.server.now());
        let signs_from = if at_once { now } else { now + PUBLISHED_BEFORE };
        for algorithm in SigningAlgorithm::ALL {
            let Some(last) = before.last(algorithm) else { continue };
            if at_once || last.signs_from <= now {
                self.server.make_key(algorithm, last.number + 1, signs_from).await?;
            }
        }
        if at_once {
            self.withdraw(before.keys.iter().map(|key| (key.id, key.kid.clone())).collect())
                .await?;
        }
        let ring = self.server.read_keys().await?;
        let made = ring.keys.iter().filter(|key| before.with_kid(&key.kid).is_none());
        Ok(made.map(|key| record(&ring, key, now)).collect())
    }

    /// Brings a key of the operator's own, in PEM, as the next of its algorithm. It signs in an hour.
    ///
    /// # Errors
    /// When it is no such key, or one that the server has or had; when the actor is no superuser, or the store fails.
    pub async fn import_signing_key(
        &self,
        algorithm: SigningAlgorithm,
        pem: &Secret,
    ) -> Result<SigningKeyRecord, AdminError> {
        self.only_for_superusers(KEYS).await?;
        let refused = |problem| AdminError::from(vec![FieldError { field: "pem", problem }]);
        let pair = KeyPair::read(algorithm, pem.expose())
            .map_err(|no_key| refused(Problem::Malformed(no_key.to_string())))?;
        let (ring, now) = (self.server.read_keys().await?, self.server.now());
        let last = ring.last(algorithm);
        let number = last.map_or(1, |last| last.number + 1);
        let signs_from = last.map_or(now, |last| (now + PUBLISHED_BEFORE).max(last.signs_from + 1));
        if !self.server.add_key(algorithm, (pem, &pair), number, signs_from).await? {
            return Err(refused(Problem::Taken));
        }
        let ring = self.server.read_keys().await?;
        let key = ring.with_kid(&pair.kid).ok_or(AdminError::NotFound)?;
        Ok(record(&ring, key, now))
    }

    async fn withdraw(&self, keys: Vec<(i64, String)>) -> Result<(), StoreError> {
        let kids: Vec<String> = keys.iter().map(|(_, kid)| kid.clone()).collect();
        let trail = self.server.trail();
        let delete = move |db: &mut DbConnection| {
            for (id, kid) in &keys {
                trail.write(db, &Entry::new(Action::Delete, Kind::SigningKey, *id, kid))?;
            }
            let ids: Vec<i64> = keys.iter().map(|(id, _)| *id).collect();
            signing_key::delete(db, &ids).map(drop)
        };
        let told = || -> LedTo<()> {
            let withdrawn = kids.into_iter().map(|kid| EventKind::SigningKeyWithdrawn { kid });
            let withdrawn = withdrawn.collect();
            Box::new(|&()| withdrawn)
        };
        self.server.write_and_raise(Affected::Nothing, delete, told).await
    }
}

fn record(ring: &Ring, key: &SigningKey, now: Timestamp) -> SigningKeyRecord {
    let over_at = ring.over_at(key);
    let signs = ring.signer(key.algorithm, now).is_some_and(|signer| signer.kid == key.kid);
    let state = match over_at {
        _ if signs => KeyState::Signs,
        _ if key.signs_from > now => KeyState::Published,
        Some(end) if end <= now => KeyState::Over,
        _ => KeyState::Verifies,
    };
    SigningKeyRecord {
        id: key.id,
        kid: key.kid.clone(),
        algorithm: key.algorithm,
        created_at: key.created_at,
        signs_from: key.signs_from,
        over_at,
        state,
    }
}

const KEYS: &str = "only a superuser may change what the server signs with";
