//! Clients: RFC 6749 §2.

use std::fmt;

use diesel::prelude::*;

use super::{DbConnection, Query, schema::oauth_clients};
use crate::{GrantType, RedirectUri, RequireState, Scopes, Timestamp, secret::Digest};

/// A registered client.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = oauth_clients)]
pub struct Client {
    pub(crate) id: i64,
    /// The identifier that the client sends as `client_id` (§2.2).
    pub client_id: String,
    /// The name that users see.
    pub name: String,
    /// What users are told about it.
    pub description: String,
    /// The client's home page.
    pub client_uri: Option<String>,
    /// The client's picture.
    pub logo_uri: Option<String>,
    /// Whether the client cannot keep a secret (§2.1).
    pub is_public: bool,
    pub(crate) secret_digest: Option<Vec<u8>>,
    pub(crate) secret_hash: Option<String>,
    pub(crate) redirect_uris: String,
    pub(crate) grant_types: String,
    /// The scopes that the client may ask for, unless `any_scope`.
    #[diesel(deserialize_as = String)]
    pub scopes: Scopes,
    /// Whether `response_type=code` takes a PKCE challenge (RFC 7636).
    pub require_pkce: bool,
    pub(crate) version: i64,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Whether the client may ask for every scope that the server gives.
    pub any_scope: bool,
    /// What the client gets when it asks for no scope (§3.3).
    #[diesel(deserialize_as = String)]
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
    /// What the client says of its use of personal data.
    pub policy_uri: Option<String>,
    /// The client's terms of service.
    pub tos_uri: Option<String>,
    pub(crate) require_state: Option<String>,
    /// Whether it can be answered by a redirect whose `Location` has a fragment.
    pub fragment_supported: bool,
    /// The first characters of a generated secret, by which it can be recognised; empty of a chosen one.
    pub secret_prefix: String,
}

impl Client {
    /// The registered redirection endpoints (§3.1.2.2).
    pub fn redirect_uris(&self) -> impl Iterator<Item = &str> {
        self.redirect_uris.split_ascii_whitespace()
    }

    /// Whether the client may use a grant.
    #[must_use]
    pub fn allows(&self, grant_type: GrantType) -> bool {
        self.grant_types
            .split_ascii_whitespace()
            .any(|registered| registered == grant_type.as_str())
    }

    /// When its requests must carry `state`, where its registration says so; `None` is the server's setting.
    #[must_use]
    pub fn require_state(&self) -> Option<RequireState> {
        let policy = self.require_state.as_deref()?;
        Some(policy.parse().unwrap_or(RequireState::Always)) // only valid ones are ever written
    }

    /// Whether the client registered this redirection endpoint.
    pub(crate) fn registered(&self, redirect_uri: &RedirectUri) -> bool {
        self.redirect_uris().any(|registered| redirect_uri.matches(registered))
    }
}

/// Without what an attacker would guess its secret against.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut client = f.debug_struct("Client");
        client.field("client_id", &self.client_id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// What is stored of a new client.
pub(crate) struct NewClientRow {
    pub(crate) client_id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) client_uri: Option<String>,
    pub(crate) logo_uri: Option<String>,
    pub(crate) is_public: bool,
    pub(crate) secret_digest: Option<Digest>,
    pub(crate) secret_hash: Option<String>,
    pub(crate) redirect_uris: String,
    pub(crate) grant_types: String,
    pub(crate) scopes: String,
    pub(crate) require_pkce: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) any_scope: bool,
    pub(crate) default_scopes: String,
    pub(crate) access_token_lifetime: Option<i64>,
    pub(crate) refresh_token_lifetime: Option<i64>,
    pub(crate) owner: Option<String>,
    pub(crate) acts_as_owner: bool,
    pub(crate) skip_consent: bool,
    pub(crate) policy_uri: Option<String>,
    pub(crate) tos_uri: Option<String>,
    pub(crate) require_state: Option<&'static str>,
    pub(crate) fragment_supported: bool,
    pub(crate) secret_prefix: String,
}

/// The client of this identifier, unless it is disabled.
pub(crate) fn find(db: &mut DbConnection, client_id: &str) -> Query<Option<Client>> {
    oauth_clients::table
        .filter(oauth_clients::client_id.eq(client_id))
        .filter(oauth_clients::disabled_at.is_null())
        .select(Client::as_select())
        .first(db)
        .optional()
}

/// The key of a client, disabled or not.
pub(crate) fn key(db: &mut DbConnection, client_id: &str) -> Query<Option<i64>> {
    let of = oauth_clients::table.filter(oauth_clients::client_id.eq(client_id));
    of.select(oauth_clients::id).first(db).optional()
}

/// Whether the identifier is taken, by a disabled client too.
pub(crate) fn exists(db: &mut DbConnection, client_id: &str) -> Query<bool> {
    diesel::select(diesel::dsl::exists(
        oauth_clients::table.filter(oauth_clients::client_id.eq(client_id)),
    ))
    .get_result(db)
}

/// Inserts a client; `false` when its identifier is taken.
pub(crate) fn insert(db: &mut DbConnection, client: &NewClientRow) -> Query<bool> {
    if exists(db, &client.client_id)? {
        return Ok(false);
    }
    diesel::insert_into(oauth_clients::table)
        .values((
            oauth_clients::client_id.eq(&client.client_id),
            oauth_clients::name.eq(&client.name),
            oauth_clients::description.eq(&client.description),
            oauth_clients::client_uri.eq(&client.client_uri),
            oauth_clients::logo_uri.eq(&client.logo_uri),
            oauth_clients::is_public.eq(client.is_public),
            oauth_clients::secret_digest.eq(client.secret_digest.as_ref().map(Digest::as_bytes)),
            oauth_clients::secret_hash.eq(&client.secret_hash),
            oauth_clients::redirect_uris.eq(&client.redirect_uris),
            oauth_clients::grant_types.eq(&client.grant_types),
            oauth_clients::scopes.eq(&client.scopes),
            oauth_clients::require_pkce.eq(client.require_pkce),
            oauth_clients::version.eq(1),
            oauth_clients::created_at.eq(client.created_at),
            oauth_clients::any_scope.eq(client.any_scope),
            oauth_clients::default_scopes.eq(&client.default_scopes),
            oauth_clients::access_token_lifetime.eq(client.access_token_lifetime),
            oauth_clients::refresh_token_lifetime.eq(client.refresh_token_lifetime),
            oauth_clients::owner.eq(&client.owner),
            oauth_clients::acts_as_owner.eq(client.acts_as_owner),
            oauth_clients::skip_consent.eq(client.skip_consent),
            oauth_clients::policy_uri.eq(&client.policy_uri),
            oauth_clients::tos_uri.eq(&client.tos_uri),
            oauth_clients::require_state.eq(client.require_state),
            oauth_clients::fragment_supported.eq(client.fragment_supported),
            oauth_clients::secret_prefix.eq(&client.secret_prefix),
        ))
        .execute(db)?;
    Ok(true)
}

/// Disables or enables a client; `false` when there is none of this identifier.
pub(crate) fn set_disabled(
    db: &mut DbConnection,
    client_id: &str,
    disabled_at: Option<Timestamp>,
) -> Query<bool> {
    let client = oauth_clients::table.filter(oauth_clients::client_id.eq(client_id));
    let changes = (
        oauth_clients::disabled_at.eq(disabled_at),
        oauth_clients::version.eq(oauth_clients::version + 1),
    );
    Ok(diesel::update(client).set(changes).execute(db)? == 1)
}
