//! The keys that the server signs with, and the salt of pairwise subjects.

use diesel::prelude::*;

use super::{DbConnection, Query, schema::oauth_signing_keys as keys};
use crate::Timestamp;

/// A key as it is stored.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = keys)]
pub(crate) struct KeyRow {
    pub(crate) id: i64,
    pub(crate) kid: String,
    pub(crate) algorithm: String,
    /// Of its algorithm, from 1 on.
    pub(crate) number: i64,
    /// What is secret of it, sealed.
    pub(crate) private: Vec<u8>,
    pub(crate) created_at: Timestamp,
    /// When it takes the place of the one before it.
    pub(crate) signs_from: Timestamp,
}

/// What is stored of a new key.
#[derive(Clone, Insertable)]
#[diesel(table_name = keys)]
pub(crate) struct NewKeyRow {
    pub(crate) kid: String,
    pub(crate) algorithm: String,
    pub(crate) number: i64,
    pub(crate) private: Vec<u8>,
    /// A JWK, or nothing: for who looks into the database.
    pub(crate) public: String,
    pub(crate) created_at: Timestamp,
    pub(crate) signs_from: Timestamp,
}

/// All of them: of each algorithm a few.
pub(crate) fn all(db: &mut DbConnection) -> Query<Vec<KeyRow>> {
    keys::table.order((keys::algorithm, keys::number)).select(KeyRow::as_select()).load(db)
}

/// Adds a key, and gives the key of its row. Of two servers that add the same number, one is refused as a duplicate.
pub(crate) fn insert(db: &mut DbConnection, new: &NewKeyRow) -> Query<i64> {
    diesel::insert_into(keys::table).values(new).returning(keys::id).get_result(db)
}

/// Puts what is secret of a key under another seal, where nobody else has done so.
pub(crate) fn reseal(db: &mut DbConnection, id: i64, from: &[u8], to: &[u8]) -> Query<()> {
    let unchanged = keys::table.find(id).filter(keys::private.eq(from));
    diesel::update(unchanged).set(keys::private.eq(to)).execute(db).map(drop)
}

/// Deletes keys.
pub(crate) fn delete(db: &mut DbConnection, ids: &[i64]) -> Query<usize> {
    diesel::delete(keys::table.filter(keys::id.eq_any(ids.to_vec()))).execute(db)
}
