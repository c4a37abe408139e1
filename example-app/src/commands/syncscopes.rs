//! `syncscopes`: oauthost's command of that name.

use oauth_server::{SyncedScopes, sync_scopes};

use super::{Failure, server};
use crate::options::Site;

pub(super) async fn run(site: &Site, prefixes: &[String]) -> Result<(), Failure> {
    let SyncedScopes { created, known, unused } =
        sync_scopes(&server(site, "syncscopes")?, prefixes).await?;
    created.iter().for_each(|scope| println!("created {scope}"));
    known.iter().for_each(|scope| println!("skipped {scope}: it is already there"));
    unused
        .iter()
        .for_each(|scope| println!("warning: {scope} is in the database, but no code names it"));
    if created.is_empty() && known.is_empty() {
        println!("no code declares such a scope");
    }
    Ok(())
}
