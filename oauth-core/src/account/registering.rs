//! Clients that register themselves, and change that, counted by where they come from.

use super::meter::{By, Counted, Reserved, network};
use crate::{AuthorizationServer, EventKind, error::ClientRegistrationError};

/// A client that may be registered or changed, and counts until it is told that it was not.
#[must_use = "it counts, unless it is told that nobody was registered"]
pub(crate) struct Registering(Reserved);

impl Registering {
    /// Nobody was registered or changed.
    pub(crate) fn give_back(self) {
        self.0.give_back();
    }
}

impl AuthorizationServer {
    /// Counts a client that registers or changes itself, by its address, where that is known.
    pub(crate) fn count_registration(&self) -> Result<Registering, ClientRegistrationError> {
        let by = self.caller.address.map(|address| By::RegistrationsFrom(network(address)));
        let counted: Vec<_> =
            by.into_iter().map(|by| Counted { by, a_minute: Some(AN_HOUR) }).collect();
        self.guesses.reserve(&counted, self.now()).map(Registering).map_err(|refused| {
            if let Some(limit) = refused.begun {
                let (subject, address) = (None, self.caller.address);
                self.raise(|| EventKind::GuessesLimited { limit, subject, address });
            }
            ClientRegistrationError::TooMany { retry_after: refused.retry_after }
        })
    }
}

/// An assistant registers twice an attempt, and many people may share an address.
const AN_HOUR: u32 = 20;
