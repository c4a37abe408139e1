//! The bundled accounts: users with passwords, and browser sessions.
//!
//! A session id is a secret like any other: 256 bits, in the browser's cookie, of which the database holds the digest.
//! A session ends when it was idle for too long, when it is too old, when its user signs out, and when the user's
//! password changes.

pub(crate) mod check;
mod forget;
mod guess;
mod known_browser;
mod meter;
mod new_user;
mod password;
mod registering;
mod sessions;
mod strength;
mod user_code;
mod verify;

pub use self::{
    guess::{Caller, Guess, GuessError},
    password::{PasswordChange, PasswordError},
    sessions::SessionRecord,
};
pub(crate) use self::{meter::Guesses, password::told_of_reset, registering::Registering};
use crate::{
    AuthorizationServer, EventKind, FieldError, Origin, Problem, Secret, StoreError, Timestamp,
    User,
    event::LedTo,
    precis,
    secret::Digest,
    store::{
        self, Affected, DbConnection,
        logout::{LoggedOut, Logout, Whose},
        session::SignedInAt,
    },
};

/// The session of a browser in which a user has signed in.
///
/// ```no_run
/// # use oauth_core::{AuthorizationServer, StoreError};
/// # async fn example(server: &AuthorizationServer, cookie: &str) -> Result<(), StoreError> {
/// match server.session(cookie).await? {
///     Some(session) => println!("signed in as {}", session.user.username),
///     None => println!("nobody is signed in"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Session {
    /// The session id, as the browser keeps it.
    pub secret: Secret,
    /// Who has signed in.
    pub user: User,
    /// When, in seconds since 1970.
    pub signed_in_at: Timestamp,
    /// What it is called towards clients: `sid` of OpenID Connect. It is random, and opens nothing.
    pub sid: Option<String>,
}

