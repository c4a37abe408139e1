//! The secrets of clients. One may take the place of another without an outage: until the end of the old one, both are
//! good.

use super::change::{TRUSTED, entry, may_have};
use crate::{
    Client, ClientChange, FieldError, Problem, Secret, StoredSecret,
    admin::{Action, Actor, Admin, AdminError},
    settings::{LASTS, lasts},
    store::{
        self, DbConnection, Query,
        client::{NewSecret, secret},
    },
};

impl Admin {
    /// Whether it is for the actor to change the client's secrets.
    ///
    /// # Errors
    /// When users are not asked for the client, and the actor is no superuser.
    pub fn may_change_client_secrets(&self, client: &Client) -> Result<(), AdminError> {
        if client.skip_consent && !self.actor.is_superuser {
            return Err(AdminError::Forbidden(TRUSTED));
        }
        Ok(())
    }

    /// Gives a client a new secret, which can only be seen this once. The old one goes on for so many seconds; with 0 it
    /// is refused from here on, also where it was remembered as verified, and so is one that still went on beside it.
    ///
    /// # Errors
    /// When there is no such client, or it is public; when it has two secrets that are good already, and they should go
    /// on; when users are not asked for it, and the actor is no superuser; when somebody else changes it meanwhile.
    pub async fn rotate_client_secret(
        &self,
        id: i64,
        old_ends_in: i64,
    ) -> Result<Secret, AdminError> {
        if old_ends_in != 0 && !lasts(old_ends_in) {
            let problem = Problem::Malformed(format!("must be 0 or {LASTS}"));
            return Err(vec![FieldError { field: "old_ends_in", problem }].into());
        }
        let drawn = Secret::of_client(&self.server.settings.token_brand);
        let (new, actor, now) = (NewSecret::drawn(&drawn), self.actor.clone(), self.server.now());
        let rotate = move |db: &mut DbConnection| {
            let client = match with_secrets(db, &actor, id)? {
                Ok(client) => client,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let live: Vec<i64> = client.live_secrets(now).map(|secret| secret.id).collect();
            if old_ends_in != 0 && live.len() > 1 {
                return Ok(Err(AdminError::Refused(TWO)));
            }
            if !store::client::raise_version(db, id, client.version)? {
                return Ok(Err(AdminError::Conflict));
            }
            if old_ends_in == 0 {
                secret::delete_of(db, id)?;
            } else {
                secret::end(db, &live, now + old_ends_in)?;
            }
            secret::add(db, id, &new, now)?;
            let entry = entry(Action::RotateSecret, &client, ClientChange::SecretRotated);
            Ok(Ok(((), Some(entry))))
        };
        self.change("client_id", rotate).await?;
        Ok(drawn)
    }

    /// Ends one of a client's two secrets now.
    ///
    /// # Errors
    /// When there is no such secret, or no other that is good; when users are not asked for the client, and the actor is
    /// no superuser; when somebody else changes it meanwhile.
    pub async fn end_client_secret(&self, id: i64, secret: i64) -> Result<(), AdminError> {
        let (actor, now) = (self.actor.clone(), self.server.now());
        let end = move |db: &mut DbConnection| {
            let client = match with_secrets(db, &actor, id)? {
                Ok(client) => client,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let (ends, stays): (Vec<&StoredSecret>, _) =
                client.live_secrets(now).partition(|live| live.id == secret);
            if ends.is_empty() {
                return Ok(Err(AdminError::NotFound));
            }
            if stays.is_empty() {
                return Ok(Err(AdminError::Refused(LAST)));
            }
            if !store::client::raise_version(db, id, client.version)? {
                return Ok(Err(AdminError::Conflict));
            }
            secret::delete(db, &[secret])?;
            Ok(Ok(((), Some(entry(Action::EndSecret, &client, ClientChange::SecretEnded)))))
        };
        self.change("client_id", end).await
    }
}

/// A client whose secrets may be changed by who does it.
fn with_secrets(
    db: &mut DbConnection,
    actor: &Actor,
    id: i64,
) -> Query<Result<Client, AdminError>> {
    let Some(client) = store::client::with_key(db, id)? else {
        return Ok(Err(AdminError::NotFound));
    };
    if client.is_public {
        return Ok(Err(AdminError::Refused("a public client has no secret")));
    }
    let acting_for = client.owner.as_deref().filter(|_| client.acts_as_owner);
    Ok(may_have(db, actor, acting_for, client.skip_consent)?.map(|()| client))
}

const TWO: &str =
    "it has two secrets already: end one of them first, or both with this change by 0 seconds";
const LAST: &str = "it is the only secret that is good: give the client another one, or disable it";
