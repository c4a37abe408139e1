//! `grant_type=urn:ietf:params:oauth:grant-type:device_code`: RFC 8628 §3.4.

use super::authorization_code::{Found, redeem};
use crate::{
    AuthorizationServer, Client, GrantType, Params, Tokens,
    error::TokenError::{self, AccessDenied, ExpiredToken, InvalidGrant, InvalidRequest},
    secret::{Key, device_digest},
    store,
};

/// Trades the code of a device for tokens, once, where its user has said yes.
///
/// The code travels between client and server alone, so that a second use of it is a repetition of the client's own: it
/// gets nothing, and ends nothing.
pub(super) async fn exchange(
    server: &AuthorizationServer,
    client: &Client,
    params: &Params,
) -> Result<Tokens, TokenError> {
    let presented =
        params.get("device_code").ok_or(InvalidRequest("device_code is missing".into()))?;
    let unknown = || InvalidGrant("the device code is unknown".into());
    let digest = device_digest(presented).ok_or_else(unknown)?;
    let found = server.store.read(move |db| store::device_code::find(db, &digest)).await?;
    let device = found.ok_or_else(unknown)?;

    if device.client_id != client.id {
        return Err(InvalidGrant("the device code was issued to another client".into()));
    }
    if device.answered_at.is_some() && device.grant_id.is_none() {
        return Err(AccessDenied);
    }
    if device.expires_at <= server.now() {
        return Err(ExpiredToken);
    }
    let Some(family) = device.grant_id else { return server.polled(digest, device.polls).await };

    let key = Key { family, digest };
    let found = server.store.read(move |db| store::authorization_code::find(db, key)).await?;
    let over =
        || InvalidGrant("the device code was used before, or what it stood for was revoked".into());
    let (code, grant) = found.ok_or_else(over)?;
    if code.redeemed_at.is_some() || !grant.is_live(server.now()) {
        return Err(over());
    }
    let found = Found { key, code: &code, grant: &grant };
    redeem(server, client, found, params, GrantType::DeviceCode).await?.ok_or_else(over)
}
