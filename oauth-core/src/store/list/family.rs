//! Grants: one is a family of codes and tokens.

use diesel::prelude::*;

use super::PAGE;
use crate::{
    Timestamp,
    store::{
        DbConnection, Query,
        client::ClientName,
        grant::Grant,
        schema::{oauth_clients, oauth_grants},
    },
};

/// Which families are listed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum FamilyFilter {
    /// Every one.
    All,
    /// Those of one client, by its key.
    OfClient(i64),
    /// Those of one user.
    OfSubject(String),
    /// Those that were ended.
    Revoked,
}

/// A grant, with its client.
#[derive(Queryable)]
pub(crate) struct FamilyRow {
    pub(crate) grant: Grant,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) client: ClientName,
}

/// The newest first.
pub(crate) fn families(
    db: &mut DbConnection,
    filter: &FamilyFilter,
    before: i64,
) -> Query<Vec<FamilyRow>> {
    let list = oauth_grants::table
        .inner_join(oauth_clients::table)
        .filter(oauth_grants::id.lt(before))
        .order(oauth_grants::id.desc())
        .limit(PAGE)
        .select((
            Grant::as_select(),
            oauth_grants::created_at,
            oauth_grants::last_used_at,
            ClientName::as_select(),
        ))
        .into_boxed();
    match filter {
        FamilyFilter::All => list,
        FamilyFilter::OfClient(id) => list.filter(oauth_grants::client_id.eq(*id)),
        FamilyFilter::OfSubject(subject) => list.filter(oauth_grants::subject.eq(subject.clone())),
        FamilyFilter::Revoked => list.filter(oauth_grants::revoked_at.is_not_null()),
    }
    .load(db)
}

pub(crate) fn family(db: &mut DbConnection, id: i64) -> Query<Option<FamilyRow>> {
    oauth_grants::table
        .find(id)
        .inner_join(oauth_clients::table)
        .select((
            Grant::as_select(),
            oauth_grants::created_at,
            oauth_grants::last_used_at,
            ClientName::as_select(),
        ))
        .get_result(db)
        .optional()
}
