//! What staff change of clients.

use crate::{
    Client, ClientChange, ClientSecret, EventKind, NewClient, Registered, Scopes, Secret,
    admin::{Action, Actor, Admin, AdminError, Change, Entry, Kind, taken},
    registration::{Prepared, check},
    store::{self, DbConnection, Query, client::ClientFields},
};

impl Admin {
    /// Registers a client. A secret that was generated can only be seen this once.
    ///
    /// # Errors
    /// When fields are wrong, or the identifier is taken; when users would not be asked for it, and the actor is no
    /// superuser.
    pub async fn create_client(&self, new: NewClient) -> Result<Registered, AdminError> {
        let (unknown, Prepared { registration, secret }) = self.judge(&new).await?;
        let client_id = new.client_id.unwrap_or_else(|| Secret::generate().expose().to_owned());
        let (actor, now) = (self.actor.clone(), self.server.now());
        let create = move |db: &mut DbConnection| {
            let fields = &registration.fields;
            if let Err(refusal) = may_have(db, &actor, acting_for(fields), fields.skip_consent)? {
                return Ok(Err(refusal));
            }
            let id = store::client::register(db, &client_id, &registration, &unknown, now)?;
            let Some(id) = id else { return Ok(Err(taken("client_id"))) };
            let created = store::client::with_key(db, id)?.ok_or(AdminError::NotFound);
            Ok(created.map(|client| {
                let entry = entry(Action::Create, &client, ClientChange::Registered);
                (client, Some(entry))
            }))
        };
        let client = self.change("client_id", create).await?;
        Ok(Registered { client, secret })
    }

