//! Grants: one row is one authorization, and everything it led to hangs on it.

use diesel::prelude::*;

use super::{
    DbConnection, Query,
    client::ClientVersion,
    kept::{Keep, native},
    schema::{oauth_clients, oauth_grants},
};
use crate::{Resources, Scopes, Timestamp};

/// An authorization.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = oauth_grants)]
pub(crate) struct Grant {
    pub(crate) id: i64,
    pub(crate) client_id: i64,
    pub(crate) subject: Option<String>,
    #[diesel(deserialize_as = String)]
    pub(crate) scopes: Scopes,
    #[diesel(deserialize_as = Option<String>)]
    pub(crate) resources: Resources,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
    /// What the policy attached, as JSON.
    pub(crate) data: Option<String>,
    /// How it began, where that was with the scope `openid`: [`OpenId`](super::openid::OpenId) as text.
    pub(crate) openid: Option<String>,
    /// What the session in which it began is called towards clients.
    pub(crate) sid: Option<String>,
}

impl Grant {
    /// Whether its family still lives.
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// What is stored of a new authorization.
#[derive(Clone)]
pub(crate) struct NewGrant {
    /// The family's key, drawn by the process.
    pub(crate) id: i64,
    pub(crate) client_id: i64,
    pub(crate) subject: Option<String>,
    pub(crate) scopes: Scopes,
    pub(crate) resources: Resources,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) data: Option<String>,
    /// [`OpenId`](super::openid::OpenId) as text.
    pub(crate) openid: Option<String>,
    /// What the session is called towards clients.
    pub(crate) sid: Option<String>,
}

pub(crate) fn insert(db: &mut DbConnection, grant: &NewGrant) -> Query<()> {
    diesel::insert_into(oauth_grants::table)
        .values((
            oauth_grants::id.eq(grant.id),
            oauth_grants::client_id.eq(grant.client_id),
            oauth_grants::subject.eq(&grant.subject),
            oauth_grants::scopes.eq(grant.scopes.to_string()),
            oauth_grants::resources.eq(grant.resources.to_stored()),
            oauth_grants::created_at.eq(grant.created_at),
            oauth_grants::expires_at.eq(grant.expires_at),
            oauth_grants::last_used_at.eq(grant.created_at),
            oauth_grants::data.eq(&grant.data),
            oauth_grants::openid.eq(&grant.openid),
            oauth_grants::sid.eq(&grant.sid),
        ))
        .returning(oauth_grants::id)
        .kept()
        .found(db)
        .map(drop)
}

/// Ends a family, once: codes, access tokens and refresh tokens that hang on it are dead from here. Of any number of
/// callers, one gets `true`.
pub(crate) fn revoke(db: &mut DbConnection, id: i64, now: Timestamp) -> Query<bool> {
    let live = oauth_grants::table.find(id).filter(oauth_grants::revoked_at.is_null());
    diesel::update(live)
        .set(oauth_grants::revoked_at.eq(now))
        .returning(oauth_grants::id)
        .kept()
        .found(db)
}

/// A live grant of a user, with its client.
#[derive(Queryable)]
pub(crate) struct Connection {
    pub(crate) grant: Grant,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) client: ClientVersion,
}

/// The live grants of a user, the newest first: as many as a page could show.
pub(crate) fn connections(
    db: &mut DbConnection,
    subject: &str,
    now: Timestamp,
) -> Query<Vec<Connection>> {
    oauth_grants::table
        .inner_join(oauth_clients::table)
        .filter(oauth_clients::deleted_at.is_null())
        .filter(oauth_grants::subject.eq(subject))
        .filter(oauth_grants::revoked_at.is_null())
        .filter(oauth_grants::expires_at.is_null().or(oauth_grants::expires_at.gt(now)))
        .order(oauth_grants::id.desc())
        .limit(1000)
        .select((
            Grant::as_select(),
            oauth_grants::created_at,
            oauth_grants::last_used_at,
            ClientVersion::as_select(),
        ))
        .load(db)
}

/// Ends every family of a user, or those with one client, and says how many there were.
pub(crate) fn revoke_of_subject(
    db: &mut DbConnection,
    subject: &str,
    client_id: Option<i64>,
    now: Timestamp,
) -> Query<usize> {
    let live = oauth_grants::table
        .filter(oauth_grants::subject.eq(subject))
        .filter(oauth_grants::revoked_at.is_null());
    let revoked = oauth_grants::revoked_at.eq(now);
    match client_id {
        Some(client_id) => diesel::update(live.filter(oauth_grants::client_id.eq(client_id)))
            .set(revoked)
            .execute(db),
        None => diesel::update(live).set(revoked).execute(db),
    }
}

/// Marks a family as used by a refresh whose answer has these members more, as JSON.
pub(crate) fn refreshed(
    db: &mut DbConnection,
    id: i64,
    now: Timestamp,
    members: Option<&str>,
) -> Query<()> {
    diesel::update(oauth_grants::table.find(id))
        .set((oauth_grants::last_used_at.eq(now), oauth_grants::members.eq(members)))
        .returning(oauth_grants::id)
        .kept()
        .found(db)
        .map(drop)
}

/// Puts other data in the place of what the policy attached before.
pub(crate) fn attach(db: &mut DbConnection, id: i64, data: &str) -> Query<()> {
    diesel::update(oauth_grants::table.find(id))
        .set(oauth_grants::data.eq(data))
        .returning(oauth_grants::id)
        .kept()
        .found(db)
        .map(drop)
}

/// What the policy added to the answer of the last refresh.
pub(crate) fn members(db: &mut DbConnection, id: i64) -> Query<Option<String>> {
    let members = oauth_grants::table.find(id).select(oauth_grants::members);
    Ok(native!(db, members.get_result::<Option<String>>(db).optional())?.flatten())
}

/// Marks a family as used.
pub(crate) fn touch(db: &mut DbConnection, id: i64, now: Timestamp) -> Query<()> {
    diesel::update(oauth_grants::table.find(id))
        .set(oauth_grants::last_used_at.eq(now))
        .returning(oauth_grants::id)
        .kept()
        .found(db)
        .map(drop)
}
