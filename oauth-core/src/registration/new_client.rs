//! What a client is registered with: RFC 6749 §2, with the names of RFC 7591 §2.

use super::RegistrationError;
use crate::{GrantType, InvalidRedirectUri, RedirectUri, RequireState, Scopes, Secret};

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
    /// What it says of its use of personal data.
    pub policy_uri: Option<String>,
    /// Its terms of service.
    pub tos_uri: Option<String>,
    /// What it authenticates with.
    pub secret: ClientSecret,
    /// Its redirection endpoints (§3.1.2.2).
    pub redirect_uris: Vec<String>,
    /// The grants that it may use.
    pub grant_types: Vec<GrantType>,
    /// The scopes that it may ask for, unless `any_scope`.
    pub scopes: Scopes,
    /// Registers those of its scopes that the server does not know, with their names for a description; else they are
    /// refused.
    pub register_unknown_scopes: bool,
    /// No restriction: it may ask for every scope that the server gives, now and later.
    pub any_scope: bool,
    /// What it gets when it asks for no scope (§3.3); empty: then it must ask.
    pub default_scopes: Scopes,
    /// From the issue of its access tokens to their end; `None` is the server's setting.
    pub access_token_lifetime: Option<Lifetime>,
    /// From each rotation of its refresh tokens to the end of the new one; `None` is the server's setting.
    pub refresh_token_lifetime: Option<Lifetime>,
    /// The subject of the user who registers it.
    pub owner: Option<String>,
    /// Whether the tokens that it gets for itself (`client_credentials`) act for its owner; else they act for nobody.
    pub acts_as_owner: bool,
    /// Whether users are not asked for their consent: only for an application of the provider's own.
    pub skip_consent: bool,
    /// Whether `response_type=code` takes a PKCE challenge; `None` means: of a public client.
    pub require_pkce: Option<bool>,
    /// When its authorization requests must carry `state` (RFC 6749 §10.12); `None` is the server's setting.
    pub require_state: Option<RequireState>,
    /// Whether it can be answered by a redirect whose `Location` has a fragment; else the browser is sent there by a
    /// page with a button.
    pub fragment_supported: bool,
}

/// How long something lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// So many seconds, at least one.
    Seconds(i64),
    /// It never ends by itself.
    Never,
}

impl Lifetime {
    pub(super) fn stored(self) -> i64 {
        match self {
            Self::Seconds(seconds) => seconds,
            Self::Never => 0,
        }
    }
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
            policy_uri: None,
            tos_uri: None,
            secret: ClientSecret::Generated,
            redirect_uris: Vec::new(),
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            scopes: Scopes::default(),
            register_unknown_scopes: false,
            any_scope: false,
            default_scopes: Scopes::default(),
            access_token_lifetime: None,
            refresh_token_lifetime: None,
            owner: None,
            acts_as_owner: false,
            skip_consent: false,
            require_pkce: None,
            require_state: None,
            fragment_supported: true,
        }
    }

    pub(super) fn check(&self) -> Result<(), RegistrationError> {
        self.check_names()?;
        self.check_uris()?;
        self.check_policies()
    }

    fn check_names(&self) -> Result<(), RegistrationError> {
        let visible = |text: &str| {
            (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if self.name.trim().is_empty() || self.name.chars().count() > 100 {
            return invalid("name", "must have 1 to 100 characters");
        }
        if !self.client_id.as_deref().is_none_or(visible) {
            let problem = "must have 1 to 255 printable ASCII characters without spaces";
            return invalid("client_id", problem);
        }
        Ok(())
    }

    fn check_uris(&self) -> Result<(), RegistrationError> {
        let pages = [
            ("client_uri", &self.client_uri),
            ("logo_uri", &self.logo_uri),
            ("policy_uri", &self.policy_uri),
            ("tos_uri", &self.tos_uri),
        ];
        for (field, uri) in pages {
            let Some(uri) = uri else { continue };
            let is_web = uri.starts_with("https://") || uri.starts_with("http://");
            if !is_web || url::Url::parse(uri).is_err() {
                return invalid(field, format!("{uri} is not an http or https URL"));
            }
        }
        for uri in &self.redirect_uris {
            if let Err(InvalidRedirectUri(problem)) = RedirectUri::parse(uri) {
                return invalid("redirect_uris", format!("{uri}: {problem}"));
            }
        }
        let redirected = [GrantType::AuthorizationCode, GrantType::Implicit];
        let redirects = redirected.iter().any(|grant| self.grant_types.contains(grant));
        if redirects && self.redirect_uris.is_empty() {
            return invalid("redirect_uris", "these grants need at least one");
        }
        Ok(())
    }

    fn check_policies(&self) -> Result<(), RegistrationError> {
        if !self.any_scope && !self.default_scopes.is_within(&self.scopes) {
            return invalid("default_scopes", "must be among the scopes of the client");
        }
        let lifetimes = [self.access_token_lifetime, self.refresh_token_lifetime];
        if lifetimes.iter().any(|lifetime| matches!(lifetime, Some(Lifetime::Seconds(..=0)))) {
            return invalid("lifetimes", "must be at least one second; say never for no end");
        }
        if self.acts_as_owner && self.owner.is_none() {
            return invalid("acts_as_owner", "needs an owner");
        }
        let is_public = matches!(self.secret, ClientSecret::None);
        if is_public && self.grant_types.contains(&GrantType::ClientCredentials) {
            let problem = "client_credentials is for clients with a secret (RFC 6749 4.4)";
            return invalid("grant_types", problem);
        }
        Ok(())
    }
}

fn invalid(field: &'static str, problem: impl Into<String>) -> Result<(), RegistrationError> {
    Err(RegistrationError::Invalid { field, problem: problem.into() })
}
