//! The audit trail: who changed what, when. It names the fields that changed, never their values.

use std::sync::Arc;

use super::{Actor, Admin, Page, page::Cursor};
pub use crate::store::audit::{Action, AuditFilter, AuditRecord, Kind};
use crate::{
    AuthorizationServer, EventKind, Origin, StoreError, Timestamp,
    store::{self, DbConnection, Query, audit::NewAuditRecord},
};

/// What the trail says of a change.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) action: Action,
    pub(crate) kind: Kind,
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) changes: Vec<String>,
    /// What is heard of it, once it is committed.
    pub(crate) events: Vec<EventKind>,
}

impl Entry {
    pub(crate) fn new(action: Action, kind: Kind, id: i64, name: &str) -> Self {
        Self { action, kind, id, name: name.to_owned(), changes: Vec::new(), events: Vec::new() }
    }

    pub(crate) fn naming(self, changes: impl IntoIterator<Item: Into<String>>) -> Self {
        Self { changes: changes.into_iter().map(Into::into).collect(), ..self }
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
    /// The same of a change that has its row whoever makes it, and that does not name who is forgotten.
    pub(crate) fn of_forgetting(self, subject: &str) -> Self {
        let mut actor = self.actor.as_deref().cloned().unwrap_or_else(Actor::application);
        if actor.subject == subject {
            actor.name.clear();
        }
        Self { actor: Some(Arc::new(actor)), ..self }
    }

    /// Writes a row, where it is known who acts.
    pub(crate) fn write(&self, db: &mut DbConnection, entry: &Entry) -> Query<()> {
        let Some(actor) = self.actor.as_deref() else { return Ok(()) };
        let origin = self.origin.as_deref();
        let record = NewAuditRecord {
            at: self.at,
            actor: &actor.subject,
            actor_name: &actor.name,
            action: entry.action.as_str(),
            kind: entry.kind.as_str(),
            record_id: entry.id,
            record_name: &entry.name,
            changes: entry.changes.join(", "),
            request_id: origin.map(|origin| origin.request_id.as_str()),
            address: origin.and_then(|origin| origin.address).map(|address| address.to_string()),
        };
        store::audit::insert(db, &record)
    }
}

impl AuthorizationServer {
    pub(crate) fn trail(&self) -> Trail {
        Trail { actor: self.actor.clone(), origin: Origin::current(), at: self.now() }
    }
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
