//! Who is logged in. An application with a database has a table of them.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::provider::{User, random};

/// One user in one browser.
#[derive(Clone)]
pub(super) struct Login {
    pub(super) user: User,
    /// By which the provider knows, when the user logs out, who that is.
    pub(super) id_token: String,
}

/// Each under the random name that its browser has in a cookie.
#[derive(Default)]
pub(super) struct Logins(Mutex<HashMap<String, (Login, Instant)>>);

impl Logins {
    /// Begins one, and says under which name.
    pub(super) fn begin(&self, login: Login) -> String {
        let name = random();
        let mut logins = self.all();
        logins.retain(|_, (_, began)| began.elapsed() < LIFETIME);
        logins.insert(name.clone(), (login, Instant::now()));
        name
    }

    pub(super) fn find(&self, name: &str) -> Option<Login> {
        let logins = self.all();
        let (login, began) = logins.get(name)?;
        (began.elapsed() < LIFETIME).then(|| login.clone())
    }

    /// Ends one, and says whose it was.
    pub(super) fn end(&self, name: &str) -> Option<Login> {
        self.all().remove(name).map(|(login, _)| login)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, (Login, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long it lasts here, whatever the provider does meanwhile.
const LIFETIME: Duration = Duration::from_secs(3600);
