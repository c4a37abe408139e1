//! `register-client`: oauthost's `register_client`.

use oauth_core::{AuthorizationServer, Registered, Secret};

use super::{ClientOptions, CommandError, say, secret};

pub(super) async fn run(
    server: &AuthorizationServer,
    options: ClientOptions,
) -> Result<(), CommandError> {
    let owner = match &options.owner {
        None => None,
        Some(username) => {
            let user = server.user_named(username).await?;
            let user = user.ok_or_else(|| CommandError::Unknown(format!("user {username}")))?;
            Some(user.id.to_string())
        }
    };
    if options.is_public() && options.choose_secret {
        return Err(CommandError::Conflict("--choose-secret", "--token-endpoint-auth-method none"));
    }
    let chosen = if options.choose_secret {
        Some(Secret::from(secret::read("Secret")?.as_str()))
    } else {
        None
    };
    let Registered { client, secret, .. } =
        server.register_client(options.into_client(owner, chosen)).await?;

    say!("client_id:     {}", client.client_id);
    if let Some(secret) = secret {
        say!("client_secret: {}", secret.expose());
        say!("Keep the secret: it is not shown again. Another one is given by rotate-secret.");
    }
    Ok(())
}
