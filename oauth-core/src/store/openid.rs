//! What a family that began with the scope `openid` knows of how it began: one text, because it is read whole or not at
//! all.

use diesel::result::Error::{DeserializationError, SerializationError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Query;
use crate::Timestamp;

/// How the user proved who they are, and what the client wants to be told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct OpenId {
    /// What the ID token says again (OpenID Connect Core §2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) auth_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) acr: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) amr: Vec<String>,
    /// The `claims` parameter (§5.5): by name what is wanted of each, in the ID token and at the userinfo endpoint.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(crate) id_token: Map<String, Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(crate) userinfo: Map<String, Value>,
}

impl OpenId {
    /// From the stored text.
    pub(crate) fn parse(text: &str) -> Query<Self> {
        serde_json::from_str(text).map_err(|error| DeserializationError(Box::new(error)))
    }

    /// The text to be stored.
    pub(crate) fn text(&self) -> Query<String> {
        serde_json::to_string(self).map_err(|error| SerializationError(Box::new(error)))
    }
}
