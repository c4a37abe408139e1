//! What is stored of a client's registration: its document, and the columns beside it. A change of it sets both again.

use diesel::{prelude::*, result::Error::DeserializationError};

use super::{Client, ClientMetadata, NewSecret, Query, StoredSecret};
use crate::{Timestamp, secret::Digest, store::schema::oauth_clients};

/// A client as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = oauth_clients)]
pub(crate) struct ClientRow {
    pub(crate) id: i64,
    client_id: String,
    metadata: String,
    version: i64,
    created_at: Timestamp,
    disabled_at: Option<Timestamp>,
    registered_by: String,
    #[diesel(embed)]
    fields: ClientFields,
}

/// A registration that has been judged.
#[derive(Clone)]
pub(crate) struct Registration {
    pub(crate) metadata: ClientMetadata,
    pub(crate) fields: ClientFields,
    /// None of a public client.
    pub(crate) secret: Option<NewSecret>,
    pub(crate) stranger: Option<Stranger>,
}

/// What is kept of a client that nobody here has registered.
#[derive(Clone)]
pub(crate) struct Stranger {
    /// Of what it manages its registration with (RFC 7592); none where it is known by a document, which it changes.
    pub(crate) token: Option<Digest>,
    /// When it is deleted, unless somebody has granted it something by then.
    pub(crate) reap_at: Timestamp,
}

/// How a client came to be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegisteredBy {
    /// By staff, or by the application.
    Staff,
    /// By itself: whatever it says of itself, nobody has looked at (RFC 7591).
    Dynamic,
    /// By a document of its own, at the URL that is its identifier (OAuth Client ID Metadata Document).
    Document,
}

impl RegisteredBy {
    /// The name, as it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Dynamic => "dynamic",
            Self::Document => "document",
        }
    }

    /// Who registers what is about to be inserted.
    pub(super) fn of(stranger: Option<&Stranger>) -> Self {
        match stranger {
            None => Self::Staff,
            Some(Stranger { token: Some(_), .. }) => Self::Dynamic,
            Some(Stranger { token: None, .. }) => Self::Document,
        }
    }

    /// However a newer program has it come: not by staff.
    fn stored(name: &str) -> Self {
        let known = [Self::Staff, Self::Document].into_iter().find(|it| it.as_str() == name);
        known.unwrap_or(Self::Dynamic)
    }
}

/// What stands beside the document: what RFC 7591 has no name for, what a client must never choose itself, and what
/// statements filter by.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = oauth_clients, treat_none_as_null = true)]
pub(crate) struct ClientFields {
    pub(crate) description: String,
    pub(crate) is_public: bool,
    pub(crate) require_pkce: bool,
    pub(crate) any_scope: bool,
    pub(crate) default_scopes: String,
    pub(crate) access_token_lifetime: Option<i64>,
    pub(crate) refresh_token_lifetime: Option<i64>,
    pub(crate) owner: Option<String>,
    pub(crate) acts_as_owner: bool,
    pub(crate) skip_consent: bool,
    pub(crate) require_state: Option<String>,
    pub(crate) fragment_supported: bool,
    pub(crate) cors_origins: String,
    pub(crate) introspects: String,
    pub(crate) client_credentials_scopes: String,
}

impl ClientRow {
    /// Parses what is text. Only what is valid is ever written.
    pub(super) fn into_client(self, secrets: Vec<StoredSecret>) -> Query<Client> {
        let Self {
            id,
            client_id,
            metadata,
            version,
            created_at,
            disabled_at,
            registered_by,
            fields,
        } = self;
        let default_scopes = fields.default_scopes.parse();
        let client_credentials_scopes = fields.client_credentials_scopes.parse();
        let require_state = fields.require_state.map(|policy| policy.parse()).transpose();
        let introspects = fields.introspects.split_whitespace().map(str::parse);
        Ok(Client {
            id,
            client_id,
            metadata: ClientMetadata::parse(&metadata)?,
            description: fields.description,
            is_public: fields.is_public,
            secrets,
            require_pkce: fields.require_pkce,
            version,
            created_at,
            disabled_at,
            registered_by: RegisteredBy::stored(&registered_by),
            any_scope: fields.any_scope,
            client_credentials_scopes: client_credentials_scopes
                .map_err(|it| DeserializationError(Box::new(it)))?,
            default_scopes: default_scopes.map_err(|it| DeserializationError(Box::new(it)))?,
            access_token_lifetime: fields.access_token_lifetime,
            refresh_token_lifetime: fields.refresh_token_lifetime,
            owner: fields.owner,
            acts_as_owner: fields.acts_as_owner,
            skip_consent: fields.skip_consent,
            require_state: require_state.map_err(|it| DeserializationError(Box::new(it)))?,
            fragment_supported: fields.fragment_supported,
            cors_origins: fields.cors_origins.split_whitespace().map(str::to_owned).collect(),
            introspects: introspects
                .collect::<Result<_, _>>()
                .map_err(|it| DeserializationError(Box::new(it)))?,
        })
    }
}

impl ClientFields {
    /// The names of those that differ.
    pub(crate) fn changed_from(&self, old: &Self) -> Vec<String> {
        let own_scopes = self.client_credentials_scopes != old.client_credentials_scopes;
        let fields = [
            ("description", self.description != old.description),
            ("is_public", self.is_public != old.is_public),
            ("require_pkce", self.require_pkce != old.require_pkce),
            ("any_scope", self.any_scope != old.any_scope),
            ("default_scopes", self.default_scopes != old.default_scopes),
            ("access_token_lifetime", self.access_token_lifetime != old.access_token_lifetime),
            ("refresh_token_lifetime", self.refresh_token_lifetime != old.refresh_token_lifetime),
            ("owner", self.owner != old.owner),
            ("acts_as_owner", self.acts_as_owner != old.acts_as_owner),
            ("skip_consent", self.skip_consent != old.skip_consent),
            ("require_state", self.require_state != old.require_state),
            ("fragment_supported", self.fragment_supported != old.fragment_supported),
            ("cors_origins", self.cors_origins != old.cors_origins),
            ("introspects", self.introspects != old.introspects),
            ("client_credentials_scopes", own_scopes),
        ];
        let changed = fields.into_iter().filter(|(_, differs)| *differs);
        changed.map(|(name, _)| name.to_owned()).collect()
    }
}
