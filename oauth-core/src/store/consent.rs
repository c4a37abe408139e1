//! What users have said yes to.

use diesel::prelude::*;

use super::{DbConnection, Query, kept::native, schema::oauth_consents as consents};
use crate::{Resources, Scopes, Timestamp};

/// Who allowed something, whom, and where the answer went.
#[derive(Clone)]
pub(crate) struct Consent {
    pub(crate) subject: String,
    pub(crate) client_id: i64,
    pub(crate) redirect_uri: String,
}

/// What was allowed.
#[derive(Clone, Default)]
pub(crate) struct Allowed {
    pub(crate) scopes: Scopes,
    pub(crate) resources: Resources,
}

/// What the user has allowed the client there, ever; `None` is nothing.
pub(crate) fn allowed(db: &mut DbConnection, of: &Consent) -> Query<Option<Allowed>> {
    let known: Option<(String, Option<String>)> = native!(
        db,
        consents::table
            .filter(consents::subject.eq(&of.subject))
            .filter(consents::client_id.eq(of.client_id))
            .filter(consents::redirect_uri.eq(&of.redirect_uri))
            .select((consents::scopes, consents::resources))
            .get_result(db)
            .optional()
    )?;
    Ok(known.and_then(|(scopes, resources)| {
        let resources = resources.into();
        Some(Allowed { scopes: scopes.parse().ok()?, resources })
    }))
}

/// Remembers a consent, together with those before.
pub(crate) fn remember(
    db: &mut DbConnection,
    of: &Consent,
    granted: &Allowed,
    now: Timestamp,
) -> Query<()> {
    let known = allowed(db, of)?;
    let all: Vec<&Allowed> = known.iter().chain([granted]).collect();
    let scopes: Scopes = all.iter().flat_map(|one| one.scopes.iter()).collect();
    let resources = all.iter().flat_map(|one| one.resources.iter()).map(Option::<&_>::cloned);
    let resources: Resources = resources.collect();
    let changes = (
        consents::scopes.eq(scopes.to_string()),
        consents::resources.eq(resources.to_stored()),
        consents::granted_at.eq(now),
    );
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
