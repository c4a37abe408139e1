//! What a client says of itself for OpenID Connect: Dynamic Client Registration §2, RP-Initiated Logout §3.1, Back-Channel
//! Logout §2.2.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::SigningAlgorithm;

/// What a client says of itself for OpenID Connect, by the names of its specifications. Members of the registration like
/// any other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OpenIdMetadata {
    /// What it may be answered with beyond what follows from its grants (`response_types`): ID tokens by way of the browser.
    #[serde(deserialize_with = "known", skip_serializing_if = "Vec::is_empty")]
    pub response_types: Vec<IdTokenResponse>,
    /// How its ID tokens are signed; `None` is RS256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<SigningAlgorithm>,
    /// How what it is told of a user is signed; `None` is not at all, but JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<SigningAlgorithm>,
    /// Whether it knows users by the same names as others.
    #[serde(skip_serializing_if = "SubjectType::is_public")]
    pub subject_type: SubjectType,
    /// The https URL whose host is the sector in which pairwise names are the same (Core §8.1). Needed where its redirect
    /// URIs are of several hosts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// How old a sign-in may be, in seconds, where a request says nothing of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<i64>,
    /// Whether an ID token must say when the user signed in (`auth_time`): wherever that is known, it does so anyway.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub require_auth_time: bool,
    /// How well users shall have signed in where a request says nothing of it (`acr_values`), the best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// Where a browser may go on to after it signed out (RP-Initiated Logout §3.1).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    /// Where the server tells it that a user has signed out (Back-Channel Logout §2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether it wants to be told of which session (§2.2).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub backchannel_logout_session_required: bool,
}

/// An answer of the authorization endpoint with an ID token in it: Core §3.2, §3.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdTokenResponse {
    /// A code and an ID token.
    #[serde(rename = "code id_token")]
    CodeIdToken,
    /// An ID token alone.
    #[serde(rename = "id_token")]
    IdToken,
}

impl IdTokenResponse {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::CodeIdToken, Self::IdToken];

    /// The value of `response_type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CodeIdToken => "code id_token",
            Self::IdToken => "id_token",
        }
    }
}

impl FromStr for IdTokenResponse {
    type Err = UnknownResponseType;

    fn from_str(text: &str) -> Result<Self, UnknownResponseType> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(UnknownResponseType)
    }
}

/// A response type that a registration cannot add.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is code id_token or id_token; code and token follow from the grants")]
pub struct UnknownResponseType;

/// What is not of these is left out, because the grants say it.
fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IdTokenResponse>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
}

/// Whether all clients know a user by the same name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectType {
    /// They do: the subject itself.
    #[default]
    Public,
    /// Each sector has names of its own (§8.1), so that no two of them can tell that it is one user.
    Pairwise,
}

impl SubjectType {
    /// What is left out where it is so: the default.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_public(&self) -> bool {
        *self == Self::Public
    }

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Pairwise => "pairwise",
        }
    }
}

impl FromStr for SubjectType {
    type Err = UnknownSubjectType;

    fn from_str(text: &str) -> Result<Self, UnknownSubjectType> {
        let all = [Self::Public, Self::Pairwise];
        all.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownSubjectType)
    }
}

/// A kind of subject that this server does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a subject type is public or pairwise")]
pub struct UnknownSubjectType;
