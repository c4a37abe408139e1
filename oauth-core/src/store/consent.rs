//! What users have said yes to.

use diesel::prelude::*;

use super::{DbConnection, Query, kept::native, schema::oauth_consents as consents};
use crate::{Scopes, Timestamp};

/// The scopes that the user has allowed the client, ever.
pub(crate) fn scopes(db: &mut DbConnection, subject: &str, client_id: i64) -> Query<Scopes> {
    let of = consents::table
        .filter(consents::subject.eq(subject))
        .filter(consents::client_id.eq(client_id));
    let known: Option<String> = native!(db, of.select(consents::scopes).get_result(db).optional())?;
    Ok(known.and_then(|scopes| scopes.parse().ok()).unwrap_or_default())
}

/// Remembers a consent, together with those before.
pub(crate) fn remember(
    db: &mut DbConnection,
    subject: &str,
    client_id: i64,
    granted: &Scopes,
    now: Timestamp,
) -> Query<()> {
    let known = scopes(db, subject, client_id)?;
    let all: Scopes = known.iter().chain(granted.iter()).collect();
    let changes = (consents::scopes.eq(all.to_string()), consents::granted_at.eq(now));
    let of = consents::table
        .filter(consents::subject.eq(subject))
        .filter(consents::client_id.eq(client_id));
    if diesel::update(of).set(changes.clone()).execute(db)? == 1 {
        return Ok(());
    }
    let key = (consents::subject.eq(subject), consents::client_id.eq(client_id));
    diesel::insert_into(consents::table).values((key, changes)).execute(db).map(drop)
}

/// Forgets what the user allowed this client, or every client.
pub(crate) fn forget(db: &mut DbConnection, subject: &str, client_id: Option<i64>) -> Query<()> {
    let of_subject = consents::table.filter(consents::subject.eq(subject));
    match client_id {
        Some(client_id) => {
            diesel::delete(of_subject.filter(consents::client_id.eq(client_id))).execute(db)
        }
        None => diesel::delete(of_subject).execute(db),
    }
    .map(drop)
}
