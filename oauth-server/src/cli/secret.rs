//! What a person picks: never on the command line, where other users of the machine see it.

use std::io::{BufRead, Error, IsTerminal, Result, stdin};

use super::CommandError;

/// Twice from a terminal, without echo; once from elsewhere, up to the end of the line.
pub(super) fn read(what: &str) -> std::result::Result<String, CommandError> {
    let read = if stdin().is_terminal() { twice(what) } else { line() };
    read.map_err(|error| CommandError::Input(what.to_lowercase(), error))
}

fn line() -> Result<String> {
    let mut line = String::new();
    stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn twice(what: &str) -> Result<String> {
    let secret = rpassword::prompt_password(format!("{what}: "))?;
    if rpassword::prompt_password(format!("{what} (again): "))? == secret {
        return Ok(secret);
    }
    Err(Error::other(format!("the two {}s differ", what.to_lowercase())))
}
