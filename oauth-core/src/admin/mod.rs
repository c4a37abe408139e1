//! What staff may see and change: the admin site without its pages.
//!
//! Every change is one transaction with its row of the audit trail; what is refused leaves nothing behind. Every list
//! costs a page, however long the table is: a filter is one of those that an index serves. What is shown never holds a
//! secret or a digest.

mod access_token;
mod audit;
mod authorization_code;
mod by_hand;
mod client;
mod family;
mod issued;
mod logout_delivery;
mod page;
mod registration_token;
mod scope;
mod session;
mod state;
mod user;
mod user_name;
mod user_password;

pub(crate) use self::audit::Entry;
pub use self::{
    access_token::NewAccessToken,
    audit::{Action, AuditFilter, AuditRecord, Kind},
    authorization_code::NewAuthorizationCode,
    by_hand::IssuedByHand,
    client::{ClientFilter, ClientName, IssuedToClient},
    family::{FamilyDetails, FamilyFilter, FamilyRecord},
    issued::{IssuedFilter, IssuedId, IssuedKind, IssuedRecord, NoIssuedId},
    logout_delivery::LogoutDeliveryRecord,
    page::{PAGE_SIZE, Page},
    registration_token::RegistrationToken,
    scope::{ScopeChange, ScopeFilter, ScopeRecord},
    state::State,
    user::{UserChange, UserFilter},
};
use crate::{
    AuthorizationServer, FieldError, Problem, StoreError,
    event::LedTo,
    store::{self, Affected, DbConnection, Query},
};

/// Who changes something, as the audit trail names them.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The subject; of the bundled accounts the key of the user's row, as text.
    pub subject: String,
    /// The name that people know them by.
    pub name: String,
    /// Whether they may change what concerns staff, and clients that users are not asked for.
    pub is_superuser: bool,
}

impl Actor {
    /// A command, which runs with the rights of who may open the database.
    #[must_use]
    pub fn command(name: &str) -> Self {
        let (subject, name) = ("command".to_owned(), format!("command {name}"));
        Self { subject, name, is_superuser: true }
    }

    /// The application itself, where nobody in particular acts.
    pub(crate) fn application() -> Self {
        let name = "application".to_owned();
        Self { subject: name.clone(), name, is_superuser: true }
    }

    /// Clients that register themselves, all of them: none of them is anybody of the provider's.
    pub(crate) fn registration() -> Self {
        let name = "registration".to_owned();
        Self { subject: name.clone(), name, is_superuser: false }
    }

    /// Refuses, for this reason, who is no superuser: as of this transaction.
    fn must_be_superuser(
        &self,
        db: &mut DbConnection,
        why: &'static str,
    ) -> Query<Result<(), AdminError>> {
        let lost = self.has_lost_rights(db, None)?.then_some(LOST);
        let refusal = lost.or((!self.is_superuser).then_some(why));
        Ok(refusal.map_or(Ok(()), |why| Err(AdminError::Forbidden(why))))
    }

    /// Whether a superuser of the bundled accounts is one no longer: that was read before the transaction. It locks the
    /// rows of the actor and of who is `changed`, so that of two superusers who demote each other, one comes second.
    fn has_lost_rights(&self, db: &mut DbConnection, changed: Option<i64>) -> Query<bool> {
        let Some(own) = self.subject.parse().ok().filter(|_| self.is_superuser) else {
            return Ok(false);
        };
        store::user::lock(db, [Some(own), changed])?;
        let user = store::user::with_key(db, own)?;
        Ok(user.is_some_and(|user| !(user.is_superuser && user.is_active)))
    }
}

const LOST: &str = "you are no superuser any more";

/// The server in the hands of a member of staff: that the actor is one is for the caller to see to.
#[derive(Debug, Clone)]
pub struct Admin {
    pub(crate) server: AuthorizationServer,
    actor: Actor,
}

/// Why something was not changed. Nothing was saved then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// Fields do not hold what they should.
    #[error("{} fields do not hold what they should", .0.len())]
    Invalid(Vec<FieldError>),
    /// There is no such record, or none any more.
    #[error("there is no such record")]
    NotFound,
    /// Somebody else has changed it since it was read.
    #[error("somebody else has changed it in the meantime")]
    Conflict,
    /// It is for superusers only.
    #[error("{0}")]
    Forbidden(&'static str),
    /// It cannot be done to this record, as it stands.
    #[error("{0}")]
    Refused(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuthorizationServer {
    /// What staff may see and change, in the name of one of them.
    #[must_use]
    pub fn admin(&self, actor: Actor) -> Admin {
        Admin { server: self.clone().in_the_name_of(actor.clone()), actor }
    }
}

/// What a change comes to inside its transaction: a value and what the trail says of it, unless nothing changed; or a
/// refusal, before anything was written.
pub(crate) type Change<T> = Query<Result<(T, Option<Entry>), AdminError>>;

impl Admin {
    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Refuses who is no superuser, as of this moment.
    pub(crate) async fn only_for_superusers(&self, why: &'static str) -> Result<(), AdminError> {
        let actor = self.actor.clone();
        self.server.store.write(move |db| actor.must_be_superuser(db, why)).await?
    }

    /// What every change ends with: the change and its row of the trail, in one transaction. Where somebody else took
    /// the name of the record a moment before, the field `unique` says so.
    async fn change<T: Send + 'static>(
        &self,
        unique: &'static str,
        work: impl Fn(&mut DbConnection) -> Change<T> + Send + 'static,
    ) -> Result<T, AdminError> {
        let trail = self.server.trail();
        let audited = move |db: &mut DbConnection| {
            let outcome = work(db)?;
            if let Ok((_, Some(entry))) = &outcome {
                trail.write(db, entry)?;
            }
            Ok(outcome)
        };
        let heard = || -> LedTo<Result<(T, Option<Entry>), AdminError>> {
            Box::new(|outcome| match outcome {
                Ok((_, Some(entry))) => entry.events.clone(),
                Ok((_, None)) | Err(_) => Vec::new(),
            })
        };
        match self.server.write_and_raise(Affected::Anything, audited, heard).await {
            Err(error) if error.is_duplicate() => Err(taken(unique)),
            written => written?.map(|(value, _)| value),
        }
    }
}

impl From<Vec<FieldError>> for AdminError {
    fn from(faults: Vec<FieldError>) -> Self {
        Self::Invalid(faults)
    }
}

fn taken(field: &'static str) -> AdminError {
    AdminError::Invalid(vec![FieldError { field, problem: Problem::Taken }])
}
