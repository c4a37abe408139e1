//! Registering clients and scopes: RFC 6749 §2, with the names of RFC 7591 §2.

use crate::{
    AuthorizationServer, Client, GrantType, InvalidRedirectUri, RedirectUri, Scopes, Secret,
    StoreError, is_scope_token,
    secret::Digest,
    store::{self, client::NewClientRow},
};

/// A client to be registered.
///
/// ```
/// use oauth_core::{GrantType, NewClient};
///
/// let client = NewClient {
///     redirect_uris: vec!["https://app.example/callback".to_owned()],
///     scopes: "user_info".parse()?,
///     ..NewClient::new("My App")
/// };
/// assert_eq!(client.grant_types, [GrantType::AuthorizationCode, GrantType::RefreshToken]);
/// # Ok::<(), oauth_core::InvalidScope>(())
/// ```
#[derive(Debug, Clone)]
pub struct NewClient {
    /// The identifier; `None` draws one.
    pub client_id: Option<String>,
    /// The name that users see.
    pub name: String,
    /// What users are told about it.
    pub description: String,
    /// The client's home page.
    pub client_uri: Option<String>,
    /// The client's picture.
    pub logo_uri: Option<String>,
    /// What it authenticates with.
    pub secret: ClientSecret,
    /// Its redirection endpoints (§3.1.2.2).
    pub redirect_uris: Vec<String>,
    /// The grants that it may use.
    pub grant_types: Vec<GrantType>,
    /// The scopes that it may ask for.
    pub scopes: Scopes,
    /// Whether `response_type=code` takes a PKCE challenge; `None` means: of a public client.
    pub require_pkce: Option<bool>,
}

/// What a client authenticates with.
#[derive(Debug, Clone)]
pub enum ClientSecret {
    /// 256 random bits, drawn by the server.
    Generated,
    /// Picked by a person: it is hashed slowly, and its first use after a start costs some 20 ms.
    Chosen(Secret),
    /// Nothing: a public client (§2.1).
    None,
}

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

impl NewClient {
    /// A confidential client with a generated secret, for the code and refresh grants.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            client_id: None,
            name: name.into(),
            description: String::new(),
            client_uri: None,
            logo_uri: None,
            secret: ClientSecret::Generated,
            redirect_uris: Vec::new(),
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            scopes: Scopes::default(),
            require_pkce: None,
        }
    }

    fn check(&self) -> Result<(), RegistrationError> {
        let invalid = |field, problem: String| Err(RegistrationError::Invalid { field, problem });
        let visible = |text: &str| {
            !text.is_empty()
                && text.len() <= 255
                && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if self.name.trim().is_empty() || self.name.chars().count() > 100 {
            return invalid("name", "must have 1 to 100 characters".to_owned());
        }
        if !self.client_id.as_deref().is_none_or(visible) {
            return invalid(
                "client_id",
                "must have 1 to 255 printable ASCII characters without spaces".to_owned(),
            );
        }
        for uri in [&self.client_uri, &self.logo_uri].into_iter().flatten() {
            if !(uri.starts_with("https://") || uri.starts_with("http://"))
                || url::Url::parse(uri).is_err()
            {
                return invalid(
                    "client_uri and logo_uri",
                    format!("{uri} is not an http or https URL"),
                );
            }
        }
        for uri in &self.redirect_uris {
            if let Err(InvalidRedirectUri(problem)) = RedirectUri::parse(uri) {
                return invalid("redirect_uris", format!("{uri}: {problem}"));
            }
        }
        let redirects = [GrantType::AuthorizationCode, GrantType::Implicit]
            .iter()
            .any(|grant| self.grant_types.contains(grant));
        if redirects && self.redirect_uris.is_empty() {
            return invalid("redirect_uris", "these grants need at least one".to_owned());
        }
        if matches!(self.secret, ClientSecret::None)
            && self.grant_types.contains(&GrantType::ClientCredentials)
        {
            return invalid(
                "grant_types",
                "client_credentials is for clients with a secret (RFC 6749 4.4)".to_owned(),
            );
        }
        Ok(())
    }
}

impl AuthorizationServer {
    /// Registers a client.
    ///
    /// # Errors
    /// When a field is wrong or the identifier is taken.
    pub async fn register_client(&self, new: NewClient) -> Result<Registered, RegistrationError> {
        new.check()?;
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
            redirect_uris: new.redirect_uris.join(" "),
            grant_types: new
                .grant_types
                .iter()
                .map(|grant| grant.as_str())
                .collect::<Vec<_>>()
                .join(" "),
            scopes: new.scopes.to_string(),
            require_pkce: new.require_pkce.unwrap_or(is_public),
            created_at: self.now(),
        };
        let insert = move |db: &mut store::DbConnection| {
            let inserted = store::client::insert(db, &row)?;
            Ok(if inserted { store::client::find(db, &row.client_id)? } else { None })
        };
        let client = self.store.insert(insert).await?.ok_or(RegistrationError::Taken(client_id))?;
        Ok(Registered { client, secret: drawn })
    }

    /// The client of this identifier, unless it is disabled.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn client(&self, client_id: &str) -> Result<Option<Client>, StoreError> {
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
        let (client_id, disabled_at) = (client_id.to_owned(), disabled.then(|| self.now()));
        self.store.write(move |db| store::client::set_disabled(db, &client_id, disabled_at)).await
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
        if !is_scope_token(name) || name.len() > 255 {
            let problem = crate::InvalidScope.to_string();
            return Err(RegistrationError::Invalid { field: "scope", problem });
        }
        let (name, description) = (name.to_owned(), description.to_owned());
        let taken = name.clone();
        let insert = move |db: &mut store::DbConnection| {
            Ok(store::scope::insert(db, &name, &description)?.then_some(()))
        };
        self.store.insert(insert).await?.ok_or(RegistrationError::Taken(taken))
    }

    /// Those of the scopes that the server lacks.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unknown_scopes(&self, scopes: &Scopes) -> Result<Scopes, StoreError> {
        let names = scopes.clone();
        let known = self.store.read(move |db| store::scope::named(db, &names)).await?;
        Ok(scopes.beyond(&known.iter().map(|scope| scope.name.as_str()).collect()))
    }
}
