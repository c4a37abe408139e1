//! `syncscopes`: oauthost's command of that name.

use oauth_core::AuthorizationServer;

use super::{CommandError, say};
use crate::{SyncedScopes, sync_scopes};

pub(super) async fn run(
    server: &AuthorizationServer,
    prefixes: &[String],
) -> Result<(), CommandError> {
    let SyncedScopes { created, known, unused } = sync_scopes(server, prefixes).await?;
    for scope in &created {
        say!("created {scope}");
    }
    for scope in &known {
        say!("skipped {scope}: it is already there");
    }
    for scope in &unused {
        say!("warning: {scope} is in the database, but no code names it");
    }
    if created.is_empty() && known.is_empty() {
        say!("no code declares such a scope");
    }
    Ok(())
}
