//! Is this the client's secret?
//!
//! A generated secret is found by its digest, in a microsecond. One that a person picked is Argon2id and costs some
//! 20 ms, so a verified one is remembered: by the digest of what was presented, and only for that version of the row, so
//! that rotating or disabling forgets it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::{AuthorizationServer, Client, GuessError, Secret, secret::Digest};

/// The hand-picked secrets that were verified: at most one for each client.
#[derive(Default)]
pub(crate) struct VerifiedSecrets(Mutex<HashMap<i64, (i64, Digest)>>);

impl VerifiedSecrets {
    fn knows(&self, client: &Client, presented: &Digest) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&client.id).is_some_and(|(version, digest)| {
            *version == client.version && presented.is(digest.as_bytes())
        })
    }

    fn remember(&self, client: &Client, presented: Digest) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(client.id, (client.version, presented));
    }
}

pub(super) async fn verify(
    server: &AuthorizationServer,
    client: &Client,
    presented: &Secret,
) -> Result<bool, GuessError> {
    let digest = Digest::of(presented.expose());
    if let Some(generated) = &client.secret_digest {
        return Ok(digest.is(generated));
    }
    if server.verified_secrets.knows(client, &digest) {
        return Ok(true);
    }
    let verified = server.verify_chosen_secret(client, presented).await?;
    if verified {
        server.verified_secrets.remember(client, digest);
    }
    Ok(verified)
}
