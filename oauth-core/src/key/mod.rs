//! What the server signs with, so that others can tell that it was this server: RFC 7517.
//!
//! Keys are made by themselves. The first of an algorithm signs at once; each later one is published an hour before it
//! signs, so that who keeps the set has it by then, and stays for a day after the next has taken over, when all that it
//! signed has ended. The database holds them, and the times by which all servers choose; what is secret of them is sealed
//! under a key that only the operator has ([`KeyEncryption`]).

mod pair;
mod ring;
mod seal;
mod staff;

use std::sync::{Arc, PoisonError, RwLock};

use jsonwebtoken::jwk::Jwk;
use serde::Serialize;

use self::{pair::KeyPair, ring::Ring};
pub(crate) use self::{pair::of_crate, ring::SigningKey};
pub use self::{
    seal::{InvalidKeyEncryption, KeyEncryption},
    staff::{KeyState, SigningKeyRecord},
};
use crate::{
    AuthorizationServer, EventKind, Secret, SigningAlgorithm, StoreError, Timestamp,
    admin::{Action, Entry, Kind},
    secret::random_bytes,
    store::{
        Affected, DbConnection,
        signing_key::{self, KeyRow, NewKeyRow},
    },
};

/// The keys of a server, as it last read them.
#[derive(Clone, Default)]
pub(crate) struct SigningKeys {
    encryption: Option<KeyEncryption>,
    ring: Arc<RwLock<Arc<Ring>>>,
}

/// What others verify with: a JWK Set (RFC 7517 §5).
#[derive(Debug, Clone, Serialize)]
pub struct JwkSet {
    keys: Vec<Jwk>,
}

impl AuthorizationServer {
    /// Seals what is secret of the signing keys under a key of the operator's. Those that are in the clear, or under the
    /// second of two keys, are sealed anew by [`AuthorizationServer::prepare_keys`].
    #[must_use]
    pub fn with_key_encryption(self, encryption: KeyEncryption) -> Self {
        let signing_keys = SigningKeys { encryption: Some(encryption), ..self.signing_keys };
        Self { signing_keys, ..self }
    }

    /// Whether signing keys are sealed under a key of the operator's.
    #[must_use]
    pub fn has_key_encryption(&self) -> bool {
        self.signing_keys.encryption.is_some()
    }

    /// Reads the signing keys, and makes the first of RS256 and ES256 where there is none. For a start, so that what is
    /// wrong is said there; what is not prepared is made when it is first asked for.
    ///
    /// # Errors
    /// When the store fails, and [`StoreError::SealedKeys`] where the keys are sealed under another key than is given.
    pub async fn prepare_keys(&self) -> Result<(), StoreError> {
        self.read_keys().await?;
        for algorithm in [SigningAlgorithm::Rs256, SigningAlgorithm::Es256] {
            self.signer(algorithm).await?;
        }
        Ok(())
    }

