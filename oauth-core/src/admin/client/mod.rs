//! Clients: RFC 6749 §2.

mod change;
mod secret;

use std::cmp::Reverse;

use super::{
    Admin, FamilyFilter, FamilyRecord, IssuedFilter, IssuedId, IssuedKind, IssuedRecord, Page,
    page::Cursor,
};
pub use crate::store::{client::ClientName, list::ClientFilter};
use crate::{
    Client, StoreError, Timestamp,
    store::{self, DbConnection, Query},
};

/// What the newest grants of a client led to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct IssuedToClient {
    /// Its newest grants, at most 10.
    pub families: Vec<FamilyRecord>,
    /// The newest codes of these, at most 5 of each.
    pub codes: Vec<IssuedRecord>,
    /// The newest access tokens of these, at most 5 of each.
    pub access_tokens: Vec<IssuedRecord>,
}

impl Admin {
    /// A page of the clients; `after` is the `next` of the page before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn clients(
        &self,
        filter: ClientFilter,
        after: Option<&str>,
    ) -> Result<Page<Client>, StoreError> {
        let by_name = match &filter {
            ClientFilter::NameBegins(text) | ClientFilter::ClientId(text)
                if text.contains('\0') =>
            {
                return Ok(Page::empty());
            }
            ClientFilter::NameBegins(_) => true,
            _ => false,
        };
        let cursor = Cursor::new(after);
        let list = move |db: &mut DbConnection| store::list::clients(db, &filter, &cursor);
        let rows = self.server.store.list(list).await?;
        Ok(Page::of(rows, |row| Cursor::of(row.id, by_name.then_some(&row.metadata.client_name))))
    }

    /// The client of this key, disabled or not, with those of its secrets that are good.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn client(&self, id: i64) -> Result<Option<Client>, StoreError> {
        let now = self.server.now();
        let client = self.server.store.read(move |db| store::client::with_key(db, id)).await?;
        Ok(client.map(|mut client| {
            client.secrets.retain(|secret| secret.is_live(now));
            client
        }))
    }

    /// When the clean-up deletes a client that nobody here has registered (RFC 7591, or a document of its own), unless
    /// somebody has granted it something by then. `None` of a client that is kept.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unused_client_ends_at(&self, id: i64) -> Result<Option<Timestamp>, StoreError> {
        self.server.store.read(move |db| store::client::reap_at(db, id)).await
    }

    /// What was issued to a client lately.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn issued_to_client(&self, id: i64) -> Result<IssuedToClient, StoreError> {
        let now = self.server.now();
        let list = move |db: &mut DbConnection| {
            let mut families = store::list::families(db, &FamilyFilter::OfClient(id), i64::MAX)?;
            families.truncate(FAMILIES_OF_CLIENT);
            let (mut codes, mut access_tokens) = (Vec::new(), Vec::new());
            for family in &families {
                let mut newest = |kind| {
                    let of_family = IssuedFilter::OfFamily(family.grant.id);
                    let mut rows = store::list::issued(db, kind, &of_family, IssuedId::BEFORE_ALL)?;
                    rows.sort_by_key(|(row, _)| Reverse(row.created_at));
                    rows.truncate(OF_FAMILY);
                    Query::Ok(rows)
                };
                codes.extend(newest(IssuedKind::AuthorizationCode)?);
                access_tokens.extend(newest(IssuedKind::AccessToken)?);
            }
            Ok((families, codes, access_tokens))
        };
        let (families, codes, access_tokens) = self.server.store.list(list).await?;
        Ok(IssuedToClient {
            families: families.into_iter().map(|row| FamilyRecord::of(row, now)).collect(),
            codes: self.records(codes).await?,
            access_tokens: self.records(access_tokens).await?,
        })
    }
}

const FAMILIES_OF_CLIENT: usize = 10;
const OF_FAMILY: usize = 5;
