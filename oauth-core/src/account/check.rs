//! What a user of the bundled accounts may be called, and signs in with.

use crate::{NewUser, Problem, field::Faults, precis};

/// A user who is to be created.
pub(crate) fn new_user(new: &NewUser, faults: &mut Faults) {
    if user(new, faults) {
        name(&new.username, faults);
    }
}

/// Says whether the name is right, but for what a new one must be.
pub(crate) fn user(user: &NewUser, faults: &mut Faults) -> bool {
    let is_named = faults.filled_line("username", &user.username, LONGEST_NAME);
    faults.line("first_name", &user.first_name, LONGEST_NAME);
    faults.line("last_name", &user.last_name, LONGEST_NAME);
    if faults.line("email", &user.email, LONGEST_ADDRESS) && !is_address(&user.email) {
        faults.malformed("email", "must look like name@example.com");
    }
    is_named
}

/// A name that somebody is to have from now on.
pub(crate) fn name(username: &str, faults: &mut Faults) {
    if let Err(problem) = precis::check_name(username) {
        faults.malformed("username", problem);
    }
}

/// Says whether it is right, but for how easily it is guessed.
pub(crate) fn password(field: &'static str, password: &str, faults: &mut Faults) -> bool {
    if password.len() > precis::LONGEST {
        faults.add(field, Problem::TooLong(LONGEST_PASSWORD));
        return false;
    }
    match precis::prepare(password) {
        None if !password.is_empty() => {
            faults.add(field, Problem::ControlCharacter);
            false
        }
        prepared => faults.chosen_secret(field, &prepared.unwrap_or_default()),
    }
}

/// An address, or none; whether it can be reached, only a letter can tell.
fn is_address(text: &str) -> bool {
    let whole = |(name, host): (&str, &str)| !name.is_empty() && !host.is_empty();
    text.is_empty()
        || text.rsplit_once('@').is_some_and(whole) && !text.contains(char::is_whitespace)
}

const LONGEST_NAME: usize = 150;
/// RFC 5321 §4.5.3.1.3, without the angle brackets.
const LONGEST_ADDRESS: usize = 254;
/// As [`Faults::chosen_secret`] has it.
const LONGEST_PASSWORD: usize = 1000;
