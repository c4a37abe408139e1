//! Finding clients.

use std::collections::HashMap;

use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use super::{Client, ClientFields, ClientRow, DbConnection, Query, oauth_clients, secret};
use crate::{
    Timestamp,
    store::{PgConnection, kept::native},
};

/// A client as it is now: what was parsed of this version of it need not be parsed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = oauth_clients)]
pub(crate) struct ClientVersion {
    pub(crate) id: i64,
    pub(crate) version: i64,
}

/// The client of this identifier, unless it is disabled, as who is deleted is, too.
pub(crate) fn version(db: &mut DbConnection, client_id: &str) -> Query<Option<ClientVersion>> {
    native!(
        db,
        oauth_clients::table
            .filter(oauth_clients::client_id.eq(client_id))
            .filter(oauth_clients::disabled_at.is_null())
            .select(ClientVersion::as_select())
            .get_result(db)
            .optional()
    )
}

/// The same of many clients.
pub(crate) fn versions(
    db: &mut PgConnection,
    client_ids: &[String],
) -> Query<HashMap<String, ClientVersion>> {
    let found: Vec<(String, ClientVersion)> = oauth_clients::table
        .filter(oauth_clients::client_id.eq_any(client_ids))
        .filter(oauth_clients::disabled_at.is_null())
        .select((oauth_clients::client_id, ClientVersion::as_select()))
        .load(db)?;
    Ok(found.into_iter().collect())
}

/// The client of this key, disabled or not. Who is deleted is none.
pub(crate) fn with_key(db: &mut DbConnection, id: i64) -> Query<Option<Client>> {
    let kept = oauth_clients::table.find(id).filter(oauth_clients::deleted_at.is_null());
    let row: Option<ClientRow> =
        native!(db, kept.select(ClientRow::as_select()).get_result(db).optional())?;
    Ok(with_secrets(db, row.into_iter().collect())?.pop())
}

/// The clients of these keys, disabled or not, and not deleted.
pub(crate) fn with_keys(db: &mut DbConnection, ids: &[i64]) -> Query<Vec<Client>> {
    let of = oauth_clients::table.filter(oauth_clients::id.eq_any(ids));
    let kept = of.filter(oauth_clients::deleted_at.is_null());
    let rows: Vec<ClientRow> = kept.select(ClientRow::as_select()).load(db)?;
    with_secrets(db, rows)
}

/// The clients of these rows, in their order. What is read of secrets is as new as the row, or newer: the version that
/// their change let rise is found by the next look-up.
pub(crate) fn with_secrets(db: &mut DbConnection, rows: Vec<ClientRow>) -> Query<Vec<Client>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut secrets = secret::of_clients(db, &ids)?;
    let client = |row: ClientRow| {
        let secrets = secrets.remove(&row.id).unwrap_or_default();
        row.into_client(secrets)
    };
    rows.into_iter().map(client).collect()
}

/// What the client of this key is registered with.
pub(crate) fn fields(db: &mut DbConnection, id: i64) -> Query<ClientFields> {
    oauth_clients::table.find(id).select(ClientFields::as_select()).get_result(db)
}

/// The digest of what a client that registered itself manages that with; of any other there is none.
pub(crate) fn management_token(db: &mut DbConnection, id: i64) -> Query<Option<Vec<u8>>> {
    let of = oauth_clients::table.find(id).select(oauth_clients::management_token);
    Ok(of.get_result(db).optional()?.flatten())
}

/// When a client is deleted unless somebody has granted it something by then. Of who is kept for good there is none.
pub(crate) fn reap_at(db: &mut DbConnection, id: i64) -> Query<Option<Timestamp>> {
    let of = oauth_clients::table.find(id).select(oauth_clients::reap_at);
    Ok(of.get_result(db).optional()?.flatten())
}

/// The origins of the pages of all clients that are enabled, a list of each client.
pub(crate) fn cors_origins(db: &mut DbConnection) -> Query<Vec<String>> {
    // In the words of its index.
    let enabled = oauth_clients::table
        .filter(sql::<Bool>("cors_origins <> ''"))
        .filter(oauth_clients::disabled_at.is_null());
    enabled.select(oauth_clients::cors_origins).load(db)
}

/// The key of a client, disabled, deleted or not.
pub(crate) fn key(db: &mut DbConnection, client_id: &str) -> Query<Option<i64>> {
    let of = oauth_clients::table.filter(oauth_clients::client_id.eq(client_id));
    native!(db, of.select(oauth_clients::id).get_result(db).optional())
}
