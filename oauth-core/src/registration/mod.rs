//! Registering clients and scopes: RFC 6749 §2.

pub(crate) mod check;
mod check_openid;
mod dynamic;
mod information;
mod management;
mod metadata_document;
mod new_client;
mod prepared;
mod scope;
pub(crate) mod stranger;

use std::sync::Arc;

pub use self::{
    information::ClientInformation,
    new_client::{ClientSecret, Lifetime, NewClient},
};
pub(crate) use self::{metadata_document::Fetching, prepared::Prepared};
use crate::{
    AuthorizationServer, Client, ClientChange, EventKind, FieldError, Secret, StoreError,
    admin::{Action, Entry, Kind},
    store,
};

/// A client that was registered.
///
/// ```no_run
/// # use oauth_core::{AuthorizationServer, NewClient, Registered, RegistrationError};
/// # async fn example(server: &AuthorizationServer, new: NewClient) -> Result<(), RegistrationError> {
/// let Registered { client, secret, .. } = server.register_client(new).await?;
/// if let Some(secret) = secret {
///     println!("{} has the secret {}", client.client_id, secret.expose());
/// }
/// # Ok(())
/// # }
/// ```
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
        /// The field of [`NewClient`] or [`NewScope`](crate::NewScope).
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
