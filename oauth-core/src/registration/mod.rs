//! Registering clients and scopes: RFC 6749 §2.

pub(crate) mod check;
mod new_client;
mod prepared;

use std::sync::Arc;

pub use self::new_client::{ClientSecret, Lifetime, NewClient};
pub(crate) use self::prepared::Prepared;
use crate::{
    AuthorizationServer, Client, ClientChange, EventKind, FieldError, NewScope, Scopes, Secret,
    StoreError,
    admin::{Action, Entry, Kind},
    scope_request::OFFLINE_ACCESS,
    store,
};

/// A client that was registered.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Registered {
    /// The client.
    pub client: Client,
    /// The generated secret: this is the only time that it can be seen.
    pub secret: Option<Secret>,
}

/// Why a client or scope cannot be registered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistrationError {
    /// A field does not hold what it should.
    #[error("{field}: {problem}")]
    Invalid {
        /// The field of [`NewClient`] or [`NewScope`].
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// There is already one of this identifier.
    #[error("{0} is already registered")]
    Taken(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RegistrationError {
    /// Of all that is wrong with a registration: what is wrong with the first field.
    fn first(faults: Vec<FieldError>) -> Self {
        let mut faults = faults.into_iter().peekable();
        let Some(field) = faults.peek().map(|fault| fault.field) else {
            return Self::Store(StoreError::internal("a registration was refused for nothing"));
        };
        let of_field = faults.filter(|fault| fault.field == field);
        let problems: Vec<_> = of_field.map(|fault| fault.problem.to_string()).collect();
        Self::Invalid { field, problem: problems.join("; ") }
    }
}

impl AuthorizationServer {
    /// Registers a client.
    ///
    /// # Errors
    /// When a field is wrong or the identifier is taken.
    pub async fn register_client(&self, new: NewClient) -> Result<Registered, RegistrationError> {
        let unknown = self.unknown_scopes(&new.named_scopes()).await?;
        check::client(&new, &unknown, &self.settings)
            .into_result()
            .map_err(RegistrationError::first)?;
        let client_id = new.client_id.clone();
        let client_id = client_id.unwrap_or_else(drawn_identifier);
        let Prepared { registration, secret } = self.prepare(&new).await?;
        let (trail, taken) = (self.trail(), client_id.clone());
        let insert = move |db: &mut store::DbConnection| {
            let at = trail.at;
            let inserted = store::client::register(db, &client_id, &registration, &unknown, at)?;
            let Some(id) = inserted else { return Ok(None) };
            let name = &registration.metadata.client_name;
            trail.write(db, &Entry::new(Action::Create, Kind::Client, id, name))?;
            store::client::with_key(db, id)
        };
        let client = self.store.insert(insert).await?.ok_or(RegistrationError::Taken(taken))?;
        self.client_changed(&client.client_id, ClientChange::Registered);
        Ok(Registered { client, secret })
    }

    /// The client of this identifier, unless it is disabled.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn client(&self, client_id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        if client_id.contains('\0') {
            return Ok(None); // nothing that a database could hold
        }
        self.store.client(client_id.to_owned()).await
    }

    /// Disables a client, or enables it again: while it is disabled its requests are refused and its tokens are dead.
    /// Says whether there is a client of this identifier.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn set_client_disabled(
        &self,
        client_id: &str,
        disabled: bool,
    ) -> Result<bool, StoreError> {
        if client_id.contains('\0') {
            return Ok(false); // nothing that a database could hold
        }
        let (changed, trail) = (client_id.to_owned(), self.trail());
        let set = move |db: &mut store::DbConnection| {
            let Some(id) = store::client::key(db, &changed)? else { return Ok(false) };
            let Some(client) = store::client::with_key(db, id)? else { return Ok(false) };
            if client.disabled_at.is_some() != disabled {
                let action = if disabled { Action::Disable } else { Action::Enable };
                trail.write(db, &Entry::new(action, Kind::Client, id, client.name()))?;
            }
            store::client::set_disabled(db, id, disabled.then_some(trail.at))
        };
        let known = self.store.write(set).await?;
        if known {
            let change = if disabled { ClientChange::Disabled } else { ClientChange::Enabled };
            self.client_changed(client_id, change);
        }
        Ok(known)
    }

    pub(crate) fn client_changed(&self, client_id: &str, change: ClientChange) {
        self.raise(|| EventKind::ClientChanged { client_id: client_id.to_owned(), change });
    }

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

    /// Registers a scope that may have a title.
    ///
    /// # Errors
    /// When the name is not a scope token (RFC 6749 §3.3), or is taken.
    pub async fn register_new_scope(&self, scope: NewScope) -> Result<(), RegistrationError> {
        check::scope(&scope).into_result().map_err(RegistrationError::first)?;
        let (trail, taken) = (self.trail(), scope.name.clone());
        let insert = move |db: &mut store::DbConnection| {
            let Some(id) = store::scope::insert(db, &scope)? else { return Ok(None) };
            trail.write(db, &Entry::new(Action::Create, Kind::Scope, id, &scope.name)).map(Some)
        };
        self.store.insert(insert).await?.ok_or(RegistrationError::Taken(taken))
    }

    /// Every scope that the server knows.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn scopes(&self) -> Result<Scopes, StoreError> {
        let names = self.store.read(store::scope::names).await?;
        Ok(names.iter().map(String::as_str).collect())
    }

    /// The scopes that may be asked for: those that are not disabled, and `offline_access`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn supported_scopes(&self) -> Result<Scopes, StoreError> {
        let names = self.store.read(store::scope::enabled).await?;
        Ok(names.iter().map(String::as_str).chain([OFFLINE_ACCESS]).collect())
    }

    /// Those of the scopes that the server lacks.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unknown_scopes(&self, scopes: &Scopes) -> Result<Scopes, StoreError> {
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

/// An identifier that no command line takes for an option.
fn drawn_identifier() -> String {
    Secret::generate().expose().trim_start_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_drawn_identifier_looks_like_an_option() {
        assert!((0..2000).all(|_| !super::drawn_identifier().starts_with('-')));
    }
}
