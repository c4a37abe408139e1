//! A guess at a password: whether it is heard, and what it is counted by.

use std::net::IpAddr;

use super::{
    known_browser::KnownBrowser,
    meter::{By, Counted, Refused, Reserved, network},
};
use crate::{
    AuthorizationServer, EventKind, GuessLimit, Secret, StoreError, User, password::Turn, precis,
};

/// Who asks, as far as guesses are counted by it. The default is somebody of whom nothing is known.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The address that the request came from, if that can be believed. All of an IPv6 network of 64 bits are one.
    pub address: Option<IpAddr>,
    /// What the browser keeps of an earlier sign-in ([`AuthorizationServer::remember_browser`]).
    pub browser: Option<Secret>,
}

/// Why a password was not judged.
#[derive(Debug, thiserror::Error)]
pub enum GuessError {
    /// Too many wrong ones came before it, or more at once than can be judged.
    #[error("too many guesses: the next one is heard in {retry_after} s")]
    TooManyGuesses {
        /// Seconds until the next one is heard, at least 1.
        retry_after: i64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A guess at a password that may be judged. It counts as a wrong one, until it is told that it [was
/// right](Self::was_right).
#[must_use = "it counts as wrong, unless it is told that it was right"]
pub struct Guess {
    reserved: Reserved,
    turn: Turn,
}

impl Guess {
    /// The password was right, or nobody could say: this counts no more.
    pub fn was_right(self) {
        self.reserved.give_back();
    }

    pub(super) fn turn(&self) -> Turn {
        self.turn
    }

    /// Only what was judged to be wrong goes on counting.
    pub(super) fn judged<T, E>(self, judged: Result<Option<T>, E>) -> Result<Option<T>, E> {
        if !matches!(judged, Ok(None)) {
            self.was_right();
        }
        judged
    }
}

impl AuthorizationServer {
    /// The same server, asked by this caller: guesses at passwords are counted by it.
    #[must_use]
    pub fn asked_by(&self, caller: Caller) -> Self {
        Self { caller, ..self.clone() }
    }

    /// Counts a guess at the password of this name, whether somebody has it or not: for the login page of an application
    /// with its own users. [`AuthorizationServer::verify_password`] and the password grant do this themselves.
    ///
    /// ```
    /// # use oauth_core::{AuthorizationServer, Caller, GuessError};
    /// # fn is_right(_: &str, _: &str) -> bool { true }
    /// async fn signs_in(
    ///     server: &AuthorizationServer,
    ///     caller: Caller,
    ///     (name, password): (&str, &str),
    /// ) -> Result<bool, GuessError> {
    ///     let guess = server.asked_by(caller).guess(name).await?; // before anything is hashed
    ///     let is_right = is_right(name, password);
    ///     if is_right {
    ///         guess.was_right();
    ///     }
    ///     Ok(is_right)
    /// }
    /// ```
    ///
    /// # Errors
    /// When too many were wrong before: at this account or from this address
    /// ([`Settings::sign_in_guesses`](crate::Settings::sign_in_guesses)); or from this browser, where this user has
    /// signed in from it before: then no stranger's guesses count.
    pub async fn guess(&self, username: &str) -> Result<Guess, GuessError> {
        let settings = &self.settings;
        let known = self.known_browser(username).await?;
        let name = precis::key(username.trim());
        let mut counted = Vec::with_capacity(2);
        if let Some(KnownBrowser { user_id, digest }) = &known {
            let by = By::Browser(*user_id, digest.as_bytes());
            counted.push(Counted { by, a_minute: settings.sign_in_guesses });
        } else {
            let by = By::Account(&name);
            counted.push(Counted { by, a_minute: settings.sign_in_guesses });
            let address = self.caller.address.map(|address| By::Address(network(address)));
            let a_minute = settings.sign_in_guesses_by_address;
            counted.extend(address.map(|by| Counted { by, a_minute }));
        }
        let reserved = match self.guesses.reserve(&counted, self.now()) {
            Ok(reserved) => reserved,
            Err(refused) => return Err(self.refused(username, refused).await?),
        };
        let turn = if known.is_some() { Turn::Known } else { Turn::Stranger };
        Ok(Guess { turn: turn(reserved.before), reserved })
    }

    /// That a limit begins to bite is told, and no more of it.
    async fn refused(&self, username: &str, refused: Refused) -> Result<GuessError, StoreError> {
        if let Some(limit) = refused.begun {
            let user = match limit {
                GuessLimit::Account | GuessLimit::Browser => self.user_named(username).await?,
                GuessLimit::Address
                | GuessLimit::Hashes
                | GuessLimit::UserCodes
                | GuessLimit::Registrations => None,
            };
            self.raise_limited(limit, user.as_ref());
        }
        Ok(GuessError::TooManyGuesses { retry_after: refused.retry_after })
    }

    pub(super) fn raise_limited(&self, limit: GuessLimit, user: Option<&User>) {
        self.raise(|| EventKind::GuessesLimited {
            limit,
            subject: user.map(|user| user.id.to_string()),
            address: self.caller.address,
        });
    }
}
