//! What people choose is hashed slowly: Argon2id with the parameters that OWASP recommends.
//!
//! One hash takes some 20 ms and 19 MiB, so a bounded number runs at a time and the others wait: a flood of sign-ins
//! must not starve the rest of the server.

mod queue;

use std::sync::OnceLock;

use argon2::{
    Argon2, PasswordHasher as _, PasswordVerifier as _, password_hash::phc::PasswordHash,
};

use self::queue::Queue;
pub(crate) use self::queue::{Turn, Unhashed};
use crate::store::StoreError;

/// Hashes passwords, each when its turn comes. Cloning is cheap, and shares the queue.
#[derive(Clone)]
pub(crate) struct Hasher(Queue);

impl Hasher {
    pub(crate) fn new() -> Self {
        Self(Queue::new())
    }

    /// The hash of what somebody chose who may.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, StoreError> {
        let password = password.to_owned();
        match self.0.run(Turn::Known(0), move || hash(&password)).await {
            Ok(hashed) => hashed.ok_or_else(|| StoreError::internal("Argon2 refused the password")),
            Err(Unhashed::Failed(error)) => Err(error),
            Err(Unhashed::Full { .. }) => Err(StoreError::internal("who is known was refused")),
        }
    }

    /// Whether the password, in one of its forms, is the hashed one. Without a hash (nobody has that name) it takes as
    /// long, and is not.
    pub(crate) async fn verify(
        &self,
        forms: Vec<String>,
        hashed: Option<String>,
        turn: Turn,
    ) -> Result<bool, Unhashed> {
        let verify = move || {
            let against = hashed.as_deref().unwrap_or_else(|| nobodys());
            forms.iter().any(|form| matches(form, against)) && hashed.is_some()
        };
        self.0.run(turn, verify).await
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
