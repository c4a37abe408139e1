//! Is this a secret of the client's?
//!
//! A generated secret is known by its digest, in a microsecond. One that a person picked is Argon2id and costs some
//! 20 ms, so that it was verified is remembered with the client: by the digest of what was presented, and only for that
//! version of the row, so that rotating or disabling forgets it. A client may have two at a time.

use crate::{AuthorizationServer, Client, GuessError, Secret, secret::Digest};

pub(super) async fn verify(
    server: &AuthorizationServer,
    client: &Client,
    presented: &Secret,
) -> Result<bool, GuessError> {
    let (digest, now) = (Digest::of(presented.expose()), server.now());
    let known = |is_known, secret: &crate::StoredSecret| secret.is(&digest) | is_known;
    if client.live_secrets(now).fold(false, known) {
        return Ok(true);
    }
    let verified = server.verify_chosen_secret(client, presented).await?;
    if let Some(secret) = verified {
        secret.remember(digest);
    }
    Ok(verified.is_some())
}
