//! What is stored of a client's registration: the columns that it sets, and that a change of it sets again.

use diesel::prelude::*;

use super::{Client, ClientMetadata, NewSecret, StoredSecret};
use crate::{RequireState, Timestamp, store::schema::oauth_clients};

/// A client as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = oauth_clients)]
pub(crate) struct ClientRow {
    pub(crate) id: i64,
    client_id: String,
    version: i64,
    created_at: Timestamp,
    disabled_at: Option<Timestamp>,
    #[diesel(embed)]
    pub(crate) fields: ClientFields,
}

/// A registration that has been judged.
#[derive(Clone)]
pub(crate) struct Registration {
    pub(crate) fields: ClientFields,
    /// None of a public client.
    pub(crate) secret: Option<NewSecret>,
}

/// All of it but the identifier and the secret.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = oauth_clients, treat_none_as_null = true)]
pub(crate) struct ClientFields {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) client_uri: Option<String>,
    pub(crate) logo_uri: Option<String>,
    pub(crate) is_public: bool,
    pub(crate) redirect_uris: String,
    pub(crate) grant_types: String,
    pub(crate) scopes: String,
    pub(crate) require_pkce: bool,
    pub(crate) any_scope: bool,
    pub(crate) default_scopes: String,
    pub(crate) access_token_lifetime: Option<i64>,
    pub(crate) refresh_token_lifetime: Option<i64>,
    pub(crate) owner: Option<String>,
    pub(crate) acts_as_owner: bool,
    pub(crate) skip_consent: bool,
    pub(crate) policy_uri: Option<String>,
    pub(crate) tos_uri: Option<String>,
    pub(crate) require_state: Option<String>,
    pub(crate) fragment_supported: bool,
}

impl ClientRow {
    /// Only what is valid is ever written.
    pub(super) fn into_client(self, secrets: Vec<StoredSecret>) -> Client {
        let ClientRow { id, client_id, version, created_at, disabled_at, fields } = self;
        let require_state = fields.require_state.as_deref();
        Client {
            id,
            client_id,
            metadata: ClientMetadata {
                client_name: fields.name,
                client_uri: fields.client_uri,
                logo_uri: fields.logo_uri,
                policy_uri: fields.policy_uri,
                tos_uri: fields.tos_uri,
                redirect_uris: words(&fields.redirect_uris).map(str::to_owned).collect(),
                grant_types: words(&fields.grant_types).filter_map(|it| it.parse().ok()).collect(),
                scope: fields.scopes.parse().unwrap_or_default(),
            },
            description: fields.description,
            is_public: fields.is_public,
            secrets,
            require_pkce: fields.require_pkce,
            version,
            created_at,
            disabled_at,
            any_scope: fields.any_scope,
            default_scopes: fields.default_scopes.parse().unwrap_or_default(),
            access_token_lifetime: fields.access_token_lifetime,
            refresh_token_lifetime: fields.refresh_token_lifetime,
            owner: fields.owner,
            acts_as_owner: fields.acts_as_owner,
            skip_consent: fields.skip_consent,
            require_state: require_state.map(|it| it.parse().unwrap_or(RequireState::Always)),
            fragment_supported: fields.fragment_supported,
        }
    }
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split_ascii_whitespace()
}

impl ClientFields {
    /// The names of those that differ.
    pub(crate) fn changed_from(&self, old: &Self) -> Vec<&'static str> {
        let fields = [
            ("name", self.name != old.name),
            ("description", self.description != old.description),
            ("client_uri", self.client_uri != old.client_uri),
            ("logo_uri", self.logo_uri != old.logo_uri),
            ("is_public", self.is_public != old.is_public),
            ("redirect_uris", self.redirect_uris != old.redirect_uris),
            ("grant_types", self.grant_types != old.grant_types),
            ("scopes", self.scopes != old.scopes),
            ("require_pkce", self.require_pkce != old.require_pkce),
            ("any_scope", self.any_scope != old.any_scope),
            ("default_scopes", self.default_scopes != old.default_scopes),
            ("access_token_lifetime", self.access_token_lifetime != old.access_token_lifetime),
            ("refresh_token_lifetime", self.refresh_token_lifetime != old.refresh_token_lifetime),
            ("owner", self.owner != old.owner),
            ("acts_as_owner", self.acts_as_owner != old.acts_as_owner),
            ("skip_consent", self.skip_consent != old.skip_consent),
            ("policy_uri", self.policy_uri != old.policy_uri),
            ("tos_uri", self.tos_uri != old.tos_uri),
            ("require_state", self.require_state != old.require_state),
            ("fragment_supported", self.fragment_supported != old.fragment_supported),
        ];
        fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
    }
}
