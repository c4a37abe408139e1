//! What a client is registered with: RFC 6749 §2, with the names of RFC 7591 §2.

use crate::{
    Client, GrantType, RequireState, Resource, Scopes, Secret,
    settings::lasts,
    store::client::{ApplicationType, OpenIdMetadata},
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
    /// The scopes that it may ask users for, unless `any_scope`.
    pub scopes: Scopes,
    /// Registers those of its scopes that the server does not know, with their names for a description; else they are
    /// refused. `oauth_server::sync_scopes` registers what guards declare, with the description that they have there.
    pub register_unknown_scopes: bool,
    /// No restriction: it may ask users for every scope that the server gives, now and later.
    pub any_scope: bool,
    /// The scopes that it may have for itself (`client_credentials`, §4.4), whatever it may ask users for: nothing else,
    /// and nothing where it is empty. A client never says this of itself.
    pub client_credentials_scopes: Scopes,
    /// What it gets when it asks for no scope (§3.3), of users or for itself, as far as it may have that; empty: then it
    /// must ask.
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
    /// Whether `response_type=code` takes a PKCE challenge; `None` means that it does (RFC 9700 §2.1.1).
    pub require_pkce: Option<bool>,
    /// When its authorization requests must carry `state` (RFC 6749 §10.12); `None` is the server's setting.
    pub require_state: Option<RequireState>,
    /// Whether it runs on its user's device, or on a server.
    pub application_type: ApplicationType,
    /// Whether its authorization requests must be pushed first (RFC 9126 §6).
    pub require_pushed_authorization_requests: bool,
    /// What it says for OpenID Connect.
    pub openid: OpenIdMetadata,
    /// From which origins its pages call the endpoints of clients, such as `https://app.example`.
    pub cors_origins: Vec<String>,
    /// The resources whose tokens it may look at (RFC 7662), beside its own; the issuer is the server's own API.
    pub introspects: Vec<String>,
    /// Whether it can be answered by a redirect whose `Location` has a fragment; else the browser is sent there by a
    /// page with a button.
    pub fragment_supported: bool,
}

/// How long something lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// So many seconds, from one to a century of them.
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

    /// `None` where it never ends.
    pub(crate) fn seconds(self) -> Option<i64> {
        match self {
            Self::Seconds(seconds) => Some(seconds),
            Self::Never => None,
        }
    }

    fn from_stored(seconds: i64) -> Self {
        if seconds == 0 { Self::Never } else { Self::Seconds(seconds) }
    }

    /// Whether it is one that sums of times can be made with.
    pub(crate) fn is_possible(self) -> bool {
        match self {
            Self::Seconds(seconds) => lasts(seconds),
            Self::Never => true,
        }
    }
}

/// What a client authenticates with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ClientSecret {
    /// 256 random bits, drawn by the server.
    Generated,
    /// Picked by a person: it is hashed slowly, and its first use after a start costs some 20 ms.
    Chosen(Secret),
    /// Nothing: a public client (§2.1).
    None,
}

impl NewClient {
    /// A confidential client with a generated secret, for the code and refresh grants, which must use PKCE.
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
            client_credentials_scopes: Scopes::default(),
            default_scopes: Scopes::default(),
            access_token_lifetime: None,
            refresh_token_lifetime: None,
            owner: None,
            acts_as_owner: false,
            skip_consent: false,
            require_pkce: None,
            require_state: None,
            application_type: ApplicationType::Web,
            require_pushed_authorization_requests: false,
            openid: OpenIdMetadata::default(),
            cors_origins: Vec::new(),
            introspects: Vec::new(),
            fragment_supported: true,
        }
    }
}

/// A client as it is registered, to be changed in some of it: with a secret where it has one.
impl From<&Client> for NewClient {
    fn from(client: &Client) -> Self {
        let metadata = &client.metadata;
        Self {
            client_id: Some(client.client_id.clone()),
            name: metadata.client_name.clone(),
            description: client.description.clone(),
            client_uri: metadata.client_uri.clone(),
            logo_uri: metadata.logo_uri.clone(),
            policy_uri: metadata.policy_uri.clone(),
            tos_uri: metadata.tos_uri.clone(),
            secret: if client.is_public { ClientSecret::None } else { ClientSecret::Generated },
            redirect_uris: metadata.redirect_uris.clone(),
            grant_types: metadata.grant_types.clone(),
            scopes: metadata.scope.clone(),
            register_unknown_scopes: false,
            any_scope: client.any_scope,
            client_credentials_scopes: client.client_credentials_scopes.clone(),
            default_scopes: client.default_scopes.clone(),
            access_token_lifetime: client.access_token_lifetime.map(Lifetime::from_stored),
            refresh_token_lifetime: client.refresh_token_lifetime.map(Lifetime::from_stored),
            owner: client.owner.clone(),
            acts_as_owner: client.acts_as_owner,
            skip_consent: client.skip_consent,
            require_pkce: Some(client.require_pkce),
            require_state: client.require_state,
            application_type: metadata.application_type,
            require_pushed_authorization_requests: metadata.require_pushed_authorization_requests,
            openid: metadata.openid.clone(),
            cors_origins: client.cors_origins.clone(),
            introspects: client.introspects.iter().map(Resource::to_string).collect(),
            fragment_supported: client.fragment_supported,
        }
    }
}
