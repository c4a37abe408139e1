//! What a user of the bundled accounts may be called, and signs in with.

use crate::{NewUser, field::Faults};

pub(crate) fn user(user: &NewUser, faults: &mut Faults) {
    faults.filled_line("username", &user.username, LONGEST_NAME);
    faults.line("first_name", &user.first_name, LONGEST_NAME);
    faults.line("last_name", &user.last_name, LONGEST_NAME);
    if faults.line("email", &user.email, LONGEST_ADDRESS) && !is_address(&user.email) {
        faults.malformed("email", "must look like name@example.com");
    }
}

pub(crate) fn password(password: &str, faults: &mut Faults) {
    faults.chosen_secret("password", password);
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
