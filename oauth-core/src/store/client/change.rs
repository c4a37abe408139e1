//! Writing clients. Each change lets the version rise.

use diesel::prelude::*;

use super::{
    ClientFields, ClientMetadata, DbConnection, Query, RegisteredBy, Registration, key,
    oauth_clients, secret,
};
use crate::{Scopes, Timestamp, secret::Digest, store::scope};

/// Inserts a client and the scopes that come with it, and gives its key; `None` when its identifier is taken, also by a
/// client that is disabled, or deleted and not cleared away yet.
pub(crate) fn register(
    db: &mut DbConnection,
    client_id: &str,
    registration: &Registration,
    new_scopes: &Scopes,
    now: Timestamp,
) -> Query<Option<i64>> {
    if key(db, client_id)?.is_some() {
        return Ok(None);
    }
    scope::insert_named(db, new_scopes)?;
    let stranger = registration.stranger.as_ref();
    let token = stranger.and_then(|it| it.token.as_ref());
    let id = diesel::insert_into(oauth_clients::table)
        .values((
            oauth_clients::client_id.eq(client_id),
            oauth_clients::version.eq(1),
            oauth_clients::created_at.eq(now),
            oauth_clients::metadata.eq(registration.metadata.document()?),
            oauth_clients::registered_by.eq(RegisteredBy::of(stranger).as_str()),
            oauth_clients::management_token.eq(token.map(Digest::as_bytes)),
            oauth_clients::reap_at.eq(stranger.map(|it| it.reap_at)),
            &registration.fields,
        ))
        .returning(oauth_clients::id)
        .get_result(db)?;
    if let Some(secret) = &registration.secret {
        secret::add(db, id, secret, now)?;
    }
    Ok(Some(id))
}

/// Disables or enables a client; `false` when there is none of this key, or it is deleted.
pub(crate) fn set_disabled(
    db: &mut DbConnection,
    id: i64,
    disabled_at: Option<Timestamp>,
) -> Query<bool> {
    let changes = (
        oauth_clients::disabled_at.eq(disabled_at),
        oauth_clients::version.eq(oauth_clients::version + 1),
    );
    let kept = oauth_clients::table.find(id).filter(oauth_clients::deleted_at.is_null());
    Ok(diesel::update(kept).set(changes).execute(db)? == 1)
}

/// Changes a client, unless it has changed since this version of it; `false` then.
pub(crate) fn update(
    db: &mut DbConnection,
    id: i64,
    version: i64,
    metadata: &ClientMetadata,
    fields: &ClientFields,
) -> Query<bool> {
    let unchanged = oauth_clients::table.find(id).filter(oauth_clients::version.eq(version));
    let changes = (
        oauth_clients::metadata.eq(metadata.document()?),
        fields,
        oauth_clients::version.eq(version + 1),
    );
    Ok(diesel::update(unchanged).set(changes).execute(db)? == 1)
}

/// Begins a change of its secrets, unless the client has changed since this version of it; `false` then.
pub(crate) fn raise_version(db: &mut DbConnection, id: i64, version: i64) -> Query<bool> {
    let unchanged = oauth_clients::table.find(id).filter(oauth_clients::version.eq(version));
    let raised = oauth_clients::version.eq(version + 1);
    Ok(diesel::update(unchanged).set(raised).execute(db)? == 1)
}

/// Marks a client as deleted, once; `false` when there is none of this key, or it is deleted already. It is disabled with
/// that, which is what every look-up sees: all that hangs on it is dead from here. The clean-up deletes it in batches.
pub(crate) fn delete(db: &mut DbConnection, id: i64, now: Timestamp) -> Query<bool> {
    let kept = oauth_clients::table.find(id).filter(oauth_clients::deleted_at.is_null());
    let changes = (
        oauth_clients::disabled_at.eq(now),
        oauth_clients::deleted_at.eq(now),
        oauth_clients::version.eq(oauth_clients::version + 1),
    );
    Ok(diesel::update(kept).set(changes).execute(db)? == 1)
}

/// From here on no client acts for this user.
pub(crate) fn disown(db: &mut DbConnection, owner: &str) -> Query<()> {
    let acting = oauth_clients::table
        .filter(oauth_clients::owner.eq(owner))
        .filter(oauth_clients::acts_as_owner);
    let changes = (
        oauth_clients::acts_as_owner.eq(false),
        oauth_clients::version.eq(oauth_clients::version + 1),
    );
    diesel::update(acting).set(changes).execute(db).map(drop)
}
