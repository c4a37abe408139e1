//! Clients: RFC 6749 §2.

mod change;
mod look_up;
mod metadata;
mod openid;
mod registration;
mod remembered;
pub(crate) mod secret;

use std::fmt;

use diesel::prelude::*;
use url::Url;

pub(crate) use self::{
    change::{delete, disown, raise_version, register, set_disabled, update},
    look_up::{
        ClientVersion, cors_origins, fields, key, management_token, reap_at, version, versions,
        with_key, with_keys, with_secrets,
    },
    registration::{ClientFields, ClientRow, Registration, Stranger},
    remembered::Remembered,
    secret::NewSecret,
};
pub use self::{
    metadata::{ApplicationType, ClientMetadata, UnknownApplicationType},
    openid::{
        IdTokenResponse, OpenIdMetadata, SubjectType, UnknownResponseType, UnknownSubjectType,
    },
    registration::RegisteredBy,
    secret::StoredSecret,
};
use super::{DbConnection, Query, schema::oauth_clients};
use crate::{GrantType, RedirectUri, RequireState, Resource, Scopes, Timestamp};

/// A registered client. What it is registered with is parsed once for each version of it, and shared.
///
/// ```no_run
/// # use oauth_core::{AuthorizationServer, StoreError};
/// # async fn example(server: &AuthorizationServer) -> Result<(), StoreError> {
/// if let Some(client) = server.client("printer").await? {
///     println!("{} may go to {:?}", client.name(), client.metadata.redirect_uris);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Client {
    /// The key of its row.
    pub id: i64,
    /// The identifier that the client sends as `client_id` (§2.2).
    pub client_id: String,
    /// What it may say of itself.
    pub metadata: ClientMetadata,
    /// What users are told about it.
    pub description: String,
    /// Whether the client cannot keep a secret (§2.1).
    pub is_public: bool,
    /// What it proves itself with, the newest first: two at most that are good, while one takes the place of the other.
    pub secrets: Vec<StoredSecret>,
    /// Whether `response_type=code` takes a PKCE challenge (RFC 7636).
    pub require_pkce: bool,
    /// Rises with every change: what was made from an older one is known to be old.
    pub version: i64,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Since when its requests are refused and its tokens are dead.
    pub disabled_at: Option<Timestamp>,
    /// How it came: by staff, or by itself.
    pub registered_by: RegisteredBy,
    /// Whether the client may ask users for every scope that the server gives.
    pub any_scope: bool,
    /// What the client may have for itself (§4.4): nothing else, and nothing where it is empty.
    pub client_credentials_scopes: Scopes,
    /// What the client gets when it asks for no scope (§3.3).
    pub default_scopes: Scopes,
    /// Seconds; `None` is the server's setting, 0 never ends.
    pub(crate) access_token_lifetime: Option<i64>,
    pub(crate) refresh_token_lifetime: Option<i64>,
    /// The subject of the user who registered it.
    pub owner: Option<String>,
    /// Whether its own tokens act for its owner.
    pub acts_as_owner: bool,
    /// Whether users are not asked: an application of the provider's own.
    pub skip_consent: bool,
    /// When its requests must carry `state`; `None` is the server's setting.
    pub require_state: Option<RequireState>,
    /// Whether it can be answered by a redirect whose `Location` has a fragment.
    pub fragment_supported: bool,
    /// From which origins its pages call the endpoints of clients.
    pub cors_origins: Vec<String>,
    /// The resources whose tokens it may look at (RFC 7662), beside its own.
    pub introspects: Vec<Resource>,
}

/// A client, as far as it is named beside what hangs on it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = oauth_clients)]
#[non_exhaustive]
pub struct ClientName {
    /// The key of its row.
    pub id: i64,
    /// The identifier that the client sends as `client_id`.
    pub client_id: String,
    /// The name that users see.
    pub name: String,
    /// Since when its requests are refused and its tokens are dead.
    pub disabled_at: Option<Timestamp>,
    /// When it was deleted: until all that hangs on it is cleared away, too.
    pub deleted_at: Option<Timestamp>,
}

impl Client {
    /// The name that users see.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.metadata.client_name
    }

    /// The host of the document that it is known by (OAuth Client ID Metadata Document): nobody has registered it.
    #[must_use]
    pub fn document_host(&self) -> Option<&str> {
        let (_, rest) = self.client_id.split_once("://")?;
        let host = rest.split(['/', '?', '#']).next()?;
        (self.registered_by == RegisteredBy::Document).then_some(host)
    }

    /// Whether pages of this origin are its own: it was registered for it, or, where the client registered itself, a page there
    /// gets its answers.
    pub(crate) fn has_pages_at(&self, origin: &str) -> bool {
        let is_answered_at = |uri: &String| {
            let of = Url::parse(uri).map(|uri| uri.origin());
            of.is_ok_and(|of| of.is_tuple() && of.ascii_serialization() == origin)
        };
        self.cors_origins.iter().any(|registered| registered == origin)
            || self.registered_by != RegisteredBy::Staff
                && self.metadata.redirect_uris.iter().any(is_answered_at)
    }

    /// Whether all its answers go to its user's own device, where any program could pass itself off as this one.
    #[must_use]
    pub fn is_answered_on_device(&self) -> bool {
        let is_native = |uri: &String| RedirectUri::parse(uri).is_ok_and(|uri| uri.is_native());
        self.metadata.redirect_uris.iter().all(is_native)
    }

    /// Those of its secrets that are good.
    pub fn live_secrets(&self, now: Timestamp) -> impl Iterator<Item = &StoredSecret> {
        self.secrets.iter().filter(move |secret| secret.is_live(now))
    }

    /// Whether the client may use a grant.
    #[must_use]
    pub fn allows(&self, grant_type: &GrantType) -> bool {
        self.metadata.grant_types.contains(grant_type)
    }

    /// Whether the client registered this redirection endpoint.
    pub(crate) fn registered(&self, redirect_uri: &RedirectUri) -> bool {
        let is_native = self.metadata.application_type == ApplicationType::Native;
        self.metadata.redirect_uris.iter().any(|registered| {
            redirect_uri.matches(registered) || is_native && redirect_uri.matches_native(registered)
        })
    }
}

/// Without what an attacker would guess its secret against.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut client = f.debug_struct("Client");
        client.field("client_id", &self.client_id).field("name", &self.name());
        client.finish_non_exhaustive()
    }
}
