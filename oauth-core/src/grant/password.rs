//! `grant_type=password`: RFC 6749 §4.3. RFC 9700 §2.4 says that it "MUST NOT be used": a client gets it only where its
//! registration lists it, for what is too old to use another.

use crate::{
    AuthorizationServer, Client, Endpoint, GrantType, Params, Tokens,
    error::TokenError::{self, InvalidGrant, InvalidRequest},
    grant::{Asked, NewTokens, Terms, begin_with_tokens, issued, new_grant, ruled},
    scope_request::{names, requested_scopes},
};

/// Trades a user's name and password for tokens.
pub(super) async fn exchange(
    server: &AuthorizationServer,
    client: &Client,
    params: &Params,
) -> Result<Tokens, TokenError> {
    let username = params.get("username").ok_or(InvalidRequest("username is missing".into()))?;
    let password = params.get("password").ok_or(InvalidRequest("password is missing".into()))?;
    let scopes = names(&requested_scopes(server, client, params).await?);

    // Last, because a hash costs 20 ms: what else is wrong with the request is said before.
    let subject = server.resource_owner(username, password).await?;
    let subject = subject.ok_or(InvalidGrant("the user name or the password is wrong".into()))?;
    let ruled = ruled(
        server,
        Asked {
            client,
            subject: Some(&subject),
            grant_type: GrantType::Password,
            endpoint: Endpoint::Token,
            scopes,
            data: None,
        },
    )
    .await?;

    let grant = new_grant(server, client, Some(&subject), &ruled);
    let terms = Terms::new(server, client, &ruled, grant.expires_at);
    let led_to = || vec![issued(GrantType::Password, client, Some(&subject), &ruled)];
    let draw = |family| NewTokens::drawn(server, client, family, terms.clone());
    Ok(begin_with_tokens(server, grant, draw, led_to).await?)
}
