//! The ID token: OpenID Connect Core §2.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{OPENID, claims::told, subject};
use crate::{
    AuthorizationServer, Client, Scopes, Secret, SigningAlgorithm, StoreError, Timestamp,
    WantedClaims, jwt,
    store::{grant::Grant, openid::OpenId},
};

/// What an ID token is made of.
pub(crate) struct IdToken<'a> {
    pub(crate) client: &'a Client,
    pub(crate) subject: &'a str,
    pub(crate) openid: &'a OpenId,
    pub(crate) sid: Option<&'a str>,
    /// What it is issued beside.
    pub(crate) access_token: Option<&'a Secret>,
    pub(crate) code: Option<&'a Secret>,
    /// Where there is no access token to fetch them with, the claims of these scopes (§5.4).
    pub(crate) scopes: Option<&'a Scopes>,
}

/// Its claims.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    azp: &'a str,
    exp: Timestamp,
    iat: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    amr: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    at_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    #[serde(flatten)]
    told: Map<String, Value>,
}

impl IdToken<'_> {
    /// Signs it, as the client is registered for.
    pub(crate) async fn issue(self, server: &AuthorizationServer) -> Result<String, StoreError> {
        let algorithm = self.client.metadata.openid.id_token_signed_response_alg;
        let key = server.signer(algorithm.unwrap_or(SigningAlgorithm::Rs256)).await?;
        let mut wanted = WantedClaims::of_request(&self.openid.id_token);
        if let Some(scopes) = self.scopes {
            wanted = wanted.and(WantedClaims::of_scopes(scopes));
        }
        let half = |secret: &Secret| jwt::half_hash(key.algorithm, secret.expose());
        let now = server.now();
        let claims = Claims {
            iss: &server.settings.issuer,
            sub: subject::towards(server, self.client, self.subject).await?,
            aud: &self.client.client_id,
            azp: &self.client.client_id,
            exp: now + server.settings.id_token_lifetime,
            iat: now,
            auth_time: self.openid.auth_time,
            nonce: self.openid.nonce.as_deref(),
            acr: self.openid.acr.as_deref(),
            amr: &self.openid.amr,
            at_hash: self.access_token.map(half),
            c_hash: self.code.map(half),
            sid: self.sid,
            told: told(server, self.subject, wanted).await?,
        };
        jwt::sign(&key, "JWT", &claims)
    }
}

/// Of what an ID token beside an access token is part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// To a code.
    Code,
    /// To a refresh token: §12.2, "it SHOULD NOT have a `nonce` Claim".
    Refresh,
}

/// The ID token that goes with an access token of a family that began with `openid`, at its code's redemption and at each
/// refresh (§12.2): made before the write that issues the tokens, so that what fails here has taken nothing.
pub(crate) async fn beside(
    server: &AuthorizationServer,
    answer: Answer,
    (client, grant): (&Client, &Grant),
    scopes: &Scopes,
    access_token: &Secret,
) -> Result<Option<String>, StoreError> {
    let Some((openid, subject)) = grant.openid.as_deref().zip(grant.subject.as_deref()) else {
        return Ok(None);
    };
    if !server.settings.openid || !scopes.contains(OPENID) {
        return Ok(None);
    }
    let mut openid = OpenId::parse(openid)?;
    if answer == Answer::Refresh {
        openid.nonce = None;
    }
    let token = IdToken {
        client,
        subject,
        openid: &openid,
        sid: grant.sid.as_deref(),
        access_token: Some(access_token),
        code: None,
        scopes: None,
    };
    token.issue(server).await.map(Some)
}

/// What an ID token of this server says that is shown to it again: `id_token_hint`, which may be over.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Hint {
    iss: String,
    pub(crate) sub: String,
    pub(crate) aud: String,
    pub(crate) sid: Option<String>,
}

impl Hint {
    /// `None` where this server never issued it.
    pub(crate) async fn read(
        server: &AuthorizationServer,
        token: &str,
    ) -> Result<Option<Self>, StoreError> {
        let hint: Option<Self> = jwt::own_claims(server, token).await?;
        Ok(hint.filter(|hint| hint.iss == server.settings.issuer))
    }
}
