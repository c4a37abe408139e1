//! `createsuperuser`: a user who may do anything.

use oauth_server::NewUser;

use super::{Failure, secret, server};
use crate::options::Site;

pub(super) async fn run(site: &Site, username: String, email: String) -> Result<(), Failure> {
    let server = server(site, "createsuperuser")?;
    let password = secret::read("Password")?;
    let user = NewUser { username, email, is_superuser: true, ..NewUser::default() };
    let user = server.create_user(user, &password).await?;
    println!("created the superuser {}", user.username);
    Ok(())
}