    /// What others verify with that this server signed, now and for the next hour.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn jwk_set(&self) -> Result<JwkSet, StoreError> {
        let ring = self.ring().await?;
        let keys = ring.published(self.now()).map(|key| key.public.clone());
        Ok(JwkSet { keys: keys.collect() })
    }

    /// The key of this algorithm that signs now.
    pub(crate) async fn signer(
        &self,
        algorithm: SigningAlgorithm,
    ) -> Result<Arc<SigningKey>, StoreError> {
        let now = self.now();
        if let Some(key) = self.ring().await?.signer(algorithm, now) {
            return Ok(Arc::clone(key));
        }
        // Another server may be making the first, too: one of them does.
        self.make_key(algorithm, 1, now).await?;
        let ring = self.read_keys().await?;
        let key = ring.signer(algorithm, now).cloned();
        key.ok_or_else(|| StoreError::internal("a signing key that was made is not there"))
    }

    /// The key with this id, if it is one of this server's. What is not known yet may be another server's new one.
    pub(crate) async fn verifier(&self, kid: &str) -> Result<Option<Arc<SigningKey>>, StoreError> {
        let ring = self.ring().await?;
        if let Some(key) = ring.with_kid(kid) {
            return Ok(Some(Arc::clone(key)));
        }
        if ring.read_at == self.now() {
            return Ok(None); // so that a flood of unknown ones asks once a second
        }
        Ok(self.read_keys().await?.with_kid(kid).cloned())
    }

    /// The keys, not older than a minute.
    async fn ring(&self) -> Result<Arc<Ring>, StoreError> {
        let ring =
            Arc::clone(&self.signing_keys.ring.read().unwrap_or_else(PoisonError::into_inner));
        let age = self.now() - ring.read_at;
        if !ring.keys.is_empty() && (0..FRESH).contains(&age) {
            Ok(ring)
        } else {
            self.read_keys().await
        }
    }

    async fn read_keys(&self) -> Result<Arc<Ring>, StoreError> {
        let rows = self.store.read(signing_key::all).await?;
        let known =
            Arc::clone(&self.signing_keys.ring.read().unwrap_or_else(PoisonError::into_inner));
        let (mut keys, mut salt) = (Vec::new(), known.salt);
        for row in &rows {
            if row.algorithm == SALT && salt.is_none() {
                salt = self.unsealed(row).await?.try_into().ok();
            }
            let Ok(algorithm) = row.algorithm.parse() else { continue }; // of a newer program
            let key = match known.with_kid(&row.kid) {
                Some(key) => Arc::clone(key),
                None => Arc::new(self.opened(row, algorithm).await?),
            };
            keys.push(key);
        }
        let ring = Arc::new(Ring { read_at: self.now(), keys, salt });
        *self.signing_keys.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&ring);
        Ok(ring)
    }

    async fn opened(
        &self,
        row: &KeyRow,
        algorithm: SigningAlgorithm,
    ) -> Result<SigningKey, StoreError> {
        let pem = String::from_utf8(self.unsealed(row).await?).map_err(StoreError::internal)?;
        let pair = KeyPair::read(algorithm, &pem).map_err(StoreError::internal)?;
        Ok(SigningKey::of(row, algorithm, pair))
    }

    /// What is secret of a row, which is sealed anew where it should be.
    async fn unsealed(&self, row: &KeyRow) -> Result<Vec<u8>, StoreError> {
        let keys = self.signing_keys.encryption.as_ref();
        let opened = seal::open(keys, &row.kid, &row.private).ok_or(StoreError::SealedKeys)?;
        if opened.is_outdated {
            let sealed =
                seal::seal(keys, &row.kid, &opened.private).ok_or(StoreError::SealedKeys)?;
            let (id, before) = (row.id, row.private.clone());
            let reseal = move |db: &mut DbConnection| signing_key::reseal(db, id, &before, &sealed);
            self.store.write_affecting(Affected::Nothing, reseal).await?;
        }
        Ok(opened.private)
    }

    /// What pairwise names of users are derived with, the same for good (OpenID Connect Core §8.1).
    pub(crate) async fn pairwise_salt(&self) -> Result<[u8; 32], StoreError> {
        if let Some(salt) = self.ring().await?.salt {
            return Ok(salt);
        }
        let (kid, drawn) = (Secret::generate().expose().to_owned(), random_bytes());
        self.add_row(SALT, (kid, &drawn, String::new()), (1, self.now())).await?;
        let salt = self.read_keys().await?.salt;
        salt.ok_or_else(|| StoreError::internal("the salt of pairwise names is not there"))
    }

    /// Makes the key of this number, unless another server has made one.
    async fn make_key(
        &self,
        algorithm: SigningAlgorithm,
        number: i64,
        signs_from: Timestamp,
    ) -> Result<bool, StoreError> {
        // Off the threads that serve requests: a key of RSA takes a while to find.
        let drawn = tokio::task::spawn_blocking(move || pair::draw(algorithm)).await;
        let pem = drawn.map_err(StoreError::internal)??;
        let pair = KeyPair::read(algorithm, pem.expose()).map_err(StoreError::internal)?;
        self.add_key(algorithm, (&pem, &pair), number, signs_from).await
    }

    async fn add_key(
        &self,
        algorithm: SigningAlgorithm,
        (pem, pair): (&Secret, &KeyPair),
        number: i64,
        signs_from: Timestamp,
    ) -> Result<bool, StoreError> {
        let public = serde_json::to_string(&pair.public).map_err(StoreError::internal)?;
        let row = (pair.kid.clone(), pem.expose().as_bytes(), public);
        let added = self.add_row(algorithm.as_str(), row, (number, signs_from)).await?;
        if added {
            let kid = pair.kid.clone();
            self.raise(|| EventKind::SigningKeyMade { kid, algorithm, signs_from });
        }
        Ok(added)
    }

    /// Adds a row, unless another server has added the one of this number.
    async fn add_row(
        &self,
        algorithm: &str,
        (kid, private, public): (String, &[u8], String),
        (number, signs_from): (i64, Timestamp),
    ) -> Result<bool, StoreError> {
        let private = seal::seal(self.signing_keys.encryption.as_ref(), &kid, private);
        let private = private.ok_or_else(|| StoreError::internal("a key could not be sealed"))?;
        let (trail, algorithm) = (self.trail(), algorithm.to_owned());
        let created_at = trail.at;
        let row = NewKeyRow { kid, algorithm, number, private, public, created_at, signs_from };
        let insert = move |db: &mut DbConnection| {
            let id = signing_key::insert(db, &row)?;
            trail.write(db, &Entry::new(Action::Create, Kind::SigningKey, id, &row.kid)).map(Some)
        };
        Ok(self.store.insert(insert).await?.is_some())
    }
}

/// What stands for an algorithm in the row of the salt.
const SALT: &str = "pairwise";
/// In seconds: how long what was read of the keys is good.
const FRESH: i64 = 60;
/// In seconds: how long others may keep the set, and so how long before it signs a key is published.
pub(crate) const PUBLISHED_BEFORE: i64 = 3600;
