//! The userinfo endpoint: OpenID Connect Core §5.3.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{claims::told, subject};
use crate::{
    AccessToken, AuthorizationServer, BearerError, StoreError, WantedClaims, jwt,
    store::openid::OpenId,
};

/// What a client is told of a user.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum UserInfo {
    /// The claims.
    Claims(Map<String, Value>),
    /// The same, signed: a JWT, for a client that is registered for that.
    Signed(String),
}

#[derive(Serialize)]
struct Signed<'a> {
    iss: &'a str,
    aud: &'a str,
    #[serde(flatten)]
    claims: &'a Map<String, Value>,
}

impl AuthorizationServer {
    /// What the client of this access token is told of its user: the claims of the scopes that the token has, and those that
    /// the client asked for one by one. That the token has the scope `openid` is for the caller to see to.
    ///
    /// # Errors
    /// When no user has granted the token, and when the store or the application fails.
    pub async fn userinfo(&self, token: &AccessToken) -> Result<UserInfo, BearerError> {
        let nobodys = || BearerError::InvalidToken("no user has granted the access token".into());
        let subject = token.subject.as_deref().ok_or_else(nobodys)?;
        let client = self.client(&token.client_id).await?.ok_or_else(nobodys)?;
        let asked = token.openid.as_deref().map(OpenId::parse).transpose();
        let asked = asked.map_err(StoreError::from)?.unwrap_or_default();
        let wanted =
            WantedClaims::of_scopes(&token.scopes).and(WantedClaims::of_request(&asked.userinfo));
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), subject::towards(self, &client, subject).await?.into());
        claims.extend(told(self, subject, wanted).await?);
        let Some(algorithm) = client.metadata.openid.userinfo_signed_response_alg else {
            return Ok(UserInfo::Claims(claims));
        };
        let key = self.signer(algorithm).await?;
        let signed = Signed { iss: &self.settings.issuer, aud: &client.client_id, claims: &claims };
        Ok(UserInfo::Signed(jwt::sign(&key, "JWT", &signed)?))
    }
}
