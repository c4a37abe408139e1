//! Clients.

use diesel::{
    dsl::{not, sql},
    prelude::*,
    sql_types::Bool,
};

use super::{Cursor, PAGE, PAGE_SIZE, beginning_with};
use crate::store::{
    DbConnection, Query,
    client::{Client, ClientRow, RegisteredBy, with_secrets},
    schema::oauth_clients,
};

/// Which clients are listed, of those that are not deleted.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ClientFilter {
    /// Every one.
    All,
    /// Those whose name begins so, in alphabetical order.
    NameBegins(String),
    /// The one of this identifier.
    ClientId(String),
    /// Those without a secret.
    Public,
    /// Those with one.
    Confidential,
    /// Those that are not disabled.
    Enabled,
    /// Those that are.
    Disabled,
    /// Those that came so: staff registered them, they did so themselves, or a document says who they are.
    RegisteredBy(RegisteredBy),
}

pub(crate) fn clients(
    db: &mut DbConnection,
    filter: &ClientFilter,
    cursor: &Cursor,
) -> Query<Vec<Client>> {
    let rows = rows(db, filter, cursor)?;
    with_secrets(db, rows)
}

fn rows(db: &mut DbConnection, filter: &ClientFilter, cursor: &Cursor) -> Query<Vec<ClientRow>> {
    if let ClientFilter::NameBegins(prefix) = filter {
        let kept = oauth_clients::deleted_at.is_null();
        return beginning_with!(db, oauth_clients.name, ClientRow, prefix, &cursor.name(), kept);
    }
    let list = oauth_clients::table
        .filter(oauth_clients::id.lt(cursor.key()))
        .filter(oauth_clients::deleted_at.is_null())
        .order(oauth_clients::id.desc())
        .limit(PAGE)
        .select(ClientRow::as_select())
        .into_boxed();
    match filter {
        ClientFilter::All | ClientFilter::NameBegins(_) => list,
        ClientFilter::ClientId(client_id) => {
            list.filter(oauth_clients::client_id.eq(client_id.clone()))
        }
        ClientFilter::Public => list.filter(oauth_clients::is_public),
        ClientFilter::Confidential => list.filter(not(oauth_clients::is_public)),
        ClientFilter::Enabled => list.filter(oauth_clients::disabled_at.is_null()),
        ClientFilter::Disabled => list.filter(oauth_clients::disabled_at.is_not_null()),
        // In the words of their indexes.
        ClientFilter::RegisteredBy(by) => list.filter(sql::<Bool>(match by {
            RegisteredBy::Staff => "registered_by = 'staff'",
            RegisteredBy::Dynamic => "registered_by = 'dynamic'",
            RegisteredBy::Document => "registered_by = 'document'",
        })),
    }
    .load(db)
}
