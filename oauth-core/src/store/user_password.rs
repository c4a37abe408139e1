//! The passwords of the bundled accounts, and what ends with one.

use diesel::prelude::*;

use super::{
    DbConnection, Query,
    logout::Logout,
    schema::oauth_users,
    user::{User, disconnect, sign_out, tell},
};
use crate::Timestamp;

/// Whether the user may still sign in with the password of this hash. It locks the row, so that a change of the password
/// comes before the session that is made next, and is seen here, or after it, and ends it.
pub(crate) fn still_has(db: &mut DbConnection, user: &User) -> Query<bool> {
    let unchanged = oauth_users::table
        .find(user.id)
        .filter(oauth_users::password_hash.eq(user.password_hash.as_str()))
        .filter(oauth_users::is_active);
    Ok(diesel::update(unchanged).set(oauth_users::is_active.eq(true)).execute(db)? == 1)
}

/// Sets the password in place of the one that the user was read with, ends every session of the user, and forgets the
/// user's browsers. Says whether it was still that one.
pub(crate) fn replace_password(db: &mut DbConnection, user: &User, new_hash: &str) -> Query<bool> {
    let unchanged = oauth_users::table
        .find(user.id)
        .filter(oauth_users::password_hash.eq(user.password_hash.as_str()))
        .filter(oauth_users::is_active);
    let hash = oauth_users::password_hash.eq(new_hash);
    let changed = diesel::update(unchanged).set(hash).execute(db)? == 1;
    if changed {
        sign_out(db, user.id)?;
    }
    Ok(changed)
}

/// What a reset password came to.
pub(crate) struct Reset {
    /// Grants that ended.
    pub(crate) ended: usize,
    /// Whose clients are still to be told.
    pub(crate) rest: Option<Logout>,
}

/// Sets the password, forgets the user's browsers, and ends every session, grant and consent of the user, unless there is
/// no such user.
pub(crate) fn reset_password(
    db: &mut DbConnection,
    id: i64,
    password_hash: &str,
    now: Timestamp,
) -> Query<Option<Reset>> {
    let user = diesel::update(oauth_users::table.find(id));
    if user.set(oauth_users::password_hash.eq(password_hash)).execute(db)? == 0 {
        return Ok(None);
    }
    sign_out(db, id)?;
    let ended = disconnect(db, id, now)?;
    Ok(Some(Reset { ended, rest: tell(db, id, now)? }))
}
