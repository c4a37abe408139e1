//! Logout tokens that clients are to be sent: OpenID Connect Back-Channel Logout. A row goes when its client has the token.

use diesel::prelude::*;

use super::{DbConnection, Query, schema::oauth_logout_deliveries as deliveries};
use crate::Timestamp;

/// Whom a client is to be told of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NewLogoutDelivery {
    /// The key of the client.
    pub(crate) client_id: i64,
    /// The server's own name of the user.
    pub(crate) subject: String,
    /// The session that ended; `None` means all of the user's.
    pub(crate) sid: Option<String>,
}

/// It is due at once.
pub(crate) fn insert(db: &mut DbConnection, new: &NewLogoutDelivery, now: Timestamp) -> Query<()> {
    diesel::insert_into(deliveries::table)
        .values((
            deliveries::client_id.eq(new.client_id),
            deliveries::subject.eq(&new.subject),
            deliveries::sid.eq(&new.sid),
            deliveries::created_at.eq(now),
            deliveries::due_at.eq(now),
            deliveries::attempts.eq(0),
            deliveries::expires_at.eq(now + KEPT),
        ))
        .execute(db)
        .map(drop)
}

/// In seconds: who has not answered in a day is not told any more.
const KEPT: i64 = 24 * 3600;
