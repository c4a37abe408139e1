//! A client gives back a token that it does not need any more: RFC 7009.

use crate::{
    AuthorizationServer, Client, EventKind, Params, Revocation, TokenError,
    error::TokenError::{InvalidGrant, InvalidRequest},
    event::LedTo,
    secret::{Key, Kind},
    store::{self, Affected, DbConnection},
};

impl AuthorizationServer {
    /// Answers a revocation request: `authorization` is the value of that header, `params` the body. `Ok` also where the
    /// token is unknown or over (RFC 7009 §2.2): "the purpose of the revocation request, invalidating the particular
    /// token, is already achieved".
    ///
    /// A refresh token takes its whole family along, an access token goes alone: what it was exchanged for (RFC 8693) lives
    /// on. What was exchanged ends by the client that acts with it, or by the one that it was granted to. `token_type_hint` is not needed: a token
    /// says of what kind it is.
    ///
    /// # Errors
    /// `invalid_client` where the client does not prove who it is (a public one says its `client_id`), `invalid_request`
    /// where `token` is missing, and `invalid_grant` where the token is another client's; nothing ends then.
    pub async fn revoke(
        &self,
        authorization: Option<&str>,
        params: &Params,
    ) -> Result<(), TokenError> {
        let client = self.authenticated(authorization, params, PARAMETERS).await?;
        let revoked = self.give_back(&client, params).await;
        self.told(&client, revoked)
    }

    async fn give_back(&self, client: &Client, params: &Params) -> Result<(), TokenError> {
        let token = params.get("token").ok_or(InvalidRequest("token is missing".into()))?;
        if let Some(key) = Key::presented(token, Kind::RefreshToken) {
            return self.revoke_family(client, key).await;
        }
        match Key::presented(token, Kind::AccessToken) {
            Some(key) => self.revoke_access_token(client, key).await,
            None => Ok(()),
        }
    }

    async fn revoke_family(&self, client: &Client, key: Key) -> Result<(), TokenError> {
        let Some((_, grant)) = self.store.refresh_token(key).await? else { return Ok(()) };
        if grant.client_id != client.id {
            return Err(another_clients());
        }
        if grant.revoked_at.is_some() {
            return Ok(());
        }
        let (id, now) = (grant.id, self.now());
        let revoke = move |db: &mut DbConnection| store::grant::revoke(db, id, now);
        let prepare = || -> LedTo<bool> {
            let client_id = Some(client.client_id.clone());
            let (subject, cause) = (grant.subject, Revocation::Client);
            let revoked = EventKind::GrantRevoked { client_id, subject, cause };
            Box::new(|&ended| if ended { vec![revoked] } else { Vec::new() })
        };
        self.write_and_raise(Affected::Grant(id), revoke, prepare).await?;
        Ok(())
    }

    async fn revoke_access_token(&self, client: &Client, key: Key) -> Result<(), TokenError> {
        let Some(token) = self.store.standing(key).await? else { return Ok(()) };
        let act = token.act()?;
        let is_its =
            token.client_id == client.client_id || token.holder(act.as_ref()) == client.client_id;
        if !is_its {
            return Err(another_clients());
        }
        if !token.is_live(self.now()) {
            return Ok(());
        }
        let now = self.now();
        let revoke = move |db: &mut DbConnection| {
            store::access_token::revoke(db, key.family, key.digest.as_bytes(), now)
        };
        let prepare = || -> LedTo<bool> {
            let (client_id, subject) = (token.client_id.clone(), token.subject.clone());
            let cause = Revocation::Client;
            let revoked = EventKind::AccessTokenRevoked { client_id, subject, cause };
            Box::new(|&ended| if ended { vec![revoked] } else { Vec::new() })
        };
        self.write_and_raise(Affected::Grant(key.family), revoke, prepare).await?;
        Ok(())
    }
}

/// RFC 7009 §2.1: "If this validation fails, the request is refused and the client is informed of the error".
fn another_clients() -> TokenError {
    InvalidGrant("the token was issued to another client".into())
}

const PARAMETERS: &[&str] = &["token", "token_type_hint", "client_id", "client_secret"];
