//! `register-client`: oauthost's `register_client`.

use oauth_server::{Registered, Secret};

use super::{Failure, secret, server};
use crate::options::{ClientOptions, Site};

pub(super) async fn run(site: &Site, options: ClientOptions) -> Result<(), Failure> {
    let server = server(site, "register-client")?;
    let owner = match &options.owner {
        None => None,
        Some(username) => {
            let user = server.user_named(username).await?;
            let user =
                user.ok_or_else(|| Failure::Other(format!("there is no user {username}")))?;
            Some(user.id.to_string())
        }
    };
    let chosen = if options.choose_secret {
        Some(Secret::from(secret::read("Secret")?.as_str()))
    } else {
        None
    };
    let Registered { client, secret } =
        server.register_client(options.into_client(owner, chosen)).await?;

    println!("client_id:     {}", client.client_id);
    if let Some(secret) = secret {
        println!("client_secret: {}", secret.expose());
        println!("Keep the secret: it is not shown again. Another one is given by rotate-secret.");
    }
    Ok(())
}
