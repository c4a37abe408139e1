//! What users have said yes to.

use diesel::prelude::*;

use super::{DbConnection, Query, kept::native, schema::oauth_consents as consents};
use crate::{Scopes, Timestamp};

/// Who allowed something, whom, and where the answer went.
#[derive(Clone)]
pub(crate) struct Consent {
    pub(crate) subject: String,
    pub(crate) client_id: i64,
    pub(crate) redirect_uri: String,
}

/// The scopes that the user has allowed the client there, ever.
pub(crate) fn scopes(db: &mut DbConnection, of: &Consent) -> Query<Scopes> {
    let known: Option<String> = native!(
        db,
        consents::table
            .filter(consents::subject.eq(&of.subject))
            .filter(consents::client_id.eq(of.client_id))
            .filter(consents::redirect_uri.eq(&of.redirect_uri))
            .select(consents::scopes)
            .get_result(db)
            .optional()
    )?;
    Ok(known.and_then(|scopes| scopes.parse().ok()).unwrap_or_default())
}

/// Remembers a consent, together with those before.
pub(crate) fn remember(
    db: &mut DbConnection,
    of: &Consent,
    granted: &Scopes,
    now: Timestamp,
) -> Query<()> {
    let known = scopes(db, of)?;
    let all: Scopes = known.iter().chain(granted.iter()).collect();
    let changes = (consents::scopes.eq(all.to_string()), consents::granted_at.eq(now));
    let before = consents::table
        .filter(consents::subject.eq(&of.subject))
        .filter(consents::client_id.eq(of.client_id))
        .filter(consents::redirect_uri.eq(&of.redirect_uri));
    if diesel::update(before).set(changes.clone()).execute(db)? == 1 {
        return Ok(());
    }
    let key = (
        consents::subject.eq(&of.subject),
        consents::client_id.eq(of.client_id),
        consents::redirect_uri.eq(&of.redirect_uri),
    );
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
