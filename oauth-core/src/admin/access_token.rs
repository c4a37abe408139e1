//! Access tokens: RFC 6749 §1.4.

use super::{
    Action, Admin, AdminError, Entry, IssuedByHand, IssuedFilter, IssuedId, Kind, Page, State,
    by_hand::issued, client::ClientName, page::Cursor,
};
use crate::{
    EventKind, Lifetime, Revocation, Scopes, StoreError, Timestamp,
    grant::{NEVER, NewTokens, Ruled, Terms, new_grant},
    settings::LASTS,
    store::{
        self, DbConnection,
        family::NewFamily,
        list::{Hook, TokenRow},
        write::Write,
    },
};

/// An access token.
#[derive(Debug, Clone)]
pub struct AccessTokenRecord {
    /// Its key.
    pub id: IssuedId,
    /// The first characters of its random part.
    pub prefix: String,
    /// Who it was issued to.
    pub client: ClientName,
    /// Who it acts for; `None` is the client itself.
    pub subject: Option<String>,
    /// What it allows.
    pub scopes: Scopes,
    /// The key of its grant.
    pub family: i64,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends by itself, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was ended by itself; its whole family may have been.
    pub revoked_at: Option<Timestamp>,
    /// How it stands.
    pub state: State,
}

/// An access token to be issued by hand.
#[derive(Debug, Clone)]
pub struct NewAccessToken {
    /// The client, by its key.
    pub client: i64,
    /// The user whom it acts for; `None` is the client itself.
    pub subject: Option<String>,
    /// What it allows.
    pub scopes: Scopes,
    /// How long; `None` is as long as any of this client.
    pub lifetime: Option<Lifetime>,
}

impl Admin {
    /// A page of the access tokens, those of the newest families first; `after` is the `next` of the page before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn access_tokens(
        &self,
        filter: IssuedFilter,
        after: Option<&str>,
    ) -> Result<Page<AccessTokenRecord>, StoreError> {
        let (before, now) = (Cursor::new(after).issued(), self.server.now());
        let list = move |db: &mut DbConnection| store::list::access_tokens(db, &filter, before);
        let rows = self.server.store.list(list).await?;
        let page = Page::of(rows, |(row, _)| row.id().to_string());
        Ok(page.map(|row| AccessTokenRecord::of(row, now)))
    }

    /// The access token of this key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn access_token(
        &self,
        id: IssuedId,
    ) -> Result<Option<AccessTokenRecord>, StoreError> {
        let now = self.server.now();
        let row = self.server.store.read(move |db| store::list::access_token(db, id)).await?;
        Ok(row.map(|row| AccessTokenRecord::of(row, now)))
    }

    /// Issues an access token, with a grant of its own.
    ///
    /// # Errors
    /// When fields are wrong; when it would act for staff, and the actor is no superuser.
    pub async fn issue_access_token(
        &self,
        new: NewAccessToken,
    ) -> Result<IssuedByHand, AdminError> {
        let subject = new.subject.as_deref();
        let client = self.issued_for(new.client, &new.scopes, subject, |faults, _| {
            if !new.lifetime.is_none_or(Lifetime::is_possible) {
                faults.malformed("lifetime", format!("must be {LASTS}; say never for no end"));
            }
        });
        let client = client.await?;
        let unasked = Ruled::unasked(new.scopes);
        let mut grant = new_grant(&self.server, &client, subject, &unasked);
        let mut terms = Terms::new(&self.server, &client, &unasked, grant.expires_at);
        if let Some(lifetime) = new.lifetime {
            grant.expires_at = match lifetime {
                Lifetime::Seconds(seconds) => Some(self.server.now() + seconds),
                Lifetime::Never => None,
            };
            terms = terms.until(grant.expires_at);
        }
        let tokens = NewTokens::access_only(&self.server, grant.id, terms);
        let (actor, client_id) = (self.actor.clone(), client.client_id);
        let rows = tokens.rows();
        let id = IssuedId::of(grant.id, rows.access.digest.as_bytes());
        let family = NewFamily { grant, first: rows };
        let secret = tokens.into_answer().access_token;
        let prefix = secret.prefix();
        let issue = move |db: &mut DbConnection| {
            if let Err(refusal) = Self::may_act_for(db, &actor, family.grant.subject.as_deref())? {
                return Ok(Err(refusal));
            }
            family.step_by_step(db)?;
            let entry = Entry::new(Action::Issue, Kind::AccessToken, family.grant.id, &prefix);
            Ok(Ok(((), Some(entry.raising(issued(&client_id, &family.grant))))))
        };
        self.change("client", issue).await?;
        Ok(IssuedByHand { id, secret })
    }

    /// Ends one access token; its family lives on. One that has ended stays as it is.
    ///
    /// # Errors
    /// When there is no such token.
    pub async fn revoke_access_token(&self, id: IssuedId) -> Result<(), AdminError> {
        let now = self.server.now();
        let revoke = move |db: &mut DbConnection| {
            let Some((token, (grant, client))) = store::list::access_token(db, id)? else {
                return Ok(Err(AdminError::NotFound));
            };
            if token.revoked_at.is_some() {
                return Ok(Ok(((), None)));
            }
            store::access_token::revoke(db, token.grant_id, &token.digest, now)?;
            let entry = Entry::new(Action::Revoke, Kind::AccessToken, id.family, &token.prefix);
            let (client_id, subject) = (client.client_id, grant.subject);
            let revoked =
                EventKind::AccessTokenRevoked { client_id, subject, cause: Revocation::Staff };
            Ok(Ok(((), Some(entry.raising(revoked)))))
        };
        self.change("id", revoke).await
    }
}

impl AccessTokenRecord {
    pub(super) fn of((row, hook): (TokenRow, Hook), now: Timestamp) -> Self {
        let (grant, client) = hook;
        let id = row.id();
        let TokenRow { prefix, scopes, created_at, expires_at, revoked_at, .. } = row;
        let expires_at = Some(expires_at).filter(|end| *end != NEVER);
        let state = match revoked_at {
            Some(_) => State::Revoked,
            None => State::of(&grant, &client, expires_at, now),
        };
        let (family, subject) = (grant.id, grant.subject);
        Self {
            id,
            prefix,
            client,
            subject,
            scopes,
            family,
            created_at,
            expires_at,
            revoked_at,
            state,
        }
    }
}
