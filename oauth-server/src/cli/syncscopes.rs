//! `syncscopes`: oauthost's command of that name.

use oauth_core::AuthorizationServer;

use super::{CommandError, say};
use crate::{SyncedScopes, sync_scopes};

pub(super) async fn run(
    server: &AuthorizationServer,
    prefixes: &[String],
) -> Result<(), CommandError> {
    let SyncedScopes { created, known, placed, unused } = sync_scopes(server, prefixes).await?;
    for scope in &created {
        say!("created {scope}");
    }
    for scope in &placed {
        say!("changed {scope}: its resource, or what it implies, is what the code says now");
    }
    for scope in known.iter().filter(|scope| !placed.contains(scope)) {
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
