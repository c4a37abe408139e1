//! A guess at the code of a device (RFC 8628 §5.1): who is signed in and types codes might be looking for others'.

use super::meter::{By, Counted, Reserved, network};
use crate::{AuthorizationServer, EventKind, GuessError};

/// A code that may be looked for. It counts as a wrong one, until it is told that it was right.
#[must_use = "it counts as wrong, unless it is told that it was right"]
pub(crate) struct UserCodeGuess(Reserved);

impl UserCodeGuess {
    /// There is such a device, or nobody could say.
    pub(crate) fn was_right(self) {
        self.0.give_back();
    }
}

impl AuthorizationServer {
    /// Counts a code that this user types, by the user and by the address.
    pub(crate) fn guess_user_code(&self, subject: &str) -> Result<UserCodeGuess, GuessError> {
        let address = self.caller.address.map(|address| By::UserCodesFrom(network(address)));
        let counted = [Some(By::UserCodesOf(subject)), address];
        let counted = counted.into_iter().flatten();
        let counted: Vec<_> = counted.map(|by| Counted { by, a_minute: Some(A_MINUTE) }).collect();
        self.guesses.reserve(&counted, self.now()).map(UserCodeGuess).map_err(|refused| {
            if let Some(limit) = refused.begun {
                self.raise(|| EventKind::GuessesLimited {
                    limit,
                    subject: Some(subject.to_owned()),
                    address: self.caller.address,
                });
            }
            GuessError::TooManyGuesses { retry_after: refused.retry_after }
        })
    }
}

/// Of 20 to the power of 8 codes, a thousand devices wait at most: who tries them all needs 10,000 years for one.
const A_MINUTE: u32 = 5;
