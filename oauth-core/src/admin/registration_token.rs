//! Initial access tokens: RFC 7591 §3.

use super::{Action, Admin, AdminError, Entry, Kind, Page, page::Cursor};
pub use crate::store::registration_token::RegistrationToken;
use crate::{
    Secret, StoreError,
    field::Faults,
    secret::Digest,
    settings::{LASTS, lasts},
    store::{
        DbConnection,
        registration_token::{self, NewRegistrationToken},
    },
};

impl Admin {
    /// A page of the initial access tokens, the newest first; `after` is the `next` of the page before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn registration_tokens(
        &self,
        after: Option<&str>,
    ) -> Result<Page<RegistrationToken>, StoreError> {
        let before = Cursor::new(after).key();
        let list = move |db: &mut DbConnection| registration_token::list(db, before);
        let rows = self.server.store.list(list).await?;
        Ok(Page::of(rows, |row| row.id.to_string()))
    }

    /// The one of this key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn registration_token(
        &self,
        id: i64,
    ) -> Result<Option<RegistrationToken>, StoreError> {
        self.server.store.read(move |db| registration_token::with_key(db, id)).await
    }

    /// Makes a token with which so many clients may register themselves, within so many seconds. It can only be seen this
    /// once.
    ///
    /// # Errors
    /// When either is out of its range.
    pub async fn issue_registration_token(
        &self,
        uses: i64,
        lifetime: i64,
    ) -> Result<Secret, AdminError> {
        let mut faults = Faults::default();
        if !(1..=MOST_USES).contains(&uses) {
            faults.malformed("uses", format!("must be 1 to {MOST_USES}"));
        }
        if !lasts(lifetime) {
            faults.malformed("lifetime", format!("must be {LASTS}"));
        }
        faults.into_result()?;
        let (token, now) = (Secret::generate(), self.server.now());
        let new = NewRegistrationToken {
            digest: Digest::of(token.expose()),
            prefix: token.expose().chars().take(6).collect(),
            created_at: now,
            expires_at: now + lifetime,
            uses_left: uses,
            issued_by: self.actor.subject.clone(),
        };
        let insert = move |db: &mut DbConnection| {
            let id = registration_token::insert(db, &new)?;
            let entry = Entry::new(Action::Issue, Kind::RegistrationToken, id, &new.prefix);
            Ok(Ok(((), Some(entry))))
        };
        self.change("id", insert).await?;
        Ok(token)
    }

    /// Ends a token: nobody registers with it any more. The clients that did stay.
    ///
    /// # Errors
    /// When there is none of this key, or none any more.
    pub async fn end_registration_token(&self, id: i64) -> Result<(), AdminError> {
        let end = move |db: &mut DbConnection| {
            let Some(token) = registration_token::with_key(db, id)? else {
                return Ok(Err(AdminError::NotFound));
            };
            if !registration_token::delete(db, id)? {
                return Ok(Err(AdminError::NotFound));
            }
            let entry = Entry::new(Action::Revoke, Kind::RegistrationToken, id, &token.prefix);
            Ok(Ok(((), Some(entry))))
        };
        self.change("id", end).await
    }
}

const MOST_USES: i64 = 10_000;
