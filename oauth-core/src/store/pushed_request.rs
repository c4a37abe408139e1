//! Authorization requests that were pushed: RFC 9126.

use diesel::prelude::*;

use super::{
    DbConnection, Query,
    kept::{Keep, native},
    schema::oauth_pushed_requests as requests,
};
use crate::{Timestamp, secret::Digest};

/// A request that was pushed, and not answered yet.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = requests)]
pub(crate) struct PushedRequest {
    /// What the client sent, form-encoded.
    pub(crate) parameters: String,
    /// The digest of what the browser is known by at which it was seen first.
    pub(crate) browser: Option<Vec<u8>>,
}

pub(crate) fn insert(
    db: &mut DbConnection,
    digest: &Digest,
    parameters: &str,
    (now, expires_at): (Timestamp, Timestamp),
) -> Query<()> {
    diesel::insert_into(requests::table)
        .values((
            requests::digest.eq(digest.as_bytes()),
            requests::parameters.eq(parameters),
            requests::created_at.eq(now),
            requests::expires_at.eq(expires_at),
        ))
        .returning(requests::created_at)
        .kept()
        .found(db)
        .map(drop)
}

/// The request of this digest, where it is neither spent nor over.
pub(crate) fn find(
    db: &mut DbConnection,
    digest: &Digest,
    now: Timestamp,
) -> Query<Option<PushedRequest>> {
    native!(
        db,
        requests::table
            .filter(requests::digest.eq(digest.as_bytes()))
            .filter(requests::spent_at.is_null())
            .filter(requests::expires_at.gt(now))
            .select(PushedRequest::as_select())
            .get_result(db)
            .optional()
    )
}

/// The compare-and-set by which a request becomes a browser's, and lasts until then: of any number of browsers, one gets
/// `true`.
pub(crate) fn bind(
    db: &mut DbConnection,
    digest: &Digest,
    browser: &Digest,
    (now, expires_at): (Timestamp, Timestamp),
) -> Query<bool> {
    let unbound = requests::table
        .find(digest.as_bytes())
        .filter(requests::browser.is_null())
        .filter(requests::spent_at.is_null())
        .filter(requests::expires_at.gt(now));
    diesel::update(unbound)
        .set((requests::browser.eq(browser.as_bytes()), requests::expires_at.eq(expires_at)))
        .returning(requests::created_at)
        .kept()
        .found(db)
}

/// The compare-and-set by which a request is answered: of any number of answers, one gets `true`.
pub(crate) fn spend(db: &mut DbConnection, digest: &Digest, now: Timestamp) -> Query<bool> {
    let open = requests::table
        .find(digest.as_bytes())
        .filter(requests::spent_at.is_null())
        .filter(requests::expires_at.gt(now));
    diesel::update(open)
        .set(requests::spent_at.eq(now))
        .returning(requests::created_at)
        .kept()
        .found(db)
}
