//! `response_type=token`: RFC 6749 §4.2.2. There is never a refresh token in it.

use crate::{
    AuthorizationServer, GrantType, StoreError,
    authorization::AuthorizationRequest,
    grant::{NewTokens, Ruled, TOKEN_TYPE, Terms, begin_with_tokens, issued, new_grant},
};

/// Issues an access token, and gives the parameters of the answer.
pub(in crate::authorization) async fn issue(
    server: &AuthorizationServer,
    request: &AuthorizationRequest,
    subject: &str,
    ruled: &Ruled,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    let grant = new_grant(server, &request.client, Some(subject), ruled);
    let terms = Terms::new(server, &request.client, ruled, grant.expires_at);
    let led_to = || {
        let issued = issued(GrantType::Implicit, &request.client, Some(subject), ruled);
        vec![request.accepted_by(subject, ruled), issued]
    };
    let draw = |family| NewTokens::access_only(server, family, terms.clone());
    let tokens = begin_with_tokens(server, grant, draw, led_to).await?;

    let mut answer = vec![
        ("access_token", tokens.access_token.expose().to_owned()),
        ("token_type", TOKEN_TYPE.to_owned()),
    ];
    answer.extend(tokens.expires_in.map(|seconds| ("expires_in", seconds.to_string())));
    answer.push(("scope", tokens.scopes.to_string()));
    Ok(answer)
}
