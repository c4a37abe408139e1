//! When what a client says of itself was fetched: client ID metadata documents.

use diesel::prelude::*;

use super::{
    DbConnection, Query,
    kept::native,
    schema::{oauth_client_documents as documents, oauth_clients, oauth_consents},
};
use crate::Timestamp;

/// A client of this identifier that is there, disabled or not, and its document, where it has one.
#[derive(Debug, Clone, Copy, Queryable)]
pub(crate) struct Known {
    /// The key of the client.
    pub(crate) id: i64,
    pub(crate) disabled_at: Option<Timestamp>,
    pub(crate) document: Option<Document>,
}

#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = documents)]
pub(crate) struct Document {
    pub(crate) fetched_at: Timestamp,
    /// Until when it need not be fetched again.
    pub(crate) fresh_until: Timestamp,
}

pub(crate) fn find(db: &mut DbConnection, client_id: &str) -> Query<Option<Known>> {
    native!(
        db,
        oauth_clients::table
            .left_join(documents::table)
            .filter(oauth_clients::client_id.eq(client_id))
            .select((
                oauth_clients::id,
                oauth_clients::disabled_at,
                Option::<Document>::as_select(),
            ))
            .get_result(db)
            .optional()
    )
}

/// Notes that it was fetched.
pub(crate) fn fetched(db: &mut DbConnection, client: i64, document: Document) -> Query<()> {
    let times = (
        documents::fetched_at.eq(document.fetched_at),
        documents::fresh_until.eq(document.fresh_until),
    );
    if diesel::update(documents::table.find(client)).set(times).execute(db)? == 1 {
        return Ok(());
    }
    diesel::insert_into(documents::table)
        .values((documents::client_id.eq(client), times))
        .execute(db)
        .map(drop)
}

/// The client is another one now, as far as users can see: they are asked again.
pub(crate) fn forget_consents(db: &mut DbConnection, client: i64) -> Query<()> {
    let its = oauth_consents::table.filter(oauth_consents::client_id.eq(client));
    diesel::delete(its).execute(db).map(drop)
}
