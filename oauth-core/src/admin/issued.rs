//! Codes and tokens: what was issued, as it is listed, shown and ended.

use super::{
    Action, Admin, AdminError, Entry, Kind, Page, State, client::ClientName, page::Cursor,
};
use crate::{
    Act, EventKind, Resources, Revocation, Scopes, StoreError, Timestamp,
    grant::NEVER,
    store::{
        self, DbConnection, Query,
        grant::Grant,
        list::{Hook, IssuedRow},
    },
};
pub use crate::{
    secret::Kind as IssuedKind,
    store::list::{IssuedFilter, IssuedId, NoIssuedId},
};

/// An authorization code, an access token or a refresh token.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct IssuedRecord {
    /// Its key, which begins with that of its grant.
    pub id: IssuedId,
    /// The first characters of its random part.
    pub prefix: String,
    /// Who it was issued to, or of one that was exchanged (RFC 8693) the client that it was granted to.
    pub client: ClientName,
    /// Who acts with one that was exchanged.
    pub act: Option<Act>,
    /// Who it acts for; `None` is the client itself.
    pub subject: Option<String>,
    /// What it allows.
    pub scopes: Scopes,
    /// The one resource that an access token is for (RFC 8707), or all that a code or refresh token may be traded for.
    pub resources: Resources,
    /// Of a code: where it was sent, if the request said so.
    pub redirect_uri: Option<String>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends by itself, if it does.
    pub expires_at: Option<Timestamp>,
    /// When a code or refresh token was used.
    pub redeemed_at: Option<Timestamp>,
    /// When an access token was ended by itself; its whole family may have been.
    pub revoked_at: Option<Timestamp>,
    /// How it stands.
    pub state: State,
}

impl Admin {
    /// A page of the codes or tokens, those of the newest families first; `after` is the `next` of the page before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn issued(
        &self,
        kind: IssuedKind,
        filter: IssuedFilter,
        after: Option<&str>,
    ) -> Result<Page<IssuedRecord>, StoreError> {
        let before = Cursor::new(after).issued();
        let list = move |db: &mut DbConnection| store::list::issued(db, kind, &filter, before);
        let rows = self.server.store.list(list).await?;
        let Page { rows, next } = Page::of(rows, |(row, _)| row.id().to_string());
        Ok(Page { rows: self.records(rows).await?, next })
    }

    /// The code or token of this key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn issued_one(
        &self,
        kind: IssuedKind,
        id: IssuedId,
    ) -> Result<Option<IssuedRecord>, StoreError> {
        let row = self.server.store.read(move |db| store::list::issued_one(db, kind, id)).await?;
        Ok(self.records(row).await?.pop())
    }

    /// As they are shown. What was exchanged is dead where one is who acts with it.
    pub(super) async fn records(
        &self,
        rows: impl IntoIterator<Item = (IssuedRow, Hook)>,
    ) -> Result<Vec<IssuedRecord>, StoreError> {
        let (mut records, now) = (Vec::new(), self.server.now());
        for row in rows {
            let mut record = IssuedRecord::of(row, now)?;
            if record.state == State::Live
                && let Some(act) = &record.act
                && self.server.acting(act, record.created_at).await?.is_none()
            {
                record.state = State::ClientDisabled;
            }
            records.push(record);
        }
        Ok(records)
    }

    /// Ends one access token; its family lives on. One that has ended stays as it is.
    ///
    /// # Errors
    /// When there is no such token.
    pub async fn revoke_access_token(&self, id: IssuedId) -> Result<(), AdminError> {
        self.end(IssuedKind::AccessToken, Kind::AccessToken, id, end_access_token).await
    }

    /// Ends a code, and its family, which is nothing but the code. One that was used or has ended stays as it is.
    ///
    /// # Errors
    /// When there is no such code.
    pub async fn revoke_authorization_code(&self, id: IssuedId) -> Result<(), AdminError> {
        self.end(IssuedKind::AuthorizationCode, Kind::AuthorizationCode, id, end_code).await
    }

    /// `end` says what is told of it, where it was not over before.
    async fn end(
        &self,
        issued: IssuedKind,
        kind: Kind,
        id: IssuedId,
        end: fn(&mut DbConnection, &IssuedRow, &Hook, Timestamp) -> Query<Option<EventKind>>,
    ) -> Result<(), AdminError> {
        let now = self.server.now();
        let revoke = move |db: &mut DbConnection| {
            let Some((row, hook)) = store::list::issued_one(db, issued, id)? else {
                return Ok(Err(AdminError::NotFound));
            };
            let entry = Entry::new(Action::Revoke, kind, id.family, &row.prefix);
            Ok(Ok(((), end(db, &row, &hook, now)?.map(|ended| entry.raising(ended)))))
        };
        self.change("id", revoke).await
    }
}

fn end_access_token(
    db: &mut DbConnection,
    token: &IssuedRow,
    (grant, client): &Hook,
    now: Timestamp,
) -> Query<Option<EventKind>> {
    if token.revoked_at.is_some() {
        return Ok(None);
    }
    store::access_token::revoke(db, token.grant_id, &token.digest, now)?;
    let (client_id, subject) = (client.client_id.clone(), grant.subject.clone());
    Ok(Some(EventKind::AccessTokenRevoked { client_id, subject, cause: Revocation::Staff }))
}

fn end_code(
    db: &mut DbConnection,
    code: &IssuedRow,
    (grant, client): &Hook,
    now: Timestamp,
) -> Query<Option<EventKind>> {
    let is_over = code.redeemed_at.is_some() || !store::grant::revoke(db, grant.id, now)?;
    Ok((!is_over).then(|| ended(grant, client)))
}

/// What is told of a family that staff have ended.
pub(super) fn ended(grant: &Grant, client: &ClientName) -> EventKind {
    let (client_id, subject) = (Some(client.client_id.clone()), grant.subject.clone());
    EventKind::GrantRevoked { client_id, subject, cause: Revocation::Staff }
}

impl IssuedRecord {
    fn of((row, (grant, client)): (IssuedRow, Hook), now: Timestamp) -> Result<Self, StoreError> {
        let id = row.id();
        let expires_at = row.expires_at.filter(|end| *end != NEVER);
        let state = if row.revoked_at.is_some() {
            State::Revoked
        } else if row.redeemed_at.is_some() {
            State::Redeemed
        } else {
            State::of(&grant, &client, expires_at, now)
        };
        Ok(Self {
            id,
            prefix: row.prefix,
            client,
            act: row.actor.as_deref().map(Act::stored).transpose()?,
            subject: grant.subject,
            scopes: row.scopes,
            resources: row.resources,
            redirect_uri: row.redirect_uri,
            created_at: row.created_at,
            expires_at,
            redeemed_at: row.redeemed_at,
            revoked_at: row.revoked_at,
            state,
        })
    }
}
