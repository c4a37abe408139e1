//! What a token is worth, told to a resource server that asks: RFC 7662.

use std::sync::Arc;

use crate::{
    Act, AuthorizationServer, Client, Params, PolicyData, Scopes, StoreError, Timestamp,
    TokenError,
    error::TokenError::{InvalidRequest, UnauthorizedClient},
    grant::NEVER,
    secret::{Key, Kind},
    store::{access_token::Standing, openid::OpenId},
};

/// A token that is live, as far as the client that asks may know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Introspection {
    /// Whether it is an access token; else it is a refresh token.
    pub is_access_token: bool,
    /// The client that it was granted to.
    pub client_id: String,
    /// Who acts with it in that one's place, where it was exchanged (RFC 8693 §4.1).
    pub act: Option<Act>,
    /// Who granted it; `None` where the client acts for itself.
    pub subject: Option<String>,
    /// What it allows.
    pub scopes: Scopes,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it ends; `None` where it never does.
    pub expires_at: Option<Timestamp>,
    /// The resource that it is for (RFC 8707): the issuer is the server's own API. `None` of a refresh token that may be
    /// traded for tokens of several.
    pub audience: Option<String>,
    /// What the application's policy attached to what the token hangs on ([`Policy`](crate::Policy)).
    pub data: Option<PolicyData>,
    /// When the user signed in, where that is known (RFC 9470 §6.2).
    pub auth_time: Option<Timestamp>,
    /// How well the user signed in, where that is known.
    pub acr: Option<String>,
}

impl AuthorizationServer {
    /// Answers an introspection request: `authorization` is the value of that header, `params` the body. `None` is a token
    /// that is unknown or over, or of which this client may not know (RFC 7662 §2.2).
    ///
    /// A client may look at its own tokens, those that others got in exchange for one of its among them, and at access tokens for the resources that its registration names
    /// ([`NewClient::introspects`](crate::NewClient::introspects)).
    ///
    /// # Errors
    /// `invalid_client` where the client does not prove who it is, `unauthorized_client` where it is public,
    /// `invalid_request` where `token` is missing.
    pub async fn introspect(
        &self,
        authorization: Option<&str>,
        params: &Params,
    ) -> Result<Option<Introspection>, TokenError> {
        // Both are looked up at once: one after the other the token would wait for the client.
        let (client, standing) = tokio::join!(
            self.authenticated(authorization, params, PARAMETERS),
            self.presented_standing(params),
        );
        let client = client?;
        let seen = self.look_at(&client, params, standing).await;
        self.told(&client, seen)
    }

    /// That of the access token, if it is one by its shape.
    async fn presented_standing(
        &self,
        params: &Params,
    ) -> Result<Option<Arc<Standing>>, StoreError> {
        let token = params.get("token").and_then(|it| Key::presented(it, Kind::AccessToken));
        match token {
            Some(key) => self.store.standing(key).await,
            None => Ok(None),
        }
    }

    async fn look_at(
        &self,
        client: &Client,
        params: &Params,
        standing: Result<Option<Arc<Standing>>, StoreError>,
    ) -> Result<Option<Introspection>, TokenError> {
        if client.is_public {
            // §2.1: "the endpoint MUST also require some form of authorization".
            let why = "introspection is for clients that prove who they are with a secret";
            return Err(UnauthorizedClient(why.into()));
        }
        let token = params.get("token").ok_or(InvalidRequest("token is missing".into()))?;
        if let Some(standing) = standing? {
            return self.access_token_for(client, &standing).await;
        }
        match Key::presented(token, Kind::RefreshToken) {
            Some(key) => self.refresh_token_for(client, key).await,
            None => Ok(None),
        }
    }

    async fn access_token_for(
        &self,
        client: &Client,
        token: &Standing,
    ) -> Result<Option<Introspection>, TokenError> {
        let act = token.act()?;
        let is_its =
            token.client_id == client.client_id || token.holder(act.as_ref()) == client.client_id;
        if !(is_its || self.is_of_resource(client, token)) || !token.is_live(self.now()) {
            return Ok(None);
        }
        if let Some(act) = &act
            && self.acting(act, token.created_at).await?.is_none()
        {
            return Ok(None);
        }
        let began = token.openid.as_deref().map(OpenId::parse).transpose();
        let began = began.map_err(StoreError::from)?.unwrap_or_default();
        Ok(Some(Introspection {
            is_access_token: true,
            client_id: token.client_id.clone(),
            act,
            subject: token.subject.clone(),
            scopes: self.scopes_of(token).await?,
            issued_at: token.created_at,
            expires_at: Some(token.expires_at).filter(|&end| end != NEVER),
            audience: Some(self.audience_of(token)),
            data: token.data.as_deref().map(PolicyData::stored),
            auth_time: began.auth_time,
            acr: began.acr,
        }))
    }

    /// Whether the token is for one of the resources that the client's registration names.
    pub(crate) fn is_of_resource(&self, client: &Client, token: &Standing) -> bool {
        let audience = self.audience_of(token);
        client.introspects.iter().any(|it| it.as_str() == audience)
    }

    fn audience_of(&self, token: &Standing) -> String {
        token.audience.clone().unwrap_or_else(|| self.resource_address(None))
    }

    /// §4: nobody else has any business with it.
    async fn refresh_token_for(
        &self,
        client: &Client,
        key: Key,
    ) -> Result<Option<Introspection>, TokenError> {
        let Some((token, grant)) = self.store.refresh_token(key).await? else { return Ok(None) };
        let now = self.now();
        let is_live = token.redeemed_at.is_none()
            && token.expires_at.is_none_or(|end| now < end)
            && grant.is_live(now);
        if grant.client_id != client.id || !is_live {
            return Ok(None);
        }
        let audience = grant.resources.only();
        let audience = audience.map(|one| self.resource_address(one));
        Ok(Some(Introspection {
            is_access_token: false,
            client_id: client.client_id.clone(),
            act: None,
            subject: grant.subject,
            scopes: grant.scopes,
            issued_at: token.created_at,
            expires_at: [token.expires_at, grant.expires_at].into_iter().flatten().min(),
            audience,
            data: grant.data.as_deref().map(PolicyData::stored),
            auth_time: None,
            acr: None,
        }))
    }
}

const PARAMETERS: &[&str] = &["token", "token_type_hint", "client_id", "client_secret"];
