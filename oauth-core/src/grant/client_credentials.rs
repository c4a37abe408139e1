//! `grant_type=client_credentials`: RFC 6749 §4.4. The client acts for itself; there is never a refresh token. What it may
//! have is a list of its own in its registration: what it may ask users for, it has from nobody here.

use crate::{
    AuthorizationServer, Client, Endpoint, GrantType, Params, Tokens,
    error::TokenError::{self, UnauthorizedClient},
    grant::{Asked, NewTokens, Terms, begin_with_tokens, issued, new_grant, ruled},
    scope_request::{Asking, names, requested_scopes},
};

/// Issues an access token to the client itself, or, where its registration says so, for its owner.
pub(super) async fn exchange(
    server: &AuthorizationServer,
    client: &Client,
    params: &Params,
) -> Result<Tokens, TokenError> {
    if client.is_public {
        // §4.4: the grant "MUST only be used by confidential clients".
        return Err(UnauthorizedClient("this grant is for clients that have a secret".into()));
    }
    let resources = server.requested_resource(params).await?;
    let asking = Asking::ForItself(client);
    let scopes = names(&requested_scopes(server, asking, params, &resources).await?);
    let subject = client.owner.as_deref().filter(|_| client.acts_as_owner);
    let ruled = ruled(
        server,
        Asked {
            client,
            subject,
            grant_type: GrantType::ClientCredentials,
            endpoint: Endpoint::Token,
            scopes,
            resources,
            data: None,
        },
    )
    .await?;

    let grant = new_grant(server, client, subject, &ruled);
    let terms = Terms::new(server, client, &ruled, grant.expires_at);
    let led_to = || vec![issued(GrantType::ClientCredentials, client, subject, &ruled)];
    let draw = |family| NewTokens::access_only(server, family, terms.clone());
    Ok(begin_with_tokens(server, grant, draw, led_to).await?)
}