/// Why a user cannot be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The name has no or too many characters, or one that cannot be seen.
    #[error("a user name has 1 to 150 characters, none of them a control character")]
    InvalidUsername,
    /// The password has too few characters.
    #[error("a password has at least 8 characters")]
    ShortPassword,
    /// There is already a user of this name.
    #[error("the user name {0} is taken")]
    Taken(String),
    /// The name looks like that of another user (UTS 39).
    #[error("the user name {0} looks like that of another user")]
    LooksTaken(String),
    /// Another field does not hold what it should.
    #[error(transparent)]
    Invalid(FieldError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccountError {
    /// Of all that is wrong with an account.
    fn first(faults: Vec<FieldError>) -> Self {
        use Problem::{ControlCharacter, Empty, TooLong};
        match faults.into_iter().next() {
            Some(FieldError {
                field: "username",
                problem: Empty | TooLong(_) | ControlCharacter,
            }) => Self::InvalidUsername,
            Some(FieldError { field: "password", problem: Problem::TooShort(_) }) => {
                Self::ShortPassword
            }
            Some(fault) => Self::Invalid(fault),
            None => Self::Store(StoreError::internal("an account was refused for nothing")),
        }
    }
}

/// What a session is called towards clients.
fn drawn_sid() -> String {
    Secret::generate().expose().to_owned()
}

/// Where the user of this request is.
fn signed_in_at(user_agent: Option<&str>) -> SignedInAt {
    let address = Origin::current().and_then(|origin| origin.address);
    SignedInAt {
        user_agent: user_agent.and_then(sessions::named),
        address: address.map(|address| address.to_string()),
    }
}

/// What is heard where a user has signed in, in place of another one or of nobody.
fn told_of_sign_in(signed_out: Option<i64>, subject: String) -> LedTo<Option<Option<LoggedOut>>> {
    let out = signed_out.map(|id| EventKind::SignedOut { subject: id.to_string() });
    Box::new(move |done| match done {
        Some(logged_out) => {
            let ended = logged_out.iter().flat_map(LoggedOut::events);
            out.into_iter().chain(ended).chain([EventKind::SignedIn { subject }]).collect()
        }
        None => Vec::new(),
    })
}

impl AuthorizationServer {
    /// The user of this key, unless deactivated.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn user(&self, id: i64) -> Result<Option<User>, StoreError> {
        self.store.read(move |db| store::user::find(db, id)).await
    }

    /// The user of this name, unless deactivated. Names are compared as RFC 8265 §3.3 says: `ALICE` is `alice`, and an
    /// accent is one whether composed or not.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn user_named(&self, username: &str) -> Result<Option<User>, StoreError> {
        if username.contains('\0') || username.len() > precis::LONGEST {
            return Ok(None); // nothing that the database holds
        }
        let (username, key) = (username.to_owned(), precis::key(username));
        self.store.read(move |db| store::user::named(db, &username, &key)).await
    }

    /// Signs a user in: a session with a new id takes the place of the browser's old one.
    ///
    /// # Errors
    /// When the store fails, or the user's password was changed at this very moment.
    pub async fn sign_in(&self, old: Option<&Session>, user: User) -> Result<Session, StoreError> {
        self.sign_in_with(old, user, None).await
    }

    /// The same, of a browser whose `User-Agent` this is. What of it a person recognises, and the address of the
    /// [`Origin`](crate::Origin), are shown to the user where they see their sessions, and go with the session.
    ///
    /// # Errors
    /// As [`sign_in`](Self::sign_in).
    pub async fn sign_in_with(
        &self,
        old: Option<&Session>,
        user: User,
        user_agent: Option<&str>,
    ) -> Result<Session, StoreError> {
        let at = signed_in_at(user_agent);
        let secret = Secret::generate();
        let digest = Digest::of(secret.expose());
        let replaced = old.map(|old| Digest::of(old.secret.expose()));
        // Of who signs in once more, clients know the session already.
        let theirs = old.filter(|old| old.user.id == user.id).and_then(|old| old.sid.clone());
        let (now, signed_in, sid) = (self.now(), user.clone(), theirs.unwrap_or_else(drawn_sid));
        let called = sid.clone();
        let expires_at = self.session_end(now, now);
        let leaves = old.filter(|old| old.user.id != user.id);
        let logout = leaves.map(|old| self.logout_of(old));
        let affected = if leaves.is_some() { Affected::Anything } else { Affected::Nothing };
        let write = move |db: &mut DbConnection| {
            if !store::user_password::still_has(db, &signed_in)? {
                return Ok(None);
            }
            if let Some(replaced) = &replaced {
                store::session::delete(db, replaced)?;
            }
            let whose = (signed_in.id, called.as_str());
            store::session::insert(db, &digest, whose, &at, (now, expires_at))?;
            logout.as_ref().map(|logout| logout.batch(db)).transpose().map(Some)
        };
        let subject = user.id.to_string();
        let prepare = || told_of_sign_in(leaves.map(|old| old.user.id), subject);
        let Some(logged_out) = self.write_and_raise(affected, write, prepare).await? else {
            return Err(StoreError::internal("the password was changed during the sign-in"));
        };
        self.go_on_logging_out(logged_out.and_then(|logged_out| logged_out.rest)).await?;
        Ok(Session { secret, user, signed_in_at: now, sid: Some(sid) })
    }

    /// The session of a presented id, if it lives. Its use moves its end; that and when it was is written at most twenty
    /// times in the idle time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn session(&self, presented: &str) -> Result<Option<Session>, StoreError> {
        let (digest, now) = (Digest::of(presented), self.now());
        let Some(row) = self.store.read(move |db| store::session::find(db, &digest)).await? else {
            return Ok(None);
        };
        if row.expires_at <= now {
            return Ok(None);
        }
        let extended = self.session_end(row.created_at, now).max(row.expires_at);
        let unmarked = now - row.last_used_at.unwrap_or(row.created_at);
        if unmarked.max(extended - row.expires_at) > self.settings.session_idle / 20 {
            let times = (now, extended);
            let mark = move |db: &mut DbConnection| store::session::used(db, &digest, times);
            let marked = self.store.write_affecting(Affected::Nothing, mark).await;
            marked.unwrap_or_else(|error| tracing::debug!(%error, "a session was not extended"));
        }
        Ok(Some(Session {
            secret: presented.into(),
            user: row.user,
            signed_in_at: row.created_at,
            sid: row.sid,
        }))
    }

    /// Signs out, here and at the clients that know the session: what they were granted in it with the scope `openid` and
    /// without `offline_access` ends, and who wants to be told is
    /// ([`log_out_session`](Self::log_out_session)).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_session(&self, session: &Session) -> Result<(), StoreError> {
        let digest = Digest::of(session.secret.expose());
        let prepare = || -> LedTo<LoggedOut> {
            let subject = session.user.id.to_string();
            Box::new(|logged_out| {
                [EventKind::SignedOut { subject }].into_iter().chain(logged_out.events()).collect()
            })
        };
        let logout = self.logout_of(session);
        let end = move |db: &mut DbConnection| {
            store::session::delete(db, &digest)?;
            logout.batch(db)
        };
        let logged_out = self.write_and_raise(Affected::Anything, end, prepare).await?;
        self.go_on_logging_out(logged_out.rest).await
    }

    /// What ends with it at clients.
    fn logout_of(&self, session: &Session) -> Logout {
        Logout::of(Whose::Sessions(session.sid.iter().cloned().collect()), self.now())
    }

    fn session_end(&self, created_at: Timestamp, used_at: Timestamp) -> Timestamp {
        (used_at + self.settings.session_idle).min(created_at + self.settings.session_lifetime)
    }
}
