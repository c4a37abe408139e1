//! What was given to clients: old secrets, and all of a client that staff deleted.

use diesel::prelude::*;

use super::{Cleared, Ends, families};
use crate::store::{
    DbConnection, Query,
    client::secret,
    schema::{oauth_clients as clients, oauth_consents as consents, oauth_grants as grants},
};

pub(crate) fn client_secrets(db: &mut DbConnection, ends: Ends, limit: i64) -> Query<Cleared> {
    let ended = secret::ended(db, ends.single, limit)?;
    Ok(Cleared { client_secrets: secret::delete(db, &ended)?, ..Cleared::default() })
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
