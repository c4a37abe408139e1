//! The bundled accounts. An application with its own users has no rows here, and offers none of this.

use super::{
    Action, Actor, Admin, AdminError, Entry, Kind, LOST, Page,
    page::Cursor,
    user_name::{not_free, rename},
};
pub use crate::store::{list::UserFilter, user::UserChange};
use crate::{
    EventKind, NewUser, Revocation, StoreError, User,
    account::check,
    field::Faults,
    precis,
    store::{self, DbConnection, Query},
};

impl Admin {
    /// A page of the users; `after` is the `next` of the page before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn users(
        &self,
        filter: UserFilter,
        after: Option<&str>,
    ) -> Result<Page<User>, StoreError> {
        let by_name = match &filter {
            UserFilter::UsernameBegins(text) | UserFilter::Email(text) if text.contains('\0') => {
                return Ok(Page::empty());
            }
            UserFilter::UsernameBegins(_) => true,
            _ => false,
        };
        let cursor = Cursor::new(after);
        let list = move |db: &mut DbConnection| store::list::users(db, &filter, &cursor);
        let rows = self.server.store.list(list).await?;
        Ok(Page::of(rows, |row| {
            Cursor::of(row.id, by_name.then(|| precis::key(&row.username)).as_ref())
        }))
    }

    /// The user of this key, deactivated or not.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn user(&self, id: i64) -> Result<Option<User>, StoreError> {
        self.server.store.read(move |db| store::user::with_key(db, id)).await
    }

    /// Creates a user.
    ///
    /// # Errors
    /// When fields are wrong, or the name is taken; or the user would be staff, and the actor is no superuser.
    pub async fn create_user(&self, new: NewUser, password: &str) -> Result<User, AdminError> {
        let mut faults = Faults::default();
        check::new_user(&new, &mut faults);
        self.server.check_password("password", password, &new.about(), &mut faults).await?;
        faults.into_result()?;
        if (new.is_staff || new.is_superuser) && !self.actor.is_superuser {
            return Err(AdminError::Forbidden(STAFF));
        }
        let (hash, now) = (self.server.password_hash(password).await?, self.server.now());
        let actor = self.actor.clone();
        let create = move |db: &mut DbConnection| {
            if actor.has_lost_rights(db, None)? {
                return Ok(Err(AdminError::Forbidden(LOST)));
            }
            let user = match store::user::insert(db, &new, &hash, now)? {
                Ok(user) => user,
                Err(occupied) => return Ok(Err(not_free(occupied))),
            };
            let entry = Entry::new(Action::Create, Kind::User, user.id, &user.username);
            Ok(Ok((user, Some(entry))))
        };
        self.change("username", create).await
    }

    /// Changes a user. One who may not sign in any more has no sessions, grants and consents any more either, and no
    /// client acts for them; that does not come back with the right to sign in.
    ///
    /// # Errors
    /// When fields are wrong, or the name is taken; when the user is or would be staff, and the actor is no superuser;
    /// when the actor would take from themself what they change users with.
    pub async fn update_user(&self, id: i64, change: UserChange) -> Result<User, AdminError> {
        let mut faults = Faults::default();
        check::user(&change.named(), &mut faults);
        if self.is_actor(id) {
            change.check_of_oneself(&self.actor, &mut faults);
        }
        faults.into_result()?;
        let (actor, now) = (self.actor.clone(), self.server.now());
        let update = move |db: &mut DbConnection| {
            let old = match changeable(db, &actor, id)? {
                Ok(old) => old,
                Err(refusal) => return Ok(Err(refusal)),
            };
            if (change.is_staff || change.is_superuser) && !actor.is_superuser {
                return Ok(Err(AdminError::Forbidden(STAFF)));
            }
            if let Err(refusal) = rename(db, &old, &change.username)? {
                return Ok(Err(refusal));
            }
            let changes = change.changes(&old);
            if changes.is_empty() {
                return Ok(Ok(((old, None), None)));
            }
            store::user::update(db, id, &change)?;
            let mut entry =
                Entry::new(Action::Update, Kind::User, id, &old.username).naming(changes);
            let mut rest = None;
            if old.is_active && !change.is_active {
                rest = store::user::end_all(db, id, now)?;
                entry = entry.raising(all_ended(id));
            }
            let updated = store::user::with_key(db, id)?.unwrap_or(old);
            Ok(Ok(((updated, rest), Some(entry))))
        };
        let (updated, rest) = self.change("username", update).await?;
        self.server.go_on_logging_out(rest).await?;
        Ok(updated)
    }

    /// Deletes a user: what [`AuthorizationServer::forget_user`](crate::AuthorizationServer::forget_user) says, in the
    /// name of the actor. The user may not sign in any more from the first moment; where the rest then fails, the same
    /// call goes on.
    ///
    /// # Errors
    /// When there is no such user, or it is the actor; when the user is staff, and the actor is no superuser.
    pub async fn delete_user(&self, id: i64) -> Result<(), AdminError> {
        if self.is_actor(id) {
            return Err(AdminError::Refused("nobody can delete themself"));
        }
        let actor = self.actor.clone();
        let deactivate = move |db: &mut DbConnection| match changeable(db, &actor, id)? {
            Ok(_) => store::user::deactivate(db, id).map(Ok),
            Err(refusal) => Ok(Err(refusal)),
        };
        self.server.store.write(deactivate).await??;
        Ok(self.server.forget_user(&id.to_string()).await?)
    }

    /// Whether it is for the actor to change this user.
    ///
    /// # Errors
    /// When the user is staff, and the actor is no superuser.
    pub fn may_change_user(&self, user: &User) -> Result<(), AdminError> {
        let is_staff = user.is_staff || user.is_superuser;
        if is_staff && !self.actor.is_superuser {
            Err(AdminError::Forbidden(STAFF))
        } else {
            Ok(())
        }
    }

    fn is_actor(&self, id: i64) -> bool {
        self.actor.subject == id.to_string()
    }
}

