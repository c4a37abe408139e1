//! What a client may say of itself: RFC 7591 §2. It is stored as one document.

use std::{collections::BTreeSet, error::Error, str::FromStr};

use diesel::result::Error::{DeserializationError, SerializationError};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Query, openid::OpenIdMetadata};
use crate::{GrantType, Scopes};

/// What a client may say of itself, in the words of RFC 7591 §2.
///
/// What has no name there, or what a client must never choose itself, stands beside it in [`Client`](super::Client).
/// Most `response_types` follow from the grants, and `token_endpoint_auth_method` from whether there is a secret, which
/// statements filter by: neither is kept twice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ClientMetadata {
    /// The name that users see.
    pub client_name: String,
    /// The client's home page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// The client's picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// What the client says of its use of personal data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// The client's terms of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// The registered redirection endpoints (RFC 6749 §3.1.2.2).
    pub redirect_uris: Vec<String>,
    /// The grants that the client may use.
    #[serde(serialize_with = "names", deserialize_with = "known")]
    pub grant_types: Vec<GrantType>,
    /// The scopes that the client may ask users for, unless it may ask for any.
    pub scope: Scopes,
    /// Whether it runs on its user's device (OpenID Connect Registration §2).
    #[serde(skip_serializing_if = "ApplicationType::is_web")]
    pub application_type: ApplicationType,
    /// Whether its authorization requests must be pushed first (RFC 9126 §6).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub require_pushed_authorization_requests: bool,
    /// What it says for OpenID Connect.
    #[serde(flatten)]
    pub openid: OpenIdMetadata,
    /// Members that this program does not know: a newer one may have written them, and a change here leaves them alone.
    #[serde(flatten)]
    pub(crate) unknown: Map<String, Value>,
}

/// Where a client runs: OpenID Connect Registration §2.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ApplicationType {
    /// On a server, or in a page that one serves.
    #[default]
    Web,
    /// On its user's device (RFC 8252).
    Native,
}

impl ApplicationType {
    /// What is left out where it is so: the default.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_web(&self) -> bool {
        *self == Self::Web
    }

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Native => "native",
        }
    }
}

/// A kind of application that this server does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an application is of the type web or native")]
pub struct UnknownApplicationType;

impl FromStr for ApplicationType {
    type Err = UnknownApplicationType;

    fn from_str(text: &str) -> Result<Self, UnknownApplicationType> {
        let all = [Self::Web, Self::Native];
        all.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownApplicationType)
    }
}

impl ClientMetadata {
    /// The stored text.
    pub(super) fn parse(document: &str) -> Query<Self> {
        serde_json::from_str(document).map_err(|error| DeserializationError(Box::new(error)))
    }

    /// The text to be stored.
    pub(super) fn document(&self) -> Query<String> {
        serde_json::to_string(self).map_err(|error| SerializationError(Box::new(error)))
    }

    /// The same in place of an older one, whose unknown members stay.
    pub(crate) fn in_place_of(&self, old: &Self) -> Self {
        Self { unknown: old.unknown.clone(), ..self.clone() }
    }

    /// The names of the members that differ.
    pub(crate) fn changed_from(&self, old: &Self) -> Query<Vec<String>> {
        let (new, old) = (self.members()?, old.members()?);
        let names: BTreeSet<_> = new.keys().chain(old.keys()).collect();
        Ok(names.into_iter().filter(|name| new.get(*name) != old.get(*name)).cloned().collect())
    }

    fn members(&self) -> Query<Map<String, Value>> {
        let failed = |error: serde_json::Error| {
            SerializationError(Box::new(error) as Box<dyn Error + Send + Sync>)
        };
        serde_json::from_value(serde_json::to_value(self).map_err(failed)?).map_err(failed)
    }
}

/// By their names on the wire.
fn names<S: Serializer>(grants: &[GrantType], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(grants.iter().map(GrantType::as_str))
}

/// A grant that only another program knows stays in the document as it is.
fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<GrantType>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    Ok(names.into_iter().map(|name| name.parse().unwrap_or(GrantType::Extension(name))).collect())
}