    /// Changes a client; `version` is that of the client that the form was made from. The identifier stays as it is.
    /// [`ClientSecret::Generated`] means that it has a secret: as before or, where it had none, a new one, which can
    /// only be seen this once.
    ///
    /// # Errors
    /// When fields are wrong, or somebody else has changed the client since; when it changes whether users are asked
    /// for it, or, of one that they are not asked for, where it is answered, its secret, its scopes or its grants, and the
    /// actor is no superuser.
    pub async fn update_client(
        &self,
        id: i64,
        version: i64,
        new: NewClient,
    ) -> Result<Registered, AdminError> {
        let (unknown, Prepared { registration, secret }) = self.judge(&new).await?;
        let chosen = matches!(new.secret, ClientSecret::Chosen(_));
        let (actor, now) = (self.actor.clone(), self.server.now());
        let update = move |db: &mut DbConnection| {
            let old = match of_version(db, id, version)? {
                Ok(old) => old,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let metadata = registration.metadata.in_place_of(&old.metadata);
            let fields = &registration.fields;
            let another_secret = chosen || old.is_public != fields.is_public;
            let mut changes = metadata.changed_from(&old.metadata)?;
            changes.extend(fields.changed_from(&store::client::fields(db, id)?));
            changes.extend(another_secret.then(|| "secret".to_owned()));
            if let Err(refusal) =
                may_have(db, &actor, acting_for(fields), is_of_trust(&old, &changes))?
            {
                return Ok(Err(refusal));
            }
            if changes.is_empty() {
                return Ok(Ok(((old, false), None)));
            }
            // The compare-and-set: who read the same version a moment ago has lost.
            if !store::client::update(db, id, version, &metadata, fields)? {
                return Ok(Err(AdminError::Conflict));
            }
            store::scope::insert_named(db, &unknown)?;
            if another_secret {
                store::client::secret::delete_of(db, id)?;
                if let Some(secret) = &registration.secret {
                    store::client::secret::add(db, id, secret, now)?;
                }
            }
            let entry = entry(Action::Update, &old, ClientChange::Changed).naming(changes);
            let updated = store::client::with_key(db, id)?.unwrap_or(old);
            Ok(Ok(((updated, another_secret), Some(entry))))
        };
        let (client, another_secret) = self.change("client_id", update).await?;
        Ok(Registered { client, secret: secret.filter(|_| another_secret) })
    }

    /// Disables a client, or enables it again: while it is disabled its requests are refused and its tokens are dead.
    ///
    /// # Errors
    /// When there is no such client.
    pub async fn set_client_disabled(&self, id: i64, disabled: bool) -> Result<(), AdminError> {
        let disabled_at = disabled.then(|| self.server.now());
        let (action, change) = if disabled {
            (Action::Disable, ClientChange::Disabled)
        } else {
            (Action::Enable, ClientChange::Enabled)
        };
        let set = move |db: &mut DbConnection| {
            let Some(client) = store::client::with_key(db, id)? else {
                return Ok(Err(AdminError::NotFound));
            };
            if client.disabled_at.is_some() == disabled {
                return Ok(Ok(((), None)));
            }
            if !store::client::set_disabled(db, id, disabled_at)? {
                return Ok(Err(AdminError::NotFound)); // deleted a moment ago
            }
            Ok(Ok(((), Some(entry(action, &client, change)))))
        };
        self.change("client_id", set).await
    }

    /// Deletes a client: it and its grants, codes, tokens and consents are of no use from here on, and it is shown nowhere.
    /// They go in batches, with the clean-up, and its row last: until then its identifier is taken.
    ///
    /// # Errors
    /// When there is no such client.
    pub async fn delete_client(&self, id: i64) -> Result<(), AdminError> {
        let now = self.server.now();
        let delete = move |db: &mut DbConnection| -> Change<()> {
            let Some(client) = store::client::with_key(db, id)? else {
                return Ok(Err(AdminError::NotFound));
            };
            if !store::client::delete(db, id, now)? {
                return Ok(Err(AdminError::NotFound)); // a moment ago
            }
            Ok(Ok(((), Some(entry(Action::Delete, &client, ClientChange::Deleted)))))
        };
        self.change("client_id", delete).await
    }

    async fn judge(&self, new: &NewClient) -> Result<(Scopes, Prepared), AdminError> {
        let unknown = self.server.unknown_scopes(&new.named_scopes()).await?;
        check::client(new, &unknown, &self.server.settings).into_result()?;
        Ok((unknown, self.server.prepare(new).await?))
    }
}

pub(super) fn entry(action: Action, client: &Client, change: ClientChange) -> Entry {
    let event = EventKind::ClientChanged { client_id: client.client_id.clone(), change };
    Entry::new(action, Kind::Client, client.id, client.name()).raising(event)
}

fn of_version(db: &mut DbConnection, id: i64, version: i64) -> Query<Result<Client, AdminError>> {
    let client = store::client::with_key(db, id)?.ok_or(AdminError::NotFound);
    Ok(client.and_then(|client| {
        if client.version == version { Ok(client) } else { Err(AdminError::Conflict) }
    }))
}

/// A client that users are not asked for acts for whoever follows a link, superusers too. So it is for superusers that it
/// is one, where it is answered, what it proves itself with, and what it may get.
fn is_of_trust(old: &Client, changes: &[String]) -> bool {
    let changes = |name: &str| changes.iter().any(|changed| changed == name);
    changes("skip_consent") || old.skip_consent && OF_TRUSTED.into_iter().any(changes)
}

/// The fields of a client that users are not asked for.
const OF_TRUSTED: [&str; 5] = ["redirect_uris", "secret", "scope", "any_scope", "grant_types"];

/// Whom its own tokens act for, besides nobody.
fn acting_for(fields: &ClientFields) -> Option<&str> {
    fields.owner.as_deref().filter(|_| fields.acts_as_owner)
}

pub(super) fn may_have(
    db: &mut DbConnection,
    actor: &Actor,
    acting_for: Option<&str>,
    for_superusers: bool,
) -> Query<Result<(), AdminError>> {
    if for_superusers && let Err(refusal) = actor.must_be_superuser(db, TRUSTED)? {
        return Ok(Err(refusal));
    }
    Admin::may_act_for(db, actor, acting_for)
}

pub(super) const TRUSTED: &str = "only a superuser may have users not be asked for a client, and change the redirect URIs, the secret, \
                       the scopes and the grants of one that they are not asked for";
