//! What people choose is hashed slowly: Argon2id with the parameters that OWASP recommends.
//!
//! One hash takes some 20 ms and 19 MiB, so a bounded number runs at a time and the others wait: a flood of sign-ins
//! must not starve the rest of the server.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use argon2::{
    Argon2, PasswordHasher as _, PasswordVerifier as _, password_hash::phc::PasswordHash,
};
use tokio::sync::Semaphore;

use crate::store::StoreError;

/// The hash of what a person chose. `Debug` hides it: it is what an attacker would guess against.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StoredHash(String);

impl StoredHash {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for StoredHash {
    fn from(hash: String) -> Self {
        Self(hash)
    }
}

impl fmt::Debug for StoredHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredHash(..)")
    }
}

/// Hashes passwords on a bounded number of threads.
#[derive(Debug, Clone)]
pub(crate) struct Hasher {
    running: Arc<Semaphore>,
}

impl Hasher {
    /// As many at a time as there are processors.
    pub(crate) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self { running: Arc::new(Semaphore::new(processors)) }
    }

    pub(crate) async fn hash(&self, password: &str) -> Result<String, StoreError> {
        let password = password.to_owned();
        let hashed = self.bounded(move || hash(&password)).await?;
        hashed.ok_or_else(|| StoreError::internal("Argon2 refused the password"))
    }

    /// Whether the password is the hashed one. Without a hash (nobody has that name) it takes as long, and is not.
    pub(crate) async fn verify(
        &self,
        password: &str,
        hashed: Option<String>,
    ) -> Result<bool, StoreError> {
        let password = password.to_owned();
        let verify = move || match hashed {
            Some(hashed) => matches(&password, &hashed),
            None => {
                matches(&password, nobodys());
                false
            }
        };
        self.bounded(verify).await
    }

    async fn bounded<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit =
            Arc::clone(&self.running).acquire_owned().await.map_err(StoreError::internal)?;
        let work = move || {
            let _held = permit; // until the hash is done, also when nobody waits for it any more
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(StoreError::internal)
    }
}

fn hash(password: &str) -> Option<String> {
    let hashed: PasswordHash = Argon2::default().hash_password(password.as_bytes()).ok()?;
    Some(hashed.to_string())
}

fn matches(password: &str, hashed: &str) -> bool {
    PasswordHash::new(hashed)
        .is_ok_and(|hashed| Argon2::default().verify_password(password.as_bytes(), &hashed).is_ok())
}

/// A hash that belongs to no account.
fn nobodys() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| hash("nobody").unwrap_or_default())
}
