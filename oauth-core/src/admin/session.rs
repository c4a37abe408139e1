//! Where users of the bundled accounts are signed in, in the hands of staff.

use super::{Action, Admin, AdminError, Entry, Kind, user::changeable};
use crate::{
    EventKind, SessionRecord, StoreError,
    store::{
        self, DbConnection,
        logout::{Logout, Whose},
    },
};

impl Admin {
    /// The live sessions of a user, the newest first: a hundred at most.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn user_sessions(&self, id: i64) -> Result<Vec<SessionRecord>, StoreError> {
        let now = self.server.now();
        self.server.store.read(move |db| store::session::live(db, id, now)).await
    }

    /// Ends one session of a user, by the name that it has towards clients, as where a device was lost. With it ends what
    /// ends where the user signs out there, and clients are told.
    ///
    /// # Errors
    /// When there is no such session, or none any more; when the user is staff, and the actor is no superuser.
    pub async fn end_user_session(&self, id: i64, sid: &str) -> Result<(), AdminError> {
        if sid.contains('\0') {
            return Err(AdminError::NotFound); // nothing that the database holds
        }
        let (actor, now, sid) = (self.actor.clone(), self.server.now(), sid.to_owned());
        let end = move |db: &mut DbConnection| {
            let user = match changeable(db, &actor, id)? {
                Ok(user) => user,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let ended = store::session::delete_named(db, id, &sid)?;
            if ended.is_empty() {
                return Ok(Err(AdminError::NotFound));
            }
            let whose = Whose::Sessions(ended.into_iter().flatten().collect());
            let logged_out = Logout::of(whose, now).batch(db)?;
            let entry = Entry::new(Action::EndSession, Kind::User, id, &user.username);
            let entry = entry.raising(EventKind::SignedOut { subject: id.to_string() });
            let entry = logged_out.events().into_iter().fold(entry, Entry::raising);
            Ok(Ok((logged_out.rest, Some(entry))))
        };
        let rest = self.change("sid", end).await?;
        Ok(self.server.go_on_logging_out(rest).await?)
    }
}
