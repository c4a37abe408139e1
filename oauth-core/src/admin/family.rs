//! Grants: one is a family of codes and tokens, which lives and dies together.

use std::cmp::Reverse;

use super::{
    AccessTokenRecord, Action, Admin, AdminError, AuthorizationCodeRecord, Entry, IssuedFilter,
    IssuedId, Kind, Page, State, client::ClientName, page::Cursor,
};
pub use crate::store::list::FamilyFilter;
use crate::{
    EventKind, Revocation, Scopes, StoreError, Timestamp,
    store::{
        self, DbConnection,
        grant::Grant,
        list::{FamilyRow, Hook, RefreshTokenRow},
    },
};

/// An authorization, or a client's own grant.
#[derive(Debug, Clone)]
pub struct FamilyRecord {
    /// The key of its row.
    pub id: i64,
    /// Whose it is.
    pub client: ClientName,
    /// Who it acts for; `None` is the client itself.
    pub subject: Option<String>,
    /// What was granted.
    pub scopes: Scopes,
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

/// A refresh token.
#[derive(Debug, Clone)]
pub struct RefreshTokenRecord {
    /// Its key.
    pub id: IssuedId,
    /// The first characters of its random part.
    pub prefix: String,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends by itself, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was used.
    pub redeemed_at: Option<Timestamp>,
    /// How it stands.
    pub state: State,
}

/// A family, with the first page of what hangs on it.
#[derive(Debug, Clone)]
pub struct FamilyDetails {
    /// The grant.
    pub family: FamilyRecord,
    /// Its codes.
    pub codes: Page<AuthorizationCodeRecord>,
    /// Its access tokens.
    pub access_tokens: Page<AccessTokenRecord>,
    /// Its refresh tokens.
    pub refresh_tokens: Page<RefreshTokenRecord>,
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
        let (of_family, now) = (IssuedFilter::OfFamily(id), self.server.now());
        let Some(family) = self.server.store.read(move |db| store::list::family(db, id)).await?
        else {
            return Ok(None);
        };
        let mut codes = self.authorization_codes(of_family.clone(), None).await?;
        codes.rows.sort_by_key(|code| Reverse(code.created_at));
        let mut access_tokens = self.access_tokens(of_family.clone(), None).await?;
        access_tokens.rows.sort_by_key(|token| Reverse(token.created_at));
        let mut refresh_tokens = self.refresh_tokens(of_family, None).await?;
        refresh_tokens.rows.sort_by_key(|token| Reverse(token.created_at));
        let family = FamilyRecord::of(family, now);
        Ok(Some(FamilyDetails { family, codes, access_tokens, refresh_tokens }))
    }

    /// A page of the refresh tokens, those of the newest families first; `after` is the `next` of the page before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refresh_tokens(
        &self,
        filter: IssuedFilter,
        after: Option<&str>,
    ) -> Result<Page<RefreshTokenRecord>, StoreError> {
        let (before, now) = (Cursor::new(after).issued(), self.server.now());
        let list = move |db: &mut DbConnection| store::list::refresh_tokens(db, &filter, before);
        let rows = self.server.store.list(list).await?;
        let page = Page::of(rows, |(row, _)| row.id().to_string());
        Ok(page.map(|row| RefreshTokenRecord::of(row, now)))
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

pub(super) fn ended(grant: &Grant, client: &ClientName) -> EventKind {
    let (client_id, subject) = (Some(client.client_id.clone()), grant.subject.clone());
    EventKind::GrantRevoked { client_id, subject, cause: Revocation::Staff }
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
        }
    }
}

impl RefreshTokenRecord {
    fn of((row, hook): (RefreshTokenRow, Hook), now: Timestamp) -> Self {
        let (grant, client) = hook;
        let id = row.id();
        let RefreshTokenRow { prefix, created_at, expires_at, redeemed_at, .. } = row;
        let state = match redeemed_at {
            Some(_) => State::Redeemed,
            None => State::of(&grant, &client, expires_at, now),
        };
        Self { id, prefix, created_at, expires_at, redeemed_at, state }
    }
}
