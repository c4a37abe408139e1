//! The audit trail: who changed what, when. It names the fields that changed, never their values.

use std::sync::Arc;

use super::{Actor, Admin, Page, page::Cursor};
pub use crate::store::audit::AuditRecord;
use crate::{
    AuthorizationServer, EventKind, Origin, StoreError, Timestamp,
    store::{self, DbConnection, Query},
};

/// What kind of record was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A client.
    Client,
    /// A scope.
    Scope,
    /// A user of the bundled accounts.
    User,
    /// An authorization code.
    AuthorizationCode,
    /// An access token.
    AccessToken,
    /// A grant, with all that hangs on it.
    Family,
}

impl Kind {
    /// The name of the kind, as it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Scope => "scope",
            Self::User => "user",
            Self::AuthorizationCode => "authorization_code",
            Self::AccessToken => "access_token",
            Self::Family => "family",
        }
    }
}

/// What was done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// It was made.
    Create,
    /// Fields of it were changed.
    Update,
    /// A client got another secret.
    RotateSecret,
    /// A user got another password.
    SetPassword,
    /// A client was disabled.
    Disable,
    /// A client was enabled again.
    Enable,
    /// A code or token was issued by hand.
    Issue,
    /// A code, a token or a family was ended.
    Revoke,
    /// It was deleted.
    Delete,
}

impl Action {
    /// The name of the action, as it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::RotateSecret => "rotate_secret",
            Self::SetPassword => "set_password",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Issue => "issue",
            Self::Revoke => "revoke",
            Self::Delete => "delete",
        }
    }
}

/// What the trail says of a change.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) action: Action,
    pub(crate) kind: Kind,
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) changes: Vec<&'static str>,
    /// What is heard of it, once it is committed.
    pub(crate) events: Vec<EventKind>,
}

impl Entry {
    pub(crate) fn new(action: Action, kind: Kind, id: i64, name: &str) -> Self {
        Self { action, kind, id, name: name.to_owned(), changes: Vec::new(), events: Vec::new() }
    }

    pub(super) fn naming(self, changes: Vec<&'static str>) -> Self {
        Self { changes, ..self }
    }

    pub(super) fn raising(mut self, event: EventKind) -> Self {
        self.events.push(event);
        self
    }
}

/// What every row of a change says: who makes it, with which request, when. Taken before the change goes to where the
/// database is written, because the request is known only here.
#[derive(Debug, Clone)]
pub(crate) struct Trail {
    actor: Option<Arc<Actor>>,
    pub(crate) origin: Option<Arc<Origin>>,
    pub(crate) at: Timestamp,
}

impl Trail {
    /// Writes a row, where it is known who acts.
    pub(crate) fn write(&self, db: &mut DbConnection, entry: &Entry) -> Query<()> {
        match &self.actor {
            Some(actor) => store::audit::insert(db, actor, self, entry),
            None => Ok(()),
        }
    }
}

impl AuthorizationServer {
    pub(crate) fn trail(&self) -> Trail {
        Trail { actor: self.actor.clone(), origin: Origin::current(), at: self.now() }
    }
}

/// Which changes are listed.
#[derive(Debug, Clone)]
pub enum AuditFilter {
    /// Every one.
    All,
    /// The history of one record.
    Of(Kind, i64),
    /// What somebody did, by subject.
    By(String),
}

impl Admin {
    /// The audit trail, the newest change first; `after` is the `next` of the page before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit(
        &self,
        filter: AuditFilter,
        after: Option<&str>,
    ) -> Result<Page<AuditRecord>, StoreError> {
        if matches!(&filter, AuditFilter::By(subject) if subject.contains('\0')) {
            return Ok(Page::empty());
        }
        let before = Cursor::new(after).key();
        let list = move |db: &mut DbConnection| store::audit::list(db, &filter, before);
        let rows = self.server.store.list(list).await?;
        Ok(Page::of(rows, |row| row.id.to_string()))
    }
}
