//! Initial access tokens: who has one may register clients (RFC 7591 §3).

use diesel::prelude::*;

use super::{DbConnection, Query, list::PAGE, schema::oauth_registration_tokens as tokens};
use crate::{Timestamp, secret::Digest};

/// An initial access token, without what it is known by.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tokens)]
#[non_exhaustive]
pub struct RegistrationToken {
    /// The key of its row.
    pub id: i64,
    /// Its first characters, by which it can be recognised.
    pub prefix: String,
    /// Since when it is good.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// How many clients may still be registered with it.
    pub uses_left: i64,
    /// The subject of who made it.
    pub issued_by: String,
}

/// What is stored of one.
#[derive(Clone)]
pub(crate) struct NewRegistrationToken {
    pub(crate) digest: Digest,
    pub(crate) prefix: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) uses_left: i64,
    pub(crate) issued_by: String,
}

/// Its key.
pub(crate) fn insert(db: &mut DbConnection, new: &NewRegistrationToken) -> Query<i64> {
    diesel::insert_into(tokens::table)
        .values((
            tokens::digest.eq(new.digest.as_bytes()),
            tokens::prefix.eq(&new.prefix),
            tokens::created_at.eq(new.created_at),
            tokens::expires_at.eq(new.expires_at),
            tokens::uses_left.eq(new.uses_left),
            tokens::issued_by.eq(&new.issued_by),
        ))
        .returning(tokens::id)
        .get_result(db)
}

/// Whether a client may be registered with it.
pub(crate) fn is_good(db: &mut DbConnection, digest: &Digest, now: Timestamp) -> Query<bool> {
    let found: Option<(Timestamp, i64)> = tokens::table
        .filter(tokens::digest.eq(digest.as_bytes()))
        .select((tokens::expires_at, tokens::uses_left))
        .get_result(db)
        .optional()?;
    Ok(found.is_some_and(|(end, left)| now < end && left > 0))
}

/// The compare-and-set by which a client is registered with it.
pub(crate) fn take(db: &mut DbConnection, digest: &Digest, now: Timestamp) -> Query<bool> {
    let good = tokens::table
        .filter(tokens::digest.eq(digest.as_bytes()))
        .filter(tokens::expires_at.gt(now))
        .filter(tokens::uses_left.gt(0));
    let taken =
        diesel::update(good).set(tokens::uses_left.eq(tokens::uses_left - 1)).execute(db)?;
    Ok(taken == 1)
}

/// A page of them, the newest first.
pub(crate) fn list(db: &mut DbConnection, before: i64) -> Query<Vec<RegistrationToken>> {
    tokens::table
        .filter(tokens::id.lt(before))
        .order(tokens::id.desc())
        .limit(PAGE)
        .select(RegistrationToken::as_select())
        .load(db)
}

pub(crate) fn with_key(db: &mut DbConnection, id: i64) -> Query<Option<RegistrationToken>> {
    tokens::table.find(id).select(RegistrationToken::as_select()).get_result(db).optional()
}

/// Whether it was there.
pub(crate) fn delete(db: &mut DbConnection, id: i64) -> Query<bool> {
    Ok(diesel::delete(tokens::table.find(id)).execute(db)? == 1)
}
