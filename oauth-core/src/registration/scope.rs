//! Scopes as they are registered: RFC 6749 §3.3.

use super::{RegistrationError, check};
use crate::{
    AuthorizationServer, NewScope, Resource, Scopes, StoreError,
    admin::{Action, Entry, Kind},
    scope_request::OFFLINE_ACCESS,
    store,
};

impl AuthorizationServer {
    /// Registers a scope, with what users are told of it.
    ///
    /// # Errors
    /// When the name is not a scope token (RFC 6749 §3.3), or is taken.
    pub async fn register_scope(
        &self,
        name: &str,
        description: &str,
    ) -> Result<(), RegistrationError> {
        let (name, description) = (name.to_owned(), description.to_owned());
        self.register_new_scope(NewScope { name, description, ..NewScope::default() }).await
    }

    /// Registers a scope that may have a title, belong to a resource, or imply others.
    ///
    /// # Errors
    /// When the name is not a scope token (RFC 6749 §3.3), or is taken.
    pub async fn register_new_scope(&self, scope: NewScope) -> Result<(), RegistrationError> {
        let scope = NewScope { resource: self.beside_own_api(scope.resource), ..scope };
        check::scope(&scope).into_result().map_err(RegistrationError::first)?;
        let (trail, taken) = (self.trail(), scope.name.clone());
        let insert = move |db: &mut store::DbConnection| {
            let Some(id) = store::scope::insert(db, &scope)? else { return Ok(None) };
            trail.write(db, &Entry::new(Action::Create, Kind::Scope, id, &scope.name)).map(Some)
        };
        self.store.insert(insert).await?.ok_or(RegistrationError::Taken(taken))
    }

    /// Says of a scope that is registered which resource it belongs to and what it implies, as code declares it. Says
    /// whether that was otherwise before; what is granted already stays as it is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn place_scope(&self, declared: NewScope) -> Result<bool, StoreError> {
        let (trail, resource) = (self.trail(), self.beside_own_api(declared.resource));
        let place = move |db: &mut store::DbConnection| {
            let Some(known) = store::scope::with_name(db, &declared.name)? else {
                return Ok(false);
            };
            let resource = resource.as_ref().map(Resource::as_str);
            let moves = known.resource.as_deref() != resource;
            let implies = known.implies != declared.implies;
            if !moves && !implies {
                return Ok(false);
            }
            store::scope::place(db, known.id, resource, &declared.implies)?;
            let changes = [("resource", moves), ("implies", implies)];
            let changes = changes.into_iter().filter_map(|(name, differs)| differs.then_some(name));
            let entry = Entry::new(Action::Update, Kind::Scope, known.id, &known.name);
            trail.write(db, &entry.naming(changes)).map(|()| true)
        };
        self.store.write(place).await
    }

    /// Every scope that the server knows.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn scopes(&self) -> Result<Scopes, StoreError> {
        let names = self.store.read(store::scope::names).await?;
        Ok(names.iter().map(String::as_str).collect())
    }

    /// The scopes that may be asked for: those that are not disabled, and `offline_access`, unless there are no refresh
    /// tokens ([`Settings::access_tokens_refreshable`](crate::Settings)).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn supported_scopes(&self) -> Result<Scopes, StoreError> {
        self.prepare_openid().await?;
        let names = self.store.read(store::scope::enabled).await?;
        let offline_access = self.settings.access_tokens_refreshable.then_some(OFFLINE_ACCESS);
        Ok(names.iter().map(String::as_str).chain(offline_access).collect())
    }

    /// Those of the scopes that the server lacks.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unknown_scopes(&self, scopes: &Scopes) -> Result<Scopes, StoreError> {
        self.prepare_openid().await?;
        let names = scopes.clone();
        let known = self.store.read(move |db| store::scope::known(db, &names)).await?;
        let known = known.iter().map(String::as_str).chain([OFFLINE_ACCESS]);
        Ok(scopes.beyond(&known.collect()))
    }

    /// Disables a scope, or enables it again: while it is disabled nobody is given it, by a refresh neither. Access tokens
    /// that have it keep it until their end; those that never end do without. Says whether there is a scope of this name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn set_scope_disabled(&self, name: &str, disabled: bool) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.store.write(move |db| store::scope::set_enabled(db, &name, !disabled)).await
    }
}
