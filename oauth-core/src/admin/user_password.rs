//! The password of a user of the bundled accounts, in the hands of staff.

use super::{Action, Admin, AdminError, Entry, Kind, user::changeable};
use crate::{
    account::told_of_reset,
    field::Faults,
    store::{self, DbConnection},
};

impl Admin {
    /// Resets a user's password, as where somebody else may know the old one: all sessions of the user end, and all
    /// grants and remembered consents, so that no application has access any more.
    ///
    /// # Errors
    /// When the password cannot be used; when the user is staff, and the actor is no superuser.
    pub async fn set_user_password(&self, id: i64, password: &str) -> Result<(), AdminError> {
        let about = self.user(id).await?.ok_or(AdminError::NotFound)?.about();
        let mut faults = Faults::default();
        self.server.check_password("password", password, &about, &mut faults).await?;
        faults.into_result()?;
        let (hash, now) = (self.server.password_hash(password).await?, self.server.now());
        let actor = self.actor.clone();
        let set = move |db: &mut DbConnection| {
            let user = match changeable(db, &actor, id)? {
                Ok(user) => user,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let Some(reset) = store::user_password::reset_password(db, id, &hash, now)? else {
                return Ok(Err(AdminError::NotFound));
            };
            let entry = Entry::new(Action::SetPassword, Kind::User, id, &user.username);
            let told = told_of_reset(id, &reset);
            Ok(Ok((reset.rest, Some(told.into_iter().fold(entry, Entry::raising)))))
        };
        let rest = self.change("username", set).await?;
        Ok(self.server.go_on_logging_out(rest).await?)
    }
}
