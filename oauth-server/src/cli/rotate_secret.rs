//! `rotate-secret`: another secret for a client, beside which the old one may go on for a while.

use oauth_core::admin::{Admin, ClientFilter};

use super::{CommandError, say};

pub(super) async fn run(
    admin: &Admin,
    client_id: String,
    old_ends_in: i64,
) -> Result<(), CommandError> {
    let found = admin.clients(ClientFilter::ClientId(client_id.clone()), None).await?;
    let unknown = || CommandError::Unknown(format!("client {client_id}"));
    let client = found.rows.into_iter().next().ok_or_else(unknown)?;
    let secret = admin.rotate_client_secret(client.id, old_ends_in).await?;

    say!("client_id:     {}", client.client_id);
    say!("client_secret: {}", secret.expose());
    say!("Keep the secret: it is not shown again.");
    if old_ends_in == 0 {
        say!("The old one is refused from now on.");
    } else {
        say!("The old one is good for another {old_ends_in} seconds.");
    }
    Ok(())
}
