//! Logout tokens that wait for their clients.

use super::{Action, Admin, AdminError, ClientName, Entry, Kind, Page, page::Cursor};
use crate::{
    StoreError, Timestamp,
    store::{
        DbConnection,
        logout_delivery::{self, LogoutDelivery},
    },
};

/// A logout that a client has still to be told of.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LogoutDeliveryRecord {
    /// The key of its row.
    pub id: i64,
    /// Who is to be told.
    pub client: ClientName,
    /// Of which user.
    pub subject: String,
    /// Since when.
    pub created_at: Timestamp,
    /// How often that was tried.
    pub attempts: i64,
    /// Why it failed the last time.
    pub last_error: Option<String>,
    /// When it is tried next; what has passed is tried now.
    pub due_at: Timestamp,
    /// When it is tried no more.
    pub expires_at: Timestamp,
}

impl Admin {
    /// A page of the logouts that clients have still to be told of, the newest first; `after` is the `next` of the page
    /// before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn logout_deliveries(
        &self,
        after: Option<&str>,
    ) -> Result<Page<LogoutDeliveryRecord>, StoreError> {
        let before = Cursor::new(after).key();
        let list = move |db: &mut DbConnection| logout_delivery::list(db, before);
        let rows = self.server.store.list(list).await?;
        Ok(Page::of(rows, |(row, _)| row.id.to_string()).map(LogoutDeliveryRecord::of))
    }

    /// The one of this key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn logout_delivery(
        &self,
        id: i64,
    ) -> Result<Option<LogoutDeliveryRecord>, StoreError> {
        let found = self.server.store.read(move |db| logout_delivery::listed(db, id)).await?;
        Ok(found.map(LogoutDeliveryRecord::of))
    }

    /// Has it tried now, whenever it would be next.
    ///
    /// # Errors
    /// When there is none of this key, or none any more.
    pub async fn hurry_logout_delivery(&self, id: i64) -> Result<(), AdminError> {
        let hurry = move |db: &mut DbConnection| {
            let Some((_, client)) = logout_delivery::listed(db, id)? else {
                return Ok(Err(AdminError::NotFound));
            };
            logout_delivery::hurry(db, id)?;
            let entry = Entry::new(Action::Update, Kind::LogoutDelivery, id, &client.name);
            Ok(Ok(((), Some(entry.naming(["due_at"])))))
        };
        self.change("id", hurry).await?;
        self.server.deliveries.wake();
        Ok(())
    }

    /// Drops it: the client is not told.
    ///
    /// # Errors
    /// When there is none of this key, or none any more.
    pub async fn drop_logout_delivery(&self, id: i64) -> Result<(), AdminError> {
        let delete = move |db: &mut DbConnection| {
            let Some((_, client)) = logout_delivery::listed(db, id)? else {
                return Ok(Err(AdminError::NotFound));
            };
            logout_delivery::delete(db, id)?;
            let entry = Entry::new(Action::Delete, Kind::LogoutDelivery, id, &client.name);
            Ok(Ok(((), Some(entry))))
        };
        self.change("id", delete).await
    }
}

impl LogoutDeliveryRecord {
    fn of((row, client): (LogoutDelivery, ClientName)) -> Self {
        let LogoutDelivery {
            id,
            subject,
            created_at,
            due_at,
            attempts,
            expires_at,
            last_error,
            ..
        } = row;
        Self { id, client, subject, created_at, attempts, last_error, due_at, expires_at }
    }
}
