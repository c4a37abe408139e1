//! Browsers from which a user has signed in.

use diesel::prelude::*;

use super::{DbConnection, Query, kept::native, schema::oauth_known_browsers as browsers};
use crate::{Timestamp, secret::Digest};

/// Whether this is a browser of the user.
pub(crate) fn is_users(
    db: &mut DbConnection,
    user_id: i64,
    digest: &Digest,
    now: Timestamp,
) -> Query<bool> {
    let known = browsers::table
        .filter(browsers::digest.eq(digest.as_bytes()))
        .filter(browsers::user_id.eq(user_id))
        .filter(browsers::expires_at.gt(now))
        .select(browsers::id);
    let known: Option<i64> = native!(db, known.get_result(db).optional())?;
    Ok(known.is_some())
}

/// Whether this is a browser of any user, and so drawn here.
pub(crate) fn is_anybodys(db: &mut DbConnection, digest: &Digest, now: Timestamp) -> Query<bool> {
    let known = browsers::table
        .filter(browsers::digest.eq(digest.as_bytes()))
        .filter(browsers::expires_at.gt(now));
    diesel::select(diesel::dsl::exists(known)).get_result(db)
}

/// Remembers a browser of the user, and forgets the one that was used least recently where there are too many.
pub(crate) fn remember(
    db: &mut DbConnection,
    user_id: i64,
    digest: &Digest,
    expires_at: Timestamp,
) -> Query<()> {
    let same = browsers::table
        .filter(browsers::digest.eq(digest.as_bytes()))
        .filter(browsers::user_id.eq(user_id));
    if diesel::update(same).set(browsers::expires_at.eq(expires_at)).execute(db)? > 0 {
        return Ok(());
    }
    diesel::insert_into(browsers::table)
        .values((
            browsers::user_id.eq(user_id),
            browsers::digest.eq(digest.as_bytes()),
            browsers::expires_at.eq(expires_at),
        ))
        .execute(db)?;
    let last_used = browsers::table
        .filter(browsers::user_id.eq(user_id))
        .order((browsers::expires_at.desc(), browsers::id.desc()));
    let too_many: Vec<i64> =
        last_used.offset(OF_A_USER).limit(OF_A_USER).select(browsers::id).load(db)?;
    diesel::delete(browsers::table.filter(browsers::id.eq_any(too_many))).execute(db).map(drop)
}

/// Forgets every browser of the user.
pub(crate) fn forget(db: &mut DbConnection, user_id: i64) -> Query<()> {
    diesel::delete(browsers::table.filter(browsers::user_id.eq(user_id))).execute(db).map(drop)
}

const OF_A_USER: i64 = 20;
