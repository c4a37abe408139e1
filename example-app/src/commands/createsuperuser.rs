//! `createsuperuser`: a user who may do anything.

use std::io::{BufRead, IsTerminal};

use oauth_server::NewUser;

use super::{Failure, server};
use crate::options::Site;

pub(super) async fn run(site: &Site, username: String, email: String) -> Result<(), Failure> {
    let server = server(site)?;
    let password =
        password().map_err(|error| Failure::Other(format!("cannot read the password: {error}")))?;
    let user = NewUser { username, email, is_superuser: true, ..NewUser::default() };
    let user = server.create_user(user, &password).await?;
    println!("created the superuser {}", user.username);
    Ok(())
}

/// Twice from a terminal, without echo; once from elsewhere, up to the end of the line.
fn password() -> std::io::Result<String> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        let mut line = String::new();
        stdin.lock().read_line(&mut line)?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let password = rpassword::prompt_password("Password: ")?;
    if rpassword::prompt_password("Password (again): ")? == password {
        return Ok(password);
    }
    Err(std::io::Error::other("the two passwords differ"))
}
