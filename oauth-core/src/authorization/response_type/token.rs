//! `response_type=token`: RFC 6749 §4.2.2. There is never a refresh token in it.

use crate::{
    AuthorizationServer, StoreError,
    authorization::AuthorizationRequest,
    grant::{NewTokens, TOKEN_TYPE, new_grant},
    store::{self},
};

/// Issues an access token, and gives the parameters of the answer.
pub(in crate::authorization) async fn issue(
    server: &AuthorizationServer,
    request: &AuthorizationRequest,
    subject: &str,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    let grant = new_grant(server, &request.client, Some(subject), request.granted());
    let tokens = NewTokens::access_only(server, request.granted(), grant.expires_at);

    let stored = tokens.clone();
    let insert = move |db: &mut store::DbConnection| {
        let grant_id = store::grant::insert(db, &grant)?;
        stored.insert(db, grant_id)
    };
    server.store.write(insert).await?;

    let tokens = tokens.into_answer(server);
    Ok(vec![
        ("access_token", tokens.access_token.expose().to_owned()),
        ("token_type", TOKEN_TYPE.to_owned()),
        ("expires_in", tokens.expires_in.to_string()),
        ("scope", tokens.scopes.to_string()),
    ])
}
