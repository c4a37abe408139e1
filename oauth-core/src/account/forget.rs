//! A user who goes: all that hangs on a subject is ended and erased.

use std::time::{Duration, Instant};

use crate::{
    AuthorizationServer, EventKind, StoreError,
    admin::{Action, Entry, Kind},
    event::LedTo,
    store::{
        Affected, DbConnection,
        forgetting::{self, Batch, Forgetting},
        logout::{Logout, Whose},
    },
};

impl AuthorizationServer {
    /// Ends and erases what hangs on a subject, of the bundled users or of an application's own.
    ///
    /// | what | becomes of it |
    /// |---|---|
    /// | grants, with their codes, access tokens and refresh tokens | deleted |
    /// | remembered consents | deleted |
    /// | logout tokens for clients at which the user has logged in | are delivered after this: until then, and a day at most, the subject stays with them |
    /// | sessions and remembered browsers of a bundled user | deleted |
    /// | the bundled user: name, address, password's hash | deleted |
    /// | clients that the user owns ([`NewClient::owner`](crate::NewClient::owner)) | stay for staff to look at, but are disabled, nobody's, and act for nobody |
    /// | the user's name in the audit trail, as who acted and as who was changed | blanked |
    /// | the subject in the audit trail, and the address that a request came from | stay: the subject is an opaque key, and says nothing without the user's row |
    /// | what clients of the user say of themselves: a name, contacts | stays until staff delete the client |
    /// | events, logs and backups of the operator | stay: they are not this server's |
    ///
    /// A subject that is the key of a bundled user is taken for that user; an application with users of its own has none.
    ///
    /// It goes in batches of some hundred rows, with a rest after each, so that no request waits for long. Where it fails
    /// half way, or the process ends, call it again: the same call goes on. A subject that nothing hangs on is forgotten
    /// already, which is no error. Where there was something, the last batch comes with one row of the audit trail, in
    /// the name of whoever [acts](Self::in_the_name_of) or of the application, and with one event,
    /// [`EventKind::UserForgotten`].
    ///
    /// What a request begins for the user at this very moment may outlive it. Let the application's own row go first,
    /// so that nobody can be signed in as the user any more.
    ///
    /// ```
    /// # use oauth_core::{AuthorizationServer, StoreError};
    /// # async fn example(server: &AuthorizationServer, subject: &str) -> Result<(), StoreError> {
    /// // The application has deleted its own row, and now
    /// server.forget_user(subject).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the store fails; what was erased until then is gone.
    pub async fn forget_user(&self, subject: &str) -> Result<(), StoreError> {
        if subject.contains('\0') {
            return Ok(()); // nothing that the database holds
        }
        let mut forgetting = Forgetting {
            subject: subject.to_owned(),
            user: bundled_user(subject),
            now: self.now(),
            audited: 0,
            logout: Logout::of(Whose::Subject(subject.to_owned()), self.now()),
        };
        let (mut had_anything, mut rest) = (false, Duration::ZERO);
        loop {
            tokio::time::sleep(rest).await;
            let begun = Instant::now();
            let batch = self.forget_batch(forgetting.clone(), had_anything).await?;
            if batch.is_last {
                self.deliveries.wake();
                return Ok(());
            }
            had_anything |= batch.has_erased;
            (forgetting.audited, rest) = (batch.audited, begun.elapsed());
            forgetting.logout = batch.logout;
        }
    }

    /// One transaction. The last one writes down that it is done: as long as it has not come, something is left, and who
    /// calls again finds it.
    async fn forget_batch(
        &self,
        forgetting: Forgetting,
        had_anything: bool,
    ) -> Result<Batch, StoreError> {
        let is_done = move |batch: &Batch| batch.is_last && (had_anything || batch.has_erased);
        let subject = forgetting.subject.clone();
        let trail = self.trail().of_forgetting(&subject);
        let entry = match forgetting.user {
            Some(key) => Entry::new(Action::Forget, Kind::User, key, ""),
            None => Entry::new(Action::Forget, Kind::User, 0, &subject),
        };
        let erase = move |db: &mut DbConnection| {
            let batch = forgetting::batch(db, &forgetting)?;
            if is_done(&batch) {
                trail.write(db, &entry)?;
            }
            Ok(batch)
        };
        let told = || -> LedTo<Batch> {
            let forgotten = EventKind::UserForgotten { subject };
            Box::new(move |batch| if is_done(batch) { vec![forgotten] } else { Vec::new() })
        };
        self.write_and_raise(Affected::Anything, erase, told).await
    }
}

/// The key whose text the subject is.
fn bundled_user(subject: &str) -> Option<i64> {
    subject.parse().ok().filter(|key: &i64| *key > 0 && key.to_string() == subject)
}
