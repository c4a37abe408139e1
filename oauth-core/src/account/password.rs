//! The passwords of the bundled accounts: changed by their owner, and reset by others.
//!
//! A password is prepared before it is hashed (RFC 8265 §4.2), so that it is one whatever keyboard it comes from.

use super::{AccountError, GuessError, Session, check, drawn_sid, strength};
use crate::{
    AuthorizationServer, EventKind, FieldError, Problem, Revocation, Secret, StoreError, User,
    admin::{Action, Entry, Kind},
    event::LedTo,
    field::Faults,
    precis,
    secret::Digest,
    store::{
        self, Affected, DbConnection,
        logout::{LoggedOut, Logout, Whose},
        user_password::Reset,
    },
};

/// What a user asks for who changes their own password.
#[derive(Debug, Clone)]
pub struct PasswordChange {
    /// The password that the user has.
    pub old_password: Secret,
    /// The one that the user wants.
    pub new_password: Secret,
    /// Whether the access of every application ends with it, as by [`AuthorizationServer::disconnect`].
    pub disconnects: bool,
}

/// Why a user's own password was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Fields of the [`PasswordChange`] do not hold what they should.
    #[error("{} fields do not hold what they should", .0.len())]
    Invalid(Vec<FieldError>),
    /// Too many guesses at the old password were wrong before, or more come at once than can be judged.
    #[error("too many guesses: the next one is heard in {retry_after} s")]
    TooManyGuesses {
        /// Seconds until the next one is heard, at least 1.
        retry_after: i64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<GuessError> for PasswordError {
    fn from(error: GuessError) -> Self {
        match error {
            GuessError::TooManyGuesses { retry_after } => Self::TooManyGuesses { retry_after },
            GuessError::Store(error) => Self::Store(error),
        }
    }
}

impl AuthorizationServer {
    /// Resets a user's password, as where somebody else may know the old one: all sessions of the user end, and all
    /// grants and remembered consents, so that no application has access any more. Says whether there is such a user.
    ///
    /// # Errors
    /// When the password cannot be used.
    pub async fn set_password(&self, user_id: i64, password: &str) -> Result<bool, AccountError> {
        let user = self.store.read(move |db| store::user::with_key(db, user_id)).await?;
        let about = user.as_ref().map(User::about).unwrap_or_default();
        let mut faults = Faults::default();
        self.check_password("password", password, &about, &mut faults).await?;
        faults.into_result().map_err(AccountError::first)?;
        if user.is_none() {
            return Ok(false);
        }
        let (hash, trail) = (self.password_hash(password).await?, self.trail());
        let reset = move |db: &mut DbConnection| {
            let ended = store::user_password::reset_password(db, user_id, &hash, trail.at)?;
            if let (Some(_), Some(user)) = (&ended, &user) {
                let entry = Entry::new(Action::SetPassword, Kind::User, user_id, &user.username);
                trail.write(db, &entry)?;
            }
            Ok(ended)
        };
        let led_to = || -> LedTo<Option<Reset>> {
            Box::new(move |reset| {
                reset.as_ref().map(|reset| told_of_reset(user_id, reset)).unwrap_or_default()
            })
        };
        let reset = self.write_and_raise(Affected::Anything, reset, led_to).await?;
        let was_there = reset.is_some();
        self.go_on_logging_out(reset.and_then(|reset| reset.rest)).await?;
        Ok(was_there)
    }

    /// Changes the password of who has signed in, and who proves it by the old one. The user's other sessions end, as by
    /// [`end_session`](Self::end_session); this one goes on under a new id.
    ///
    /// # Errors
    /// When the old password is wrong, which counts as a wrong guess by whoever
    /// [asks](AuthorizationServer::asked_by), or the new one cannot be used; when too many guesses were wrong before.
    pub async fn change_password(
        &self,
        session: &Session,
        change: &PasswordChange,
    ) -> Result<Session, PasswordError> {
        let user = &session.user;
        let (old, new) = (change.old_password.expose(), change.new_password.expose());
        let mut faults = Faults::default();
        let known = self.verify_password(&user.username, old).await?;
        let Some(known) = known.filter(|known| known.id == user.id) else {
            faults.add("old_password", Problem::Wrong);
            self.check_password("new_password", new, &user.about(), &mut faults).await?;
            return Err(PasswordError::Invalid(faults.into_result().err().unwrap_or_default()));
        };
        self.check_password("new_password", new, &user.about(), &mut faults).await?;
        if precis::prepared(old) == precis::prepared(new) {
            faults.add("new_password", Problem::Unchanged);
        }
        faults.into_result().map_err(PasswordError::Invalid)?;
        let hash = self.password_hash(new).await?;
        let changed = self.replace_password(known, session, hash, change.disconnects).await?;
        changed.ok_or_else(|| {
            let (field, problem) = ("old_password", Problem::Wrong);
            PasswordError::Invalid(vec![FieldError { field, problem }])
        })
    }

    /// `None` where the password was changed at this very moment.
    async fn replace_password(
        &self,
        user: User,
        session: &Session,
        hash: String,
        disconnects: bool,
    ) -> Result<Option<Session>, StoreError> {
        let secret = Secret::generate();
        let sid = session.sid.clone().unwrap_or_else(drawn_sid); // to clients it is the same
        let (digest, own) = (Digest::of(secret.expose()), Digest::of(session.secret.expose()));
        let now = self.now();
        let (expires_at, id, called) = (self.session_end(now, now), user.id, sid.clone());
        let replace = move |db: &mut DbConnection| {
            let at = store::session::signed_in_at(db, &own)?;
            let mut others = store::session::sids(db, user.id)?;
            others.retain(|other| *other != called);
            if !store::user_password::replace_password(db, &user, &hash)? {
                return Ok(None);
            }
            let ended = if disconnects { store::user::disconnect(db, user.id, now)? } else { 0 };
            store::session::insert(db, &digest, (user.id, &called), &at, (now, expires_at))?;
            let logged_out = Logout::of(Whose::Sessions(others), now).batch(db)?;
            Ok(store::user::find(db, user.id)?.map(|user| (user, ended, logged_out)))
        };
        let led_to = || -> LedTo<Option<(User, usize, LoggedOut)>> {
            Box::new(move |replaced| match replaced {
                Some((_, ended, logged_out)) => told_of_change(id, *ended, logged_out),
                None => Vec::new(),
            })
        };
        let replaced = self.write_and_raise(Affected::Anything, replace, led_to).await?;
        let Some((user, _, logged_out)) = replaced else { return Ok(None) };
        self.go_on_logging_out(logged_out.rest).await?;
        Ok(Some(Session { secret, user, signed_in_at: now, sid: Some(sid) }))
    }

    /// Judges a new password of a user who is known by these texts.
    pub(crate) async fn check_password(
        &self,
        field: &'static str,
        password: &str,
        about: &[String],
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        if !check::password(field, password, faults) {
            return Ok(());
        }
        let issuer = url::Url::parse(&self.settings.issuer).ok();
        let host = issuer.as_ref().and_then(url::Url::host_str);
        let known: Vec<_> = about.iter().map(String::as_str).chain(host).collect();
        if let Some(problem) = strength::judge(&precis::prepared(password), &known).await? {
            faults.add(field, problem);
        }
        Ok(())
    }

    pub(crate) async fn password_hash(&self, password: &str) -> Result<String, StoreError> {
        self.hasher.hash(&precis::prepared(password)).await
    }
}

impl User {
    /// By what others know the user, and what a password must not lean on.
    pub(crate) fn about(&self) -> Vec<String> {
        [&self.username, &self.first_name, &self.last_name, &self.email].map(Clone::clone).into()
    }
}

/// What is heard where others have reset a password, and this many families ended.
pub(crate) fn told_of_reset(user_id: i64, reset: &Reset) -> Vec<EventKind> {
    told(user_id, |subject| EventKind::PasswordReset { subject }, reset.ended, Revocation::Staff)
}

fn told_of_change(user_id: i64, ended: usize, logged_out: &LoggedOut) -> Vec<EventKind> {
    let changed = |subject| EventKind::PasswordChanged { subject };
    let mut told = told(user_id, changed, ended, Revocation::User);
    told.extend(logged_out.events());
    told
}

fn told(
    user_id: i64,
    changed: impl Fn(String) -> EventKind,
    ended: usize,
    cause: Revocation,
) -> Vec<EventKind> {
    let subject = user_id.to_string();
    let revoked =
        EventKind::GrantRevoked { client_id: None, subject: Some(subject.clone()), cause };
    [changed(subject)].into_iter().chain((ended > 0).then_some(revoked)).collect()
}
