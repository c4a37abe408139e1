//! Logout tokens that clients are to be sent: OpenID Connect Back-Channel Logout. A row goes when its client has the token.

use diesel::prelude::*;

use super::{
    DbConnection, Query,
    client::ClientName,
    list::PAGE,
    schema::{oauth_clients as clients, oauth_logout_deliveries as deliveries},
};
use crate::Timestamp;

/// A logout token that a client is to be sent.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub(crate) struct LogoutDelivery {
    pub(crate) id: i64,
    /// The key of the client.
    pub(crate) client_id: i64,
    pub(crate) subject: String,
    pub(crate) sid: Option<String>,
    pub(crate) created_at: Timestamp,
    /// When it is tried next; while somebody tries it, when another may.
    pub(crate) due_at: Timestamp,
    pub(crate) attempts: i64,
    pub(crate) expires_at: Timestamp,
    pub(crate) last_error: Option<String>,
}

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

/// Those that are due first, but for these clients': unless staff want one to be tried now.
pub(crate) fn due(
    db: &mut DbConnection,
    now: Timestamp,
    not_of: &[i64],
) -> Query<Vec<LogoutDelivery>> {
    let wanted = deliveries::client_id.ne_all(not_of).or(deliveries::due_at.eq(NOW));
    deliveries::table
        .filter(deliveries::due_at.le(now))
        .filter(wanted)
        .filter(deliveries::expires_at.gt(now))
        .order(deliveries::due_at)
        .limit(LOOKED_AT)
        .select(LogoutDelivery::as_select())
        .load(db)
}

/// The compare-and-set by which one that is due is one server's until then.
pub(crate) fn take(db: &mut DbConnection, due: &LogoutDelivery, until: Timestamp) -> Query<bool> {
    let one = deliveries::table.find(due.id).filter(deliveries::due_at.eq(due.due_at));
    let taken = diesel::update(one)
        .set((deliveries::due_at.eq(until), deliveries::attempts.eq(deliveries::attempts + 1)))
        .execute(db)?;
    Ok(taken == 1)
}

/// Lets it be tried again, unless another server or staff have taken it meanwhile.
pub(crate) fn put_off(
    db: &mut DbConnection,
    taken: &LogoutDelivery,
    until: Timestamp,
    error: &str,
) -> Query<bool> {
    let one = deliveries::table.find(taken.id).filter(deliveries::due_at.eq(taken.due_at));
    let put_off = diesel::update(one)
        .set((deliveries::due_at.eq(until), deliveries::last_error.eq(error)))
        .execute(db)?;
    Ok(put_off == 1)
}

/// Whether it was there.
pub(crate) fn delete(db: &mut DbConnection, id: i64) -> Query<bool> {
    Ok(diesel::delete(deliveries::table.find(id)).execute(db)? == 1)
}

/// Lets it be tried at once.
pub(crate) fn hurry(db: &mut DbConnection, id: i64) -> Query<bool> {
    let one = diesel::update(deliveries::table.find(id));
    Ok(one.set(deliveries::due_at.eq(NOW)).execute(db)? == 1)
}

/// Deletes the oldest of a client, where it has more than it may; says how many.
pub(crate) fn keep_newest(db: &mut DbConnection, client: i64) -> Query<usize> {
    let of = deliveries::table.filter(deliveries::client_id.eq(client));
    let first_too_many: Option<i64> = of
        .order(deliveries::id.desc())
        .offset(MOST_OF_CLIENT)
        .limit(1)
        .select(deliveries::id)
        .get_result(db)
        .optional()?;
    let Some(last) = first_too_many else { return Ok(0) };
    diesel::delete(of.filter(deliveries::id.le(last))).execute(db)
}

/// A page of them with their clients, the newest first.
pub(crate) fn list(db: &mut DbConnection, before: i64) -> Query<Vec<(LogoutDelivery, ClientName)>> {
    deliveries::table
        .inner_join(clients::table)
        .filter(deliveries::id.lt(before))
        .order(deliveries::id.desc())
        .limit(PAGE)
        .select((LogoutDelivery::as_select(), ClientName::as_select()))
        .load(db)
}

pub(crate) fn listed(
    db: &mut DbConnection,
    id: i64,
) -> Query<Option<(LogoutDelivery, ClientName)>> {
    let one = deliveries::table.inner_join(clients::table).filter(deliveries::id.eq(id));
    one.select((LogoutDelivery::as_select(), ClientName::as_select())).get_result(db).optional()
}

/// What staff want to be tried now is due since ever.
const NOW: Timestamp = 0;
const LOOKED_AT: i64 = 10;
const MOST_OF_CLIENT: i64 = 10_000;
/// In seconds: who has not answered in a day is not told any more.
const KEPT: i64 = 24 * 3600;

#[cfg(test)]
mod tests;
