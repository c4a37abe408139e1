//! Registering clients and scopes: RFC 6749 §2.

mod new_client;

pub use self::new_client::{ClientSecret, Lifetime, NewClient};
use crate::{
    AuthorizationServer, Client, ClientChange, EventKind, InvalidScope, NewScope, RequireState,
    Scopes, Secret, StoreError, is_scope_token,
    secret::Digest,
    store::{self, client::NewClientRow},
};

/// A client that was registered.
#[derive(Debug, Clone)]
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
        /// The field of [`NewClient`].
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

impl AuthorizationServer {
    /// Registers a client.
    ///
    /// # Errors
    /// When a field is wrong or the identifier is taken.
    pub async fn register_client(&self, new: NewClient) -> Result<Registered, RegistrationError> {
        new.check()?;
        self.check_scopes(&new).await?;
        let drawn = matches!(new.secret, ClientSecret::Generated).then(Secret::generate);
        let secret_hash = match &new.secret {
            ClientSecret::Chosen(secret) => Some(self.hasher.hash(secret.expose()).await?),
            ClientSecret::Generated | ClientSecret::None => None,
        };
        let is_public = matches!(new.secret, ClientSecret::None);
        let client_id = new.client_id.unwrap_or_else(|| Secret::generate().expose().to_owned());
        let row = NewClientRow {
            client_id: client_id.clone(),
            name: new.name,
            description: new.description,
            client_uri: new.client_uri,
            logo_uri: new.logo_uri,
            is_public,
            secret_digest: drawn.as_ref().map(|secret| Digest::of(secret.expose())),
            secret_hash,
            redirect_uris: each_once(&new.redirect_uris).join(" "),
            grant_types: new
                .grant_types
                .iter()
                .map(|grant| grant.as_str())
                .collect::<Vec<_>>()
                .join(" "),
            scopes: new.scopes.to_string(),
            require_pkce: new.require_pkce.unwrap_or(is_public),
            created_at: self.now(),
            any_scope: new.any_scope,
            default_scopes: new.default_scopes.to_string(),
            access_token_lifetime: new.access_token_lifetime.map(Lifetime::stored),
            refresh_token_lifetime: new.refresh_token_lifetime.map(Lifetime::stored),
            owner: new.owner,
            acts_as_owner: new.acts_as_owner,
            skip_consent: new.skip_consent,
            policy_uri: new.policy_uri,
            tos_uri: new.tos_uri,
            require_state: new.require_state.map(RequireState::as_str),
            fragment_supported: new.fragment_supported,
            secret_prefix: drawn.as_ref().map(Secret::prefix).unwrap_or_default(),
        };
        let insert = move |db: &mut store::DbConnection| {
            let inserted = store::client::insert(db, &row)?;
            Ok(if inserted { store::client::find(db, &row.client_id)? } else { None })
        };
        let client = self.store.insert(insert).await?.ok_or(RegistrationError::Taken(client_id))?;
        self.client_changed(&client.client_id, ClientChange::Registered);
        Ok(Registered { client, secret: drawn })
    }

    async fn check_scopes(&self, new: &NewClient) -> Result<(), RegistrationError> {
        let unknown = self.unknown_scopes(&new.scopes).await?;
        if unknown.is_empty() {
            return Ok(());
        }
        if !new.register_unknown_scopes {
            let problem = format!("the server does not know {unknown}");
            return Err(RegistrationError::Invalid { field: "scopes", problem });
        }
        for name in unknown.iter() {
            match self.register_scope(name, name).await {
                Ok(()) | Err(RegistrationError::Taken(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The client of this identifier, unless it is disabled.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn client(&self, client_id: &str) -> Result<Option<Client>, StoreError> {
        if client_id.contains('\0') {
            return Ok(None); // nothing that a database could hold
        }
        let client_id = client_id.to_owned();
        self.store.read(move |db| store::client::find(db, &client_id)).await
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
        let (changed, disabled_at) = (client_id.to_owned(), disabled.then(|| self.now()));
        let set = move |db: &mut store::DbConnection| {
            store::client::set_disabled(db, &changed, disabled_at)
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
        if !is_scope_token(&scope.name) || scope.name.len() > 255 {
            let problem = InvalidScope.to_string();
            return Err(RegistrationError::Invalid { field: "scope", problem });
        }
        let taken = scope.name.clone();
        let insert =
            move |db: &mut store::DbConnection| Ok(store::scope::insert(db, &scope)?.then_some(()));
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

    /// Those of the scopes that the server lacks.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unknown_scopes(&self, scopes: &Scopes) -> Result<Scopes, StoreError> {
        let names = scopes.clone();
        let known = self.store.read(move |db| store::scope::known(db, &names)).await?;
        Ok(scopes.beyond(&known.iter().map(String::as_str).collect()))
    }

    /// Disables a scope, or enables it again: while it is disabled nobody is given it, and tokens that have it keep
    /// it. Says whether there is a scope of this name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn set_scope_disabled(&self, name: &str, disabled: bool) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.store.write(move |db| store::scope::set_enabled(db, &name, !disabled)).await
    }
}

/// In their order: the only redirect URI may be left out of a request, and is the only one however often it was named.
fn each_once(uris: &[String]) -> Vec<&str> {
    let mut once: Vec<&str> = Vec::new();
    for uri in uris {
        if !once.contains(&uri.as_str()) {
            once.push(uri);
        }
    }
    once
}
