//! What a client may be told of a user: OpenID Connect Core §5.

use std::{collections::BTreeSet, pin::Pin, sync::Arc};

use serde_json::{Map, Value};

use crate::{AuthorizationServer, Scopes, StoreError};

/// The claims that are wanted of a user, by name: those of the scopes that were granted, and those that the client asked
/// for one by one.
///
/// ```
/// use oauth_core::WantedClaims;
///
/// let wanted = WantedClaims::of_scopes(&"openid email".parse()?);
/// assert!(wanted.contains("email_verified"));
/// assert!(!wanted.contains("birthdate"));
/// # Ok::<(), oauth_core::InvalidScope>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WantedClaims(BTreeSet<String>);

impl WantedClaims {
    /// Those of scopes: OpenID Connect Core §5.4.
    #[must_use]
    pub fn of_scopes(scopes: &Scopes) -> Self {
        let granted = BY_SCOPE.iter().filter(|(scope, _)| scopes.contains(scope));
        Self(granted.flat_map(|(_, claims)| claims.iter().map(|&claim| claim.to_owned())).collect())
    }

    /// Those that a client asked for one by one.
    pub(crate) fn of_request(request: &Map<String, Value>) -> Self {
        Self(request.keys().cloned().collect())
    }

    pub(crate) fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    /// Whether this one is wanted.
    #[must_use]
    pub fn contains(&self, claim: &str) -> bool {
        self.0.contains(claim)
    }

    /// Their names, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether none is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Answers what an application tells of the user of a subject, of what is wanted: by the names of OpenID Connect Core §5.1,
/// or names of its own.
pub type ClaimsSource = Arc<
    dyn Fn(
            String,
            WantedClaims,
        ) -> Pin<Box<dyn Future<Output = Result<Map<String, Value>, StoreError>> + Send>>
        + Send
        + Sync,
>;

/// The `claims` parameter: §5.5.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClaimsRequest {
    pub(crate) id_token: Map<String, Value>,
    pub(crate) userinfo: Map<String, Value>,
}

impl ClaimsRequest {
    /// Reads it. Members that are not understood are ignored, as §5.5 says; what is no such object is refused.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let malformed = "claims must be a JSON object with the objects id_token and userinfo (OpenID Connect Core 5.5)";
        if text.len() > LONGEST {
            return Err("claims must have 4096 bytes at most");
        }
        let Ok(Value::Object(mut members)) = serde_json::from_str(text) else {
            return Err(malformed);
        };
        let mut of = |name| match members.remove(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(claims)) => Ok(claims),
            Some(_) => Err(malformed),
        };
        Ok(Self { id_token: of("id_token")?, userinfo: of("userinfo")? })
    }

    /// The one value that this claim must have in the ID token, if the client says so.
    pub(crate) fn required_value(&self, claim: &str) -> Option<&Value> {
        self.id_token.get(claim)?.get("value")
    }

    /// The values of which this claim must have one in the ID token.
    pub(crate) fn values(&self, claim: &str) -> Vec<&str> {
        let values = self.id_token.get(claim).and_then(|wanted| wanted.get("values")?.as_array());
        let values = values.into_iter().flatten().chain(self.required_value(claim));
        values.filter_map(Value::as_str).collect()
    }

    /// Whether the client cannot do without this claim in the ID token.
    pub(crate) fn is_essential(&self, claim: &str) -> bool {
        let wanted = self.id_token.get(claim);
        wanted.and_then(|wanted| wanted.get("essential")).is_some_and(|is| *is == Value::Bool(true))
    }
}

/// What the application tells of this user, of what is wanted and nothing else. What the server says itself is not the
/// application's to say.
pub(crate) async fn told(
    server: &AuthorizationServer,
    subject: &str,
    wanted: WantedClaims,
) -> Result<Map<String, Value>, StoreError> {
    let Some(source) = server.claims.as_ref().filter(|_| !wanted.is_empty()) else {
        return Ok(Map::new());
    };
    let claims = source(subject.to_owned(), wanted.clone()).await;
    let mut claims = claims.map_err(StoreError::of_application)?;
    claims.retain(|name, value| {
        wanted.contains(name) && !value.is_null() && !RESERVED.contains(&name.as_str())
    });
    Ok(claims)
}

/// The claims of scopes: §5.4.
const BY_SCOPE: [(&str, &[&str]); 4] = [
    (
        "profile",
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
];

/// What the server says itself.
const RESERVED: [&str; 15] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "sid",
];

/// In bytes.
const LONGEST: usize = 4096;

/// Every claim that a scope stands for, for the discovery document.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    BY_SCOPE.iter().flat_map(|(_, claims)| claims.iter().copied())
}
