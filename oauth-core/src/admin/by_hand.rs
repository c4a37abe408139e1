//! What is issued by hand: to whom, and what it may allow.

use super::{Action, Actor, Admin, AdminError, Entry, IssuedId, Kind, LOST};
use crate::{
    Client, EventKind, Scopes, Secret,
    field::{Faults, Problem},
    grant::Ruled,
    scope_request::{Asking, ScopeFault, available_anywhere},
    secret::Digest,
    store::{self, DbConnection, Query, family::NewFamily, grant::NewGrant, write::Write},
};

/// What was issued by hand: its key, and its value, which can only be seen this once.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct IssuedByHand {
    /// Its key.
    pub id: IssuedId,
    /// The code or token.
    pub secret: Secret,
}

impl Admin {
    /// The client that something is issued to by hand, and what is issued, where it can be: every fault of the form at once.
    /// It is for the resources that the scopes belong to.
    pub(super) async fn issued_for(
        &self,
        client: i64,
        scopes: &Scopes,
        subject: Option<&str>,
        check: impl Fn(&mut Faults, &Client),
    ) -> Result<(Client, Ruled), AdminError> {
        let (mut faults, mut unasked) = (Faults::default(), Ruled::default());
        if let Some(subject) = subject {
            faults.subject("subject", subject);
        }
        let found = self.client(client).await?;
        match &found {
            None => faults.malformed("client", "there is no such client"),
            Some(client) if client.disabled_at.is_some() => {
                faults.malformed("client", "is disabled");
            }
            Some(client) => {
                check(&mut faults, client);
                let asking = Asking::of(client, subject);
                match available_anywhere(&self.server, asking, scopes).await {
                    Ok(_) if scopes.is_empty() => faults.add("scopes", Problem::Empty),
                    Ok(available) => unasked = Ruled::unasked(&available),
                    Err(ScopeFault::Refused(why)) => faults.malformed("scopes", why),
                    Err(ScopeFault::Failed(error)) => return Err(error.into()),
                }
            }
        }
        faults.into_result()?;
        found.map(|client| (client, unasked)).ok_or(AdminError::NotFound)
    }

    /// Issues it, with its family.
    pub(super) async fn issue<F>(
        &self,
        kind: Kind,
        client: Client,
        secret: Secret,
        family: NewFamily<F>,
    ) -> Result<IssuedByHand, AdminError>
    where
        NewFamily<F>: Write,
    {
        let id = IssuedId::of(family.grant.id, Digest::of(secret.expose()).as_bytes());
        let (actor, prefix) = (self.actor.clone(), secret.prefix());
        let issue = move |db: &mut DbConnection| {
            if let Err(refusal) = Self::may_act_for(db, &actor, family.grant.subject.as_deref())? {
                return Ok(Err(refusal));
            }
            family.step_by_step(db)?;
            let entry = Entry::new(Action::Issue, kind, family.grant.id, &prefix);
            Ok(Ok(((), Some(entry.raising(issued(&client.client_id, &family.grant))))))
        };
        self.change("client", issue).await?;
        Ok(IssuedByHand { id, secret })
    }

    /// Only a superuser may let something act for a member of staff who is somebody else.
    pub(super) fn may_act_for(
        db: &mut DbConnection,
        actor: &Actor,
        subject: Option<&str>,
    ) -> Query<Result<(), AdminError>> {
        let Some(subject) = subject else { return Ok(Ok(())) };
        if actor.has_lost_rights(db, None)? {
            return Ok(Err(AdminError::Forbidden(LOST)));
        }
        let id = subject.parse().ok().filter(|_| !actor.is_superuser && subject != actor.subject);
        let user = match id {
            Some(id) => store::user::with_key(db, id)?,
            None => None,
        };
        let is_staff = user.is_some_and(|user| user.is_staff || user.is_superuser);
        Ok(if is_staff { Err(AdminError::Forbidden(FOR_STAFF)) } else { Ok(()) })
    }
}

/// What is told of it.
fn issued(client_id: &str, grant: &NewGrant) -> EventKind {
    let (client_id, subject) = (client_id.to_owned(), grant.subject.clone());
    EventKind::IssuedByStaff { client_id, subject, scopes: grant.scopes.clone() }
}

const FOR_STAFF: &str = "only a superuser may let something act for a member of staff";
