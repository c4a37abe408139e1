//! Clients: RFC 6749 §2.

mod registration;

use std::{collections::HashMap, fmt};

use diesel::prelude::*;

pub(crate) use self::registration::{ClientFields, Registration, StoredSecret};
use super::{DbConnection, Query, kept::native, schema::oauth_clients, scope};
use crate::{GrantType, RedirectUri, RequireState, Scopes, Timestamp};

/// A registered client.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = oauth_clients)]
pub struct Client {
    /// The key of its row.
    pub id: i64,
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
    /// Rises with every change: what was made from an older one is known to be old.
    pub version: i64,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Since when its requests are refused and its tokens are dead.
    pub disabled_at: Option<Timestamp>,
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
    /// The first random characters of a generated secret, by which it can be recognised; empty of a chosen one.
    pub secret_prefix: String,
}

/// A client, as far as it is named beside what hangs on it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = oauth_clients)]
pub struct ClientName {
    /// The key of its row.
    pub id: i64,
    /// The identifier that the client sends as `client_id`.
    pub client_id: String,
    /// The name that users see.
    pub name: String,
}

impl Client {
    /// The registered redirection endpoints (§3.1.2.2).
    pub fn redirect_uris(&self) -> impl Iterator<Item = &str> {
        self.redirect_uris.split_ascii_whitespace()
    }

    /// The grants that the client may use.
    pub fn grant_types(&self) -> impl Iterator<Item = GrantType> {
        self.grant_types.split_ascii_whitespace().filter_map(|name| name.parse().ok())
    }

    /// Whether the client may use a grant.
    #[must_use]
    pub fn allows(&self, grant_type: GrantType) -> bool {
        self.grant_types().any(|registered| registered == grant_type)
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

/// The client of this identifier, unless it is disabled.
pub(crate) fn find(db: &mut DbConnection, client_id: &str) -> Query<Option<Client>> {
    native!(
        db,
        oauth_clients::table
            .filter(oauth_clients::client_id.eq(client_id))
            .filter(oauth_clients::disabled_at.is_null())
            .select(Client::as_select())
            .get_result(db)
            .optional()
    )
}

/// The same of many clients.
pub(crate) fn found(
    db: &mut DbConnection,
    client_ids: &[String],
) -> Query<HashMap<String, Client>> {
    let found: Vec<Client> = native!(
        db,
        oauth_clients::table
            .filter(oauth_clients::client_id.eq_any(client_ids))
            .filter(oauth_clients::disabled_at.is_null())
            .select(Client::as_select())
            .load(db)
    )?;
    Ok(found.into_iter().map(|client| (client.client_id.clone(), client)).collect())
}

/// The client of this key, disabled or not.
pub(crate) fn with_key(db: &mut DbConnection, id: i64) -> Query<Option<Client>> {
    native!(db, oauth_clients::table.find(id).select(Client::as_select()).get_result(db).optional())
}

/// What the client of this key is registered with.
pub(crate) fn fields(db: &mut DbConnection, id: i64) -> Query<ClientFields> {
    oauth_clients::table.find(id).select(ClientFields::as_select()).get_result(db)
}

/// The key of a client, disabled or not.
pub(crate) fn key(db: &mut DbConnection, client_id: &str) -> Query<Option<i64>> {
    let of = oauth_clients::table.filter(oauth_clients::client_id.eq(client_id));
    native!(db, of.select(oauth_clients::id).get_result(db).optional())
}

/// Whether the identifier is taken, by a disabled client too.
pub(crate) fn exists(db: &mut DbConnection, client_id: &str) -> Query<bool> {
    diesel::select(diesel::dsl::exists(
        oauth_clients::table.filter(oauth_clients::client_id.eq(client_id)),
    ))
    .get_result(db)
}

/// Inserts a client and the scopes that come with it, and gives its key; `None` when its identifier is taken.
pub(crate) fn register(
    db: &mut DbConnection,
    client_id: &str,
    registration: &Registration,
    new_scopes: &Scopes,
    now: Timestamp,
) -> Query<Option<i64>> {
    if exists(db, client_id)? {
        return Ok(None);
    }
    scope::insert_named(db, new_scopes)?;
    diesel::insert_into(oauth_clients::table)
        .values((
            oauth_clients::client_id.eq(client_id),
            oauth_clients::version.eq(1),
            oauth_clients::created_at.eq(now),
            &registration.fields,
            &registration.secret,
        ))
        .returning(oauth_clients::id)
        .get_result(db)
        .map(Some)
}

/// Disables or enables a client; `false` when there is none of this key.
pub(crate) fn set_disabled(
    db: &mut DbConnection,
    id: i64,
    disabled_at: Option<Timestamp>,
) -> Query<bool> {
    let changes = (
        oauth_clients::disabled_at.eq(disabled_at),
        oauth_clients::version.eq(oauth_clients::version + 1),
    );
    Ok(diesel::update(oauth_clients::table.find(id)).set(changes).execute(db)? == 1)
}

/// Changes a client, unless it has changed since this version of it; `false` then.
pub(crate) fn update(
    db: &mut DbConnection,
    id: i64,
    version: i64,
    fields: &ClientFields,
) -> Query<bool> {
    let unchanged = oauth_clients::table.find(id).filter(oauth_clients::version.eq(version));
    let changes = (fields, oauth_clients::version.eq(version + 1));
    Ok(diesel::update(unchanged).set(changes).execute(db)? == 1)
}

/// Gives a client another secret, or none.
pub(crate) fn set_secret(db: &mut DbConnection, id: i64, secret: &StoredSecret) -> Query<()> {
    let changes = (secret, oauth_clients::version.eq(oauth_clients::version + 1));
    diesel::update(oauth_clients::table.find(id)).set(changes).execute(db).map(drop)
}

/// Deletes a client, and with it all that hangs on it.
pub(crate) fn delete(db: &mut DbConnection, id: i64) -> Query<()> {
    diesel::delete(oauth_clients::table.find(id)).execute(db).map(drop)
}

/// From here on no client acts for this user.
pub(crate) fn disown(db: &mut DbConnection, owner: &str) -> Query<()> {
    let acting = oauth_clients::table
        .filter(oauth_clients::owner.eq(owner))
        .filter(oauth_clients::acts_as_owner);
    let changes = (
        oauth_clients::acts_as_owner.eq(false),
        oauth_clients::version.eq(oauth_clients::version + 1),
    );
    diesel::update(acting).set(changes).execute(db).map(drop)
}
