//! `rotate-secret`: another secret for a client, beside which the old one may go on for a while.

use oauth_server::oauth_core::admin::{Actor, ClientFilter};

use super::{Failure, server};
use crate::options::Site;

pub(super) async fn run(site: &Site, client_id: String, old_ends_in: i64) -> Result<(), Failure> {
    let admin = server(site, COMMAND)?.admin(Actor::command(COMMAND));
    let found = admin.clients(ClientFilter::ClientId(client_id.clone()), None).await?;
    let unknown = || Failure::Other(format!("there is no client {client_id}"));
    let client = found.rows.into_iter().next().ok_or_else(unknown)?;
    let secret = admin.rotate_client_secret(client.id, old_ends_in).await?;

    println!("client_id:     {}", client.client_id);
    println!("client_secret: {}", secret.expose());
    println!("Keep the secret: it is not shown again.");
    if old_ends_in == 0 {
        println!("The old one is refused from now on.");
    } else {
        println!("The old one is good for another {old_ends_in} seconds.");
    }
    Ok(())
}

const COMMAND: &str = "rotate-secret";
