//! `response_type=code`: RFC 6749 §4.1.2.

use crate::{
    Authentication, AuthorizationServer, StoreError,
    authorization::AuthorizationRequest,
    grant::{Ruled, begin, new_grant},
    secret::{Digest, Kind, Secret},
    store::{authorization_code::NewAuthorizationCode, grant::NewGrant},
};

/// Issues a code, and gives the parameters of the answer.
pub(in crate::authorization) async fn issue(
    server: &AuthorizationServer,
    request: &AuthorizationRequest,
    who: (&str, &Authentication),
    ruled: &Ruled,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    let code = issued(server, request, who, ruled).await?;
    Ok(vec![("code", code.expose().to_owned())])
}

/// The code that is issued.
pub(super) async fn issued(
    server: &AuthorizationServer,
    request: &AuthorizationRequest,
    (subject, authentication): (&str, &Authentication),
    ruled: &Ruled,
) -> Result<Secret, StoreError> {
    let now = server.now();
    let reply = &request.reply;
    let (openid, sid) = request.openid.remembered(authentication)?;
    let grant = new_grant(server, &request.client, Some(subject), ruled);
    let grant = NewGrant { openid, sid, ..grant };
    let redirect_uri = reply.redirect_uri_was_named.then(|| reply.redirect_uri.as_str().to_owned());
    let code_challenge = request.challenge.as_ref().map(|challenge| challenge.as_str().to_owned());
    let draw = |family| {
        let secret =
            Secret::of_family(&server.settings.token_brand, Kind::AuthorizationCode, family);
        let code = NewAuthorizationCode {
            digest: Digest::of(secret.expose()),
            prefix: secret.prefix(),
            redirect_uri: redirect_uri.clone(),
            code_challenge: code_challenge.clone(),
            created_at: now,
            expires_at: now + server.settings.authorization_code_lifetime,
        };
        (secret, code)
    };
    begin(server, grant, draw, || vec![request.accepted_by(subject, ruled)]).await
}
