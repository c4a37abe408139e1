//! Scopes.

use super::{Action, Admin, AdminError, Entry, Kind, Page, page::Cursor, taken};
pub use crate::store::{
    list::ScopeFilter,
    scope::{ScopeChange, ScopeRecord},
};
use crate::{
    NewScope, Resource, Scopes, StoreError,
    field::Faults,
    registration,
    store::{self, DbConnection, Query},
};

impl Admin {
    /// A page of the scopes; `after` is the `next` of the page before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn scopes(
        &self,
        filter: ScopeFilter,
        after: Option<&str>,
    ) -> Result<Page<ScopeRecord>, StoreError> {
        let by_name = matches!(filter, ScopeFilter::NameBegins(_));
        if matches!(&filter, ScopeFilter::NameBegins(text) if text.contains('\0')) {
            return Ok(Page::empty());
        }
        let cursor = Cursor::new(after);
        let list = move |db: &mut DbConnection| store::list::scopes(db, &filter, &cursor);
        let rows = self.server.store.list(list).await?;
        Ok(Page::of(rows, |row| Cursor::of(row.id, by_name.then_some(&row.name))))
    }

    /// The scope of this key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn scope(&self, id: i64) -> Result<Option<ScopeRecord>, StoreError> {
        self.server.store.read(move |db| store::scope::with_key(db, id)).await
    }

    /// Registers a scope.
    ///
    /// # Errors
    /// When a field is wrong, or the name is taken.
    pub async fn create_scope(&self, new: NewScope) -> Result<ScopeRecord, AdminError> {
        registration::check::scope(&new).into_result()?;
        let new = NewScope { resource: self.server.beside_own_api(new.resource), ..new };
        let create = move |db: &mut DbConnection| {
            if let Err(faults) = implied(db, &new.implies, new.resource.as_ref())? {
                return Ok(Err(faults));
            }
            let Some(id) = store::scope::insert(db, &new)? else { return Ok(Err(taken("name"))) };
            let entry = Entry::new(Action::Create, Kind::Scope, id, &new.name);
            let created = store::scope::with_key(db, id)?;
            Ok(created.map(|scope| (scope, Some(entry))).ok_or(AdminError::NotFound))
        };
        self.change("name", create).await
    }

    /// Changes a scope.
    ///
    /// # Errors
    /// When a field is wrong, or there is no such scope.
    pub async fn update_scope(
        &self,
        id: i64,
        change: ScopeChange,
    ) -> Result<ScopeRecord, AdminError> {
        registration::check::scope_change(&change).into_result()?;
        let change =
            ScopeChange { resource: self.server.beside_own_api(change.resource), ..change };
        let update = move |db: &mut DbConnection| {
            let Some(old) = store::scope::with_key(db, id)? else {
                return Ok(Err(AdminError::NotFound));
            };
            let changes = change.changes(&old);
            if changes.is_empty() {
                return Ok(Ok((old, None)));
            }
            if let Err(faults) = implied(db, &change.implies, change.resource.as_ref())? {
                return Ok(Err(faults));
            }
            store::scope::update(db, id, &change)?;
            let entry = Entry::new(Action::Update, Kind::Scope, id, &old.name).naming(changes);
            let new = store::scope::with_key(db, id)?;
            Ok(new.map(|scope| (scope, Some(entry))).ok_or(AdminError::NotFound))
        };
        self.change("name", update).await
    }

    /// Deletes a scope. Clients that list it keep it in their lists, and are not given it, by a refresh neither: only what
    /// the server knows is. Access tokens that have it keep it until their end; those that never end lose it.
    ///
    /// # Errors
    /// When there is no such scope.
    pub async fn delete_scope(&self, id: i64) -> Result<(), AdminError> {
        let delete = move |db: &mut DbConnection| {
            let Some(scope) = store::scope::with_key(db, id)? else {
                return Ok(Err(AdminError::NotFound));
            };
            store::scope::delete(db, id)?;
            Ok(Ok(((), Some(Entry::new(Action::Delete, Kind::Scope, id, &scope.name)))))
        };
        self.change("name", delete).await
    }
}

/// What a scope may imply: scopes that the server knows, of the same resource.
fn implied(
    db: &mut DbConnection,
    scopes: &Scopes,
    resource: Option<&Resource>,
) -> Query<Result<(), AdminError>> {
    let mut faults = Faults::default();
    for name in scopes.iter() {
        match store::scope::with_name(db, name)? {
            None => faults.malformed("implies", format!("the server does not know {name}")),
            Some(scope) if scope.resource.as_deref() != resource.map(Resource::as_str) => {
                faults.malformed("implies", format!("{name} belongs to another resource"));
            }
            Some(_) => {}
        }
    }
    Ok(faults.into_result().map_err(AdminError::from))
}

impl ScopeChange {
    fn changes(&self, old: &ScopeRecord) -> Vec<&'static str> {
        let fields = [
            ("title", self.title != old.title),
            ("description", self.description != old.description),
            ("is_enabled", self.is_enabled != old.is_enabled),
            ("resource", self.resource.as_ref().map(Resource::as_str) != old.resource.as_deref()),
            ("implies", self.implies != old.implies),
        ];
        fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
    }
}
