//! Authorization codes: RFC 6749 §4.1.

use super::{
    Action, Admin, AdminError, Entry, IssuedByHand, IssuedFilter, IssuedId, Kind, Page, State,
    by_hand::issued, client::ClientName, family::ended, page::Cursor,
};
use crate::{
    Client, Scopes, Secret, StoreError, Timestamp,
    field::{Faults, Problem},
    grant::{Ruled, new_grant},
    pkce::Challenge,
    secret::{self, Digest},
    store::{
        self, DbConnection,
        authorization_code::NewAuthorizationCode as NewRow,
        family::NewFamily,
        list::{CodeRow, Hook},
        write::Write,
    },
};

/// An authorization code.
#[derive(Debug, Clone)]
pub struct AuthorizationCodeRecord {
    /// Its key.
    pub id: IssuedId,
    /// The first characters of its random part.
    pub prefix: String,
    /// Who it was issued to.
    pub client: ClientName,
    /// Who it acts for.
    pub subject: Option<String>,
    /// What was granted.
    pub scopes: Scopes,
    /// Where it was sent, if the request said so.
    pub redirect_uri: Option<String>,
    /// The key of its grant.
    pub family: i64,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was used.
    pub redeemed_at: Option<Timestamp>,
    /// How it stands.
    pub state: State,
}

/// A code to be issued by hand.
#[derive(Debug, Clone)]
pub struct NewAuthorizationCode {
    /// The client, by its key.
    pub client: i64,
    /// The user whom it acts for.
    pub subject: String,
    /// What it allows.
    pub scopes: Scopes,
    /// Where the client says that it was sent; `None` where it will say nothing (§4.1.3).
    pub redirect_uri: Option<String>,
    /// The SHA-256 of the client's verifier (RFC 7636), where it uses PKCE.
    pub code_challenge: Option<String>,
}

impl Admin {
    /// A page of the codes, those of the newest families first; `after` is the `next` of the page before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn authorization_codes(
        &self,
        filter: IssuedFilter,
        after: Option<&str>,
    ) -> Result<Page<AuthorizationCodeRecord>, StoreError> {
        let (before, now) = (Cursor::new(after).issued(), self.server.now());
        let list = move |db: &mut DbConnection| store::list::codes(db, &filter, before);
        let rows = self.server.store.list(list).await?;
        let page = Page::of(rows, |(row, _)| row.id().to_string());
        Ok(page.map(|row| AuthorizationCodeRecord::of(row, now)))
    }

    /// The code of this key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn authorization_code(
        &self,
        id: IssuedId,
    ) -> Result<Option<AuthorizationCodeRecord>, StoreError> {
        let now = self.server.now();
        let row = self.server.store.read(move |db| store::list::code(db, id)).await?;
        Ok(row.map(|row| AuthorizationCodeRecord::of(row, now)))
    }

    /// Issues a code, as if the user had said yes. It lasts as long as any.
    ///
    /// # Errors
    /// When fields are wrong; when it would act for staff, and the actor is no superuser.
    pub async fn issue_authorization_code(
        &self,
        new: NewAuthorizationCode,
    ) -> Result<IssuedByHand, AdminError> {
        let client =
            self.issued_for(new.client, &new.scopes, Some(&new.subject), |faults, client| {
                self.check_code(&new, client, faults);
            });
        let client = client.await?;
        let (settings, now) = (&self.server.settings, self.server.now());
        let grant =
            new_grant(&self.server, &client, Some(&new.subject), &Ruled::unasked(new.scopes));
        let of_code = secret::Kind::AuthorizationCode;
        let secret = Secret::of_family(&settings.token_brand, of_code, grant.id);
        let row = NewRow {
            digest: Digest::of(secret.expose()),
            prefix: secret.prefix(),
            redirect_uri: new.redirect_uri,
            code_challenge: new.code_challenge,
            created_at: now,
            expires_at: now + settings.authorization_code_lifetime,
        };
        let (actor, client_id, prefix) = (self.actor.clone(), client.client_id, secret.prefix());
        let id = IssuedId::of(grant.id, row.digest.as_bytes());
        let family = NewFamily { grant, first: row };
        let issue = move |db: &mut DbConnection| {
            if let Err(refusal) = Self::may_act_for(db, &actor, family.grant.subject.as_deref())? {
                return Ok(Err(refusal));
            }
            family.step_by_step(db)?;
            let key = family.grant.id;
            let entry = Entry::new(Action::Issue, Kind::AuthorizationCode, key, &prefix);
            Ok(Ok(((), Some(entry.raising(issued(&client_id, &family.grant))))))
        };
        self.change("client", issue).await?;
        Ok(IssuedByHand { id, secret })
    }

    /// Ends a code, and its family, which is nothing but the code. One that was used or has ended stays as it is.
    ///
    /// # Errors
    /// When there is no such code.
    pub async fn revoke_authorization_code(&self, id: IssuedId) -> Result<(), AdminError> {
        let now = self.server.now();
        let revoke = move |db: &mut DbConnection| {
            let Some((code, (grant, client))) = store::list::code(db, id)? else {
                return Ok(Err(AdminError::NotFound));
            };
            if code.redeemed_at.is_some() || !store::grant::revoke(db, grant.id, now)? {
                return Ok(Ok(((), None)));
            }
            let entry =
                Entry::new(Action::Revoke, Kind::AuthorizationCode, id.family, &code.prefix);
            Ok(Ok(((), Some(entry.raising(ended(&grant, &client))))))
        };
        self.change("id", revoke).await
    }

    fn check_code(&self, new: &NewAuthorizationCode, client: &Client, faults: &mut Faults) {
        if !client.allows(&crate::GrantType::AuthorizationCode) {
            faults.malformed("client", "is not registered for the grant authorization_code");
        }
        match &new.redirect_uri {
            Some(uri) => {
                if let Err(fault) = self.server.judged_redirect_uri(client, uri) {
                    faults.malformed("redirect_uri", fault.to_string());
                }
            }
            None if client.metadata.redirect_uris.len() == 1 => {}
            None => faults.add("redirect_uri", Problem::Empty),
        }
        match new.code_challenge.as_deref() {
            Some(challenge) if Challenge::parse(challenge).is_none() => {
                faults.malformed("code_challenge", "must be 43 characters of base64url");
            }
            None if client.require_pkce => faults.add("code_challenge", Problem::Empty),
            _ => {}
        }
    }
}

impl AuthorizationCodeRecord {
    pub(super) fn of((row, hook): (CodeRow, Hook), now: Timestamp) -> Self {
        let (grant, client) = hook;
        let id = row.id();
        let CodeRow { prefix, redirect_uri, created_at, expires_at, redeemed_at, .. } = row;
        let state = match redeemed_at {
            Some(_) => State::Redeemed,
            None => State::of(&grant, &client, Some(expires_at), now),
        };
        let (family, subject, scopes) = (grant.id, grant.subject, grant.scopes);
        Self {
            id,
            prefix,
            client,
            subject,
            scopes,
            redirect_uri,
            family,
            created_at,
            expires_at,
            redeemed_at,
            state,
        }
    }
}
