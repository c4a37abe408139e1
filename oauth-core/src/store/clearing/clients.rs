//! What was given to clients: old secrets, and all of a client that staff deleted, or that nobody used.

use diesel::prelude::*;

use super::{Cleared, Ends, families};
use crate::store::{
    DbConnection, Query,
    client::{self, secret},
    schema::{oauth_clients as clients, oauth_consents as consents, oauth_grants as grants},
};

pub(crate) fn client_secrets(db: &mut DbConnection, ends: Ends, limit: i64) -> Query<Cleared> {
    let ended = secret::ended(db, ends.single, limit)?;
    Ok(Cleared { client_secrets: secret::delete(db, &ended)?, ..Cleared::default() })
}

/// Looks at clients that registered themselves and must have been used by now: who was granted anything is kept for good,
/// and everybody else is deleted. Says how many it looked at, and who is deleted.
///
/// Families are deleted a day after their end at the earliest, and later in the same clean-up than this: so that there is
/// none means that there never was.
pub(crate) fn unused_clients(
    db: &mut DbConnection,
    ends: Ends,
    limit: i64,
) -> Query<(usize, Vec<String>)> {
    let due = clients::table.filter(clients::reap_at.le(ends.deleted)).order(clients::reap_at);
    let due: Vec<(i64, String)> =
        due.limit(limit).select((clients::id, clients::client_id)).load(db)?;
    let (looked_at, mut deleted) = (due.len(), Vec::new());
    for (id, client_id) in due {
        let kept = clients::reap_at.eq(None::<i64>);
        diesel::update(clients::table.find(id)).set(kept).execute(db)?;
        let of_client = grants::table.filter(grants::client_id.eq(id)).limit(1);
        let is_used = !of_client.select(grants::id).load::<i64>(db)?.is_empty();
        if !is_used && client::delete(db, id, ends.deleted)? {
            deleted.push(client_id);
        }
    }
    Ok((looked_at, deleted))
}

/// Of a client that was deleted, about a batch of each table: of its families and of its consents, and where neither is
/// left, its row. What is inserted meanwhile by who has not heard of it goes with the row.
pub(crate) fn deleted_clients(db: &mut DbConnection, ends: Ends, limit: i64) -> Query<Cleared> {
    let deleted = clients::table.filter(clients::deleted_at.le(ends.deleted));
    let next = deleted.order(clients::deleted_at).limit(1).select(clients::id).load::<i64>(db)?;
    let Some(&client) = next.first() else { return Ok(Cleared::default()) };

    let of_client = grants::table.filter(grants::client_id.eq(client)).order(grants::id);
    let of_client: Vec<i64> = of_client.limit(limit).select(grants::id).load(db)?;
    if !of_client.is_empty() {
        return Ok(families::delete(db, &of_client, limit)?.0);
    }
    let of_client = consents::table.filter(consents::client_id.eq(client));
    let of_client: Vec<i64> = of_client.limit(limit).select(consents::id).load(db)?;
    if !of_client.is_empty() {
        let of_client = consents::table.filter(consents::id.eq_any(of_client));
        let consents = diesel::delete(of_client).execute(db)?;
        return Ok(Cleared { consents, ..Cleared::default() });
    }
    let clients = diesel::delete(clients::table.find(client)).execute(db)?;
    Ok(Cleared { clients, ..Cleared::default() })
}