impl UserChange {
    fn named(&self) -> NewUser {
        NewUser {
            username: self.username.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            email: self.email.clone(),
            ..NewUser::default()
        }
    }

    fn check_of_oneself(&self, actor: &Actor, faults: &mut Faults) {
        if actor.is_superuser && !self.is_superuser {
            faults.malformed("is_superuser", NOT_FROM_ONESELF);
        }
        if !self.is_active {
            faults.malformed("is_active", NOT_FROM_ONESELF);
        }
    }

    fn changes(&self, old: &User) -> Vec<&'static str> {
        let fields = [
            ("username", self.username != old.username),
            ("first_name", self.first_name != old.first_name),
            ("last_name", self.last_name != old.last_name),
            ("email", self.email != old.email),
            ("email_verified", self.email_verified != old.email_verified),
            ("is_staff", (self.is_staff || self.is_superuser) != old.is_staff),
            ("is_superuser", self.is_superuser != old.is_superuser),
            ("is_active", self.is_active != old.is_active),
        ];
        fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
    }
}

/// The user of this key, where the actor may change them.
pub(super) fn changeable(
    db: &mut DbConnection,
    actor: &Actor,
    id: i64,
) -> Query<Result<User, AdminError>> {
    if actor.has_lost_rights(db, Some(id))? {
        return Ok(Err(AdminError::Forbidden(LOST)));
    }
    let Some(user) = store::user::with_key(db, id)? else { return Ok(Err(AdminError::NotFound)) };
    let is_staff = user.is_staff || user.is_superuser;
    Ok(if is_staff && !actor.is_superuser { Err(AdminError::Forbidden(STAFF)) } else { Ok(user) })
}

fn all_ended(id: i64) -> EventKind {
    let (subject, cause) = (Some(id.to_string()), Revocation::Staff);
    EventKind::GrantRevoked { client_id: None, subject, cause }
}

const STAFF: &str = "only a superuser may change staff, and who is staff";
const NOT_FROM_ONESELF: &str = "cannot be taken from oneself";
