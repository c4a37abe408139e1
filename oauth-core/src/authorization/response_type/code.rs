//! `response_type=code`: RFC 6749 §4.1.2.

use crate::{
    AuthorizationServer, StoreError,
    authorization::AuthorizationRequest,
    event::LedTo,
    grant::new_grant,
    secret::{Digest, Secret},
    store::{self, Affected, authorization_code::NewAuthorizationCode},
};

/// Issues a code, and gives the parameters of the answer.
pub(in crate::authorization) async fn issue(
    server: &AuthorizationServer,
    request: &AuthorizationRequest,
    subject: &str,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    let now = server.now();
    let secret = Secret::generate();
    let reply = &request.reply;
    let grant = new_grant(server, &request.client, Some(subject), request.granted());
    let code = NewAuthorizationCode {
        digest: Digest::of(secret.expose()),
        prefix: secret.prefix(),
        redirect_uri: reply.redirect_uri_was_named.then(|| reply.redirect_uri.as_str().to_owned()),
        code_challenge: request.challenge.as_ref().map(|challenge| challenge.as_str().to_owned()),
        created_at: now,
        expires_at: now + server.settings.authorization_code_lifetime,
    };

    let insert = move |db: &mut store::DbConnection| {
        let grant_id = store::grant::insert(db, &grant)?;
        store::authorization_code::insert(db, grant_id, &code).map(drop)
    };
    let accepted = || -> LedTo<()> {
        let accepted = request.accepted_by(subject);
        Box::new(|&()| vec![accepted])
    };
    server.write_and_raise(Affected::Nothing, insert, accepted).await?;
    Ok(vec![("code", secret.expose().to_owned())])
}
