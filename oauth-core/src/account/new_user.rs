//! New users of the bundled accounts.

use super::{AccountError, check};
use crate::{
    AuthorizationServer, NewUser, User,
    admin::{Action, Entry, Kind},
    field::Faults,
    store::{self, DbConnection, user_names::Occupied},
};

impl AuthorizationServer {
    /// Creates a user, with a password that is hard to guess.
    ///
    /// # Errors
    /// When the name or the password cannot be used.
    pub async fn create_user(&self, user: NewUser, password: &str) -> Result<User, AccountError> {
        let mut faults = Faults::default();
        check::new_user(&user, &mut faults);
        self.check_password("password", password, &user.about(), &mut faults).await?;
        faults.into_result().map_err(AccountError::first)?;
        self.insert_user(user, password).await
    }

    /// Creates a user whose password may be known to everybody, and is not judged: for demo data and tests.
    ///
    /// # Errors
    /// When the name cannot be used, or the password has too few characters.
    pub async fn create_user_with_known_password(
        &self,
        user: NewUser,
        password: &str,
    ) -> Result<User, AccountError> {
        let mut faults = Faults::default();
        check::new_user(&user, &mut faults);
        check::password("password", password, &mut faults);
        faults.into_result().map_err(AccountError::first)?;
        self.insert_user(user, password).await
    }

    async fn insert_user(&self, user: NewUser, password: &str) -> Result<User, AccountError> {
        let (hash, trail) = (self.password_hash(password).await?, self.trail());
        let username = user.username.clone();
        let insert = move |db: &mut DbConnection| {
            let created = store::user::insert(db, &user, &hash, trail.at)?;
            if let Ok(User { id, username, .. }) = &created {
                trail.write(db, &Entry::new(Action::Create, Kind::User, *id, username))?;
            }
            Ok(Some(created))
        };
        match self.store.insert(insert).await? {
            Some(Ok(user)) => Ok(user),
            Some(Err(Occupied::LooksTaken)) => Err(AccountError::LooksTaken(username)),
            Some(Err(Occupied::Taken)) | None => Err(AccountError::Taken(username)),
        }
    }
}

impl NewUser {
    /// The same of a user to be.
    pub(crate) fn about(&self) -> Vec<String> {
        [&self.username, &self.first_name, &self.last_name, &self.email].map(Clone::clone).into()
    }
}
