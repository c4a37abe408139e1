//! Grants: one is a family of codes and tokens, which lives and dies together.

use std::cmp::Reverse;

use super::{
    Action, Admin, AdminError, Entry, IssuedFilter, IssuedKind, IssuedRecord, Kind, Page, State,
    client::ClientName, issued::ended, page::Cursor,
};
pub use crate::store::list::FamilyFilter;
use crate::{
    Resources, Scopes, StoreError, Timestamp,
    store::{self, DbConnection, list::FamilyRow},
};

/// An authorization, or a client's own grant.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FamilyRecord {
    /// The key of its row.
    pub id: i64,
    /// Whose it is.
    pub client: ClientName,
    /// Who it acts for; `None` is the client itself.
    pub subject: Option<String>,
    /// What was granted.
    pub scopes: Scopes,
    /// What its tokens may be for (RFC 8707).
    pub resources: Resources,
    /// When.
    pub created_at: Timestamp,
    /// The last issue or refresh and, to the hour, the last use of a token.
    pub last_used_at: Option<Timestamp>,
    /// When all of it ends by itself, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
    /// How it stands.
    pub state: State,
}

/// A family, with the first page of what hangs on it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FamilyDetails {
    /// The grant.
    pub family: FamilyRecord,
    /// Its codes.
    pub codes: Page<IssuedRecord>,
    /// Its access tokens.
    pub access_tokens: Page<IssuedRecord>,
    /// Its refresh tokens.
    pub refresh_tokens: Page<IssuedRecord>,
}

impl Admin {
    /// A page of the families, the newest first; `after` is the `next` of the page before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn families(
        &self,
        filter: FamilyFilter,
        after: Option<&str>,
    ) -> Result<Page<FamilyRecord>, StoreError> {
        if matches!(&filter, FamilyFilter::OfSubject(subject) if subject.contains('\0')) {
            return Ok(Page::empty());
        }
        let (before, now) = (Cursor::new(after).key(), self.server.now());
        let list = move |db: &mut DbConnection| store::list::families(db, &filter, before);
        let rows = self.server.store.list(list).await?;
        Ok(Page::of(rows, |row| row.grant.id.to_string()).map(|row| FamilyRecord::of(row, now)))
    }

    /// The family of this key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn family(&self, id: i64) -> Result<Option<FamilyDetails>, StoreError> {
        let now = self.server.now();
        let Some(family) = self.server.store.read(move |db| store::list::family(db, id)).await?
        else {
            return Ok(None);
        };
        let newest_first = async |kind| {
            let mut page = self.issued(kind, IssuedFilter::OfFamily(id), None).await?;
            page.rows.sort_by_key(|record| Reverse(record.created_at));
            Ok::<_, StoreError>(page)
        };
        let codes = newest_first(IssuedKind::AuthorizationCode).await?;
        let access_tokens = newest_first(IssuedKind::AccessToken).await?;
        let refresh_tokens = newest_first(IssuedKind::RefreshToken).await?;
        let family = FamilyRecord::of(family, now);
        Ok(Some(FamilyDetails { family, codes, access_tokens, refresh_tokens }))
    }

    /// Ends a family: its codes and tokens are dead from here on. One that has ended stays as it is.
    ///
    /// # Errors
    /// When there is no such family.
    pub async fn revoke_family(&self, id: i64) -> Result<(), AdminError> {
        let now = self.server.now();
        let revoke = move |db: &mut DbConnection| {
            let Some(family) = store::list::family(db, id)? else {
                return Ok(Err(AdminError::NotFound));
            };
            if !store::grant::revoke(db, id, now)? {
                return Ok(Ok(((), None)));
            }
            let entry = Entry::new(Action::Revoke, Kind::Family, id, &family.client.name);
            Ok(Ok(((), Some(entry.raising(ended(&family.grant, &family.client))))))
        };
        self.change("id", revoke).await
    }
}

impl FamilyRecord {
    pub(super) fn of(row: FamilyRow, now: Timestamp) -> Self {
        let FamilyRow { grant, created_at, last_used_at, client } = row;
        Self {
            id: grant.id,
            created_at,
            last_used_at,
            expires_at: grant.expires_at,
            revoked_at: grant.revoked_at,
            state: State::of(&grant, &client, None, now),
            client,
            subject: grant.subject,
            scopes: grant.scopes,
            resources: grant.resources,
        }
    }
}
