//! `createsuperuser`: a user who may do anything.

use oauth_core::{AuthorizationServer, NewUser};

use super::{CommandError, say, secret};

pub(super) async fn run(
    server: &AuthorizationServer,
    username: String,
    email: String,
) -> Result<(), CommandError> {
    let password = secret::read("Password")?;
    let user = NewUser { username, email, is_superuser: true, ..NewUser::default() };
    let user = server.create_user(user, &password).await?;
    say!("created the superuser {}", user.username);
    Ok(())
}
